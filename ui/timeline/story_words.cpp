// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/story_words.h"

#include "ui/common/time_words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
using authority::Finding;
using authority::Story;
using authority::StoryConsent;
using authority::StoryHop;
using authority::StoryOutcome;
using Stop = ChainPath::Stop;

struct StoryText {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::StoryText)
};

QString nameOf(const StoryHop& hop)
{
    return hop.agentName.isEmpty() ? StoryText::tr("unnamed agent") : hop.agentName;
}

QString timeOf(UnixSeconds at)
{
    return QLocale().toString(localTime(at), QLocale::ShortFormat);
}

/// "consent 21:04", by the decision that made the grant.
QString consentWay(const Story& story)
{
    const auto made = std::ranges::find(story.consents, StoryConsent::Purpose::Grant, &StoryConsent::purpose);
    if (made == story.consents.end())
        return StoryText::tr("consent");
    return StoryText::tr("consent %1").arg(QLocale().toString(localTime(made->at).time(), QLocale::ShortFormat));
}

/// "POST /payments"
QString doneWords(const authority::SentRequest& sent)
{
    return sent.method + u' ' + QUrl(sent.target).path();
}
} // namespace

std::vector<Stop> pathStops(const Story& story)
{
    std::vector<Stop> stops{{StoryText::tr("You"), {}, Stop::Shape::Hand}};
    for (const StoryHop& hop : story.chain)
        stops.push_back(
            {nameOf(hop), stops.size() == 1 ? consentWay(story) : StoryText::tr("link"), Stop::Shape::Hand});
    if (story.sent) {
        const bool isRefused = story.entry.outcome == authority::TimelineEntry::Outcome::Refused;
        stops.push_back({doneWords(*story.sent), isRefused ? StoryText::tr("refused") : StoryText::tr("permitted"),
            isRefused ? Stop::Shape::Refused : Stop::Shape::Permitted});
    }
    return stops;
}

QString bindingWords(authority::SentRequest::Binding binding)
{
    switch (binding) {
    case authority::SentRequest::Binding::Signature:
        return StoryText::tr("signed by the agent's key, request and body");
    case authority::SentRequest::Binding::AgentSignature:
        return StoryText::tr("signed by the agent's key (Agent-Signature), path and body");
    case authority::SentRequest::Binding::Proof:
        break;
    }
    return StoryText::tr("bound to the agent's key by a proof; the body was not signed");
}

QStringList sentWords(const authority::SentRequest& sent)
{
    const QString target = sent.query.isEmpty() ? sent.target : QString(sent.target + u'?' + sent.query);
    QStringList words{sent.method + u' ' + target};
    if (!sent.service.isEmpty())
        words.append(StoryText::tr("at %1").arg(sent.service));
    if (!sent.digest.isEmpty())
        words.append(StoryText::tr("body %1").arg(sent.digest));
    words.append(bindingWords(sent.binding));
    return words;
}

QStringList hopWords(const StoryHop& hop)
{
    QStringList words{nameOf(hop) + (hop.isLive ? QString() : StoryText::tr(" (has ended)"))};
    for (const QString& sentence : hop.may)
        words.append(StoryText::tr("may %1").arg(sentence));
    for (const QString& sentence : hop.narrowed)
        words.append(StoryText::tr("narrowed: %1").arg(sentence));
    return words;
}

QString consentCaption(const StoryConsent& consent)
{
    switch (consent.purpose) {
    case StoryConsent::Purpose::Narrowing:
        return StoryText::tr("Narrowed");
    case StoryConsent::Purpose::OneAction:
        return StoryText::tr("Allowed once");
    case StoryConsent::Purpose::Grant:
        break;
    }
    return StoryText::tr("Consent");
}

QString consentSentence(const StoryConsent& consent)
{
    if (consent.signature != Finding::Right)
        return StoryText::tr("✗ The consent in entry %1 is not signed by you.").arg(consent.entry);
    const QString time = timeOf(consent.at);
    switch (consent.digest) {
    case Finding::Right:
        return StoryText::tr("✓ Signed by you on %1, and this is what the screen said").arg(time);
    case Finding::Wrong:
        return StoryText::tr("✗ Signed by you on %1, but the kept text is not what the screen said").arg(time);
    case Finding::Nothing:
        break;
    }
    return StoryText::tr("✓ Signed by you on %1; the text of the screen was erased.").arg(time);
}

QString outcomeSentence(const StoryOutcome& outcome)
{
    QString words;
    switch (outcome.executed) {
    case StoryOutcome::Executed::Yes:
        words = StoryText::tr("The service says that it was carried out");
        break;
    case StoryOutcome::Executed::No:
        words = StoryText::tr("The service says that it was not carried out");
        break;
    case StoryOutcome::Executed::Unknown:
        words = StoryText::tr("The service can't say whether it was carried out");
        break;
    }
    if (outcome.status)
        words = StoryText::tr("%1 (HTTP status %2)").arg(words).arg(*outcome.status);
    return outcome.isSigned ? StoryText::tr("%1, under its own signature.").arg(words)
                            : StoryText::tr("%1. It did not sign that.").arg(words);
}

QStringList upstreamWords(const std::vector<QString>& servers)
{
    QStringList words;
    for (const QString& server : servers)
        words.append(StoryText::tr("%1 gave a receipt too; it was checked when it was taken in.")
                .arg(server.isEmpty() ? StoryText::tr("another server") : server));
    return words;
}

} // namespace countersign::ui
