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
    if (hop.agentName.isEmpty())
        return StoryText::tr("unnamed agent");
    //: %1: the name of an agent, under which another one handed something on to a key that is not known
    return hop.naming == authority::Naming::Claimed ? StoryText::tr("says it is %1").arg(hop.agentName) : hop.agentName;
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
using Said = authority::StoryForeign::Said;
using Decision = authority::SentRequest::Decision;

Stop actionStop(const authority::SentRequest& sent)
{
    switch (sent.decision) {
    case Decision::Refused:
        return {doneWords(sent), StoryText::tr("refused"), Stop::Shape::Refused};
    case Decision::Asked:
        return {doneWords(sent), StoryText::tr("you are asked"), Stop::Shape::Hand};
    case Decision::Permitted:
        break;
    }
    return {doneWords(sent), StoryText::tr("permitted"), Stop::Shape::Permitted};
}

QString saidOnTheWay(Said said)
{
    switch (said) {
    case Said::Permitted:
        return StoryText::tr("permitted");
    case Said::Refused:
        return StoryText::tr("refused");
    case Said::Executed:
        return StoryText::tr("carried out");
    case Said::NotExecuted:
        return StoryText::tr("not carried out");
    case Said::Unknown:
        break;
    }
    return StoryText::tr("receipt");
}

Stop foreignStop(const authority::StoryForeign& foreign)
{
    const bool isRefused = foreign.said == Said::Refused || foreign.said == Said::NotExecuted;
    const QString said = saidOnTheWay(foreign.said);
    Stop stop{serverName(foreign), foreign.acceptedAs ? said : StoryText::tr("%1 (origin not established)").arg(said),
        isRefused ? Stop::Shape::Refused : Stop::Shape::Permitted};
    stop.edge = foreign.acceptedAs ? Stop::Edge::Firm : Stop::Edge::Open;
    return stop;
}

/// The tree of what happened, as paths. (What another server did before stands before the action.)
class Paths {
public:
    explicit Paths(const Story& story) : m_story(story), m_done(story.upstream.size(), Done::No) { }

    std::vector<std::vector<Stop>> all()
    {
        std::vector<Stop> first{{StoryText::tr("You"), {}, Stop::Shape::Hand}};
        for (const StoryHop& hop : m_story.chain)
            first.push_back(
                {nameOf(hop), first.size() == 1 ? consentWay(m_story) : StoryText::tr("link"), Stop::Shape::Hand});
        if (!m_story.sent)
            return {std::move(first)};
        if (const auto before = next(std::nullopt, Side::Before))
            first.push_back(take(*before));
        first.push_back(actionStop(*m_story.sent));
        follow(first, std::nullopt);
        m_paths.push_back(std::move(first));
        branch();
        return std::move(m_paths);
    }

private:
    enum class Done : std::uint8_t { No, Yes };
    enum class Side : std::uint8_t { Before, After };
    using Above = std::optional<std::size_t>;

    [[nodiscard]] Above next(Above above, Side side) const
    {
        for (std::size_t i = 0; i < m_story.upstream.size(); ++i) {
            const authority::StoryForeign& each = m_story.upstream[i];
            const Side its = each.tie == audit::Tie::IsNamed && !each.above ? Side::Before : Side::After;
            if (m_done[i] == Done::No && each.above == above && its == side)
                return i;
        }
        return std::nullopt;
    }
    Stop take(std::size_t place)
    {
        m_done[place] = Done::Yes;
        return foreignStop(m_story.upstream[place]);
    }
    void follow(std::vector<Stop>& path, Above above)
    {
        while (const auto place = next(above, Side::After)) {
            path.push_back(take(*place));
            above = place;
        }
    }
    /// What is left hangs on a stop that has a path already.
    void branch()
    {
        const auto from = [this](Above above, Stop stop, Side side) {
            while (const auto place = next(above, side)) {
                stop.onTheWay.clear();
                std::vector<Stop> path{stop, take(*place)};
                follow(path, place);
                m_paths.push_back(std::move(path));
            }
        };
        from(std::nullopt, actionStop(*m_story.sent), Side::After);
        from(std::nullopt, actionStop(*m_story.sent), Side::Before);
        for (std::size_t i = 0; i < m_story.upstream.size(); ++i)
            from(i, foreignStop(m_story.upstream[i]), Side::After);
    }

    const Story& m_story;
    std::vector<Done> m_done;
    std::vector<std::vector<Stop>> m_paths;
};

QString saidSentence(const authority::StoryForeign& foreign)
{
    switch (foreign.said) {
    case Said::Permitted:
        return StoryText::tr("%1 permitted it on %2");
    case Said::Refused:
        return StoryText::tr("%1 refused it on %2");
    case Said::Executed:
        return StoryText::tr("%1 says that what it permitted was carried out, on %2");
    case Said::NotExecuted:
        return StoryText::tr("%1 says that what it permitted was not carried out, on %2");
    case Said::Unknown:
        break;
    }
    return StoryText::tr("%1 gave a receipt on %2");
}

QString tieSentence(const std::optional<audit::Tie>& tie)
{
    if (!tie)
        return StoryText::tr("✗ It is not about this action.");
    switch (*tie) {
    case audit::Tie::Names:
        return StoryText::tr("It names the receipt before it.");
    case audit::Tie::IsNamed:
        return StoryText::tr("The receipt after it names it.");
    case audit::Tie::OutcomeOf:
        return StoryText::tr("It is about that server's own decision.");
    case audit::Tie::SameRequest:
        return StoryText::tr("It is about the same signed request.");
    case audit::Tie::SameContent:
        return StoryText::tr("It is about the same content, byte for byte.");
    case audit::Tie::NotShown:
        break;
    }
    return StoryText::tr("– What showed that it is about this action was erased, or was never given.");
}

QString originSentence(const authority::StoryForeign& foreign)
{
    const QString key = QString::fromStdString(foreign.key.value);
    if (foreign.signature != Finding::Right)
        return StoryText::tr("✗ The signature of its receipt is wrong.");
    return foreign.acceptedAs ? StoryText::tr("✓ Signed with the key that you know as its own: %1").arg(key)
                              : StoryText::tr("? Signed; whose key this is, is not established: %1").arg(key);
}
} // namespace

std::vector<std::vector<Stop>> storyPaths(const Story& story)
{
    return Paths(story).all();
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
    if (!outcome.responseKey.isEmpty())
        return StoryText::tr("%1. It signed that response with the key %2; whose that is, you have to find out.")
            .arg(words, QString::fromStdString(outcome.responseKey.value));
    return outcome.sentSignature
        ? StoryText::tr("%1. It sent a signature of its own, which was not checked here.").arg(words)
        : StoryText::tr("%1. It did not sign that.").arg(words);
}

QString serverName(const authority::StoryForeign& foreign)
{
    if (foreign.acceptedAs && !foreign.acceptedAs->isEmpty())
        return *foreign.acceptedAs;
    if (foreign.acceptedAs) // its name was erased; what it calls itself is nothing that is known
        return StoryText::tr("a server whose key you know");
    return foreign.server.isEmpty() ? StoryText::tr("another server") : foreign.server;
}

QStringList foreignWords(const authority::StoryForeign& foreign)
{
    QStringList words{saidSentence(foreign).arg(serverName(foreign), timeOf(foreign.at))};
    if (!foreign.request.isEmpty())
        words.append(foreign.request);
    words.append(originSentence(foreign));
    words.append(tieSentence(foreign.tie));
    return words;
}

QString bodySentence(const authority::SentBody& body)
{
    const QString size = QLocale().formattedDataSize(static_cast<qint64>(body.bytes));
    if (body.digest == Finding::Wrong)
        return StoryText::tr("✗ %1 were kept, but they are not what the agent signed").arg(size);
    return body.text.isEmpty() ? StoryText::tr("✓ %1 were kept, as the agent signed them; they are no text").arg(size)
                               : StoryText::tr("✓ %1, as the agent signed them").arg(size);
}

} // namespace countersign::ui
