// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/proof_words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
using authority::Finding;
using authority::Story;
using authority::TimelineEntry;

struct Proof {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::Proof)
};

QString number(std::uint64_t value)
{
    return QLocale().toString(static_cast<qulonglong>(value));
}

QString receiptFinding(Finding finding)
{
    switch (finding) {
    case Finding::Right:
        return Proof::tr("✓ The receipt is signed by this device, for exactly this entry.");
    case Finding::Wrong:
        return Proof::tr("✗ The receipt is not right.");
    case Finding::Nothing:
        break;
    }
    return {};
}

QString inclusionFinding(const Story& story)
{
    switch (story.proof.inclusion) {
    case Finding::Right:
        return Proof::tr("✓ In the log as entry %1, covered by the signed checkpoint of %2 entries.")
            .arg(number(story.entry.index), number(story.proof.treeSize));
    case Finding::Wrong:
        return Proof::tr("✗ Entry %1 is not what the signed checkpoint of the log covers.")
            .arg(number(story.entry.index));
    case Finding::Nothing:
        break;
    }
    return Proof::tr("… In the log as entry %1, waiting for the next checkpoint. That takes ten seconds at most.")
        .arg(number(story.entry.index));
}

QString detailsFinding(const Story& story)
{
    if (story.entry.privateDetails == TimelineEntry::Private::Erased)
        return Proof::tr("– The private details were erased. The entry still proves that there were some, and which.");
    switch (story.proof.details) {
    case Finding::Right:
        return Proof::tr("✓ The private details are the ones that the entry was written with.");
    case Finding::Wrong:
        return Proof::tr("✗ The private details are not the ones that the entry was written with.");
    case Finding::Nothing:
        break;
    }
    return {};
}

QString witnessFinding(int cosignatures)
{
    return cosignatures > 0 ? Proof::tr("✓ %n witness(es) cosigned that checkpoint.", nullptr, cosignatures)
                            : QString();
}

bool isWrong(const authority::StoryConsent& consent)
{
    return consent.signature == Finding::Wrong || consent.digest == Finding::Wrong;
}

bool isWrong(const authority::StoryForeign& foreign)
{
    return foreign.signature == Finding::Wrong || !foreign.tie;
}
} // namespace

QString proofBadge(const TimelineEntry& entry)
{
    const QString inLog = entry.inLog == TimelineEntry::InLog::Signed ? Proof::tr("in log ✓") : Proof::tr("in log …");
    return entry.receipt == TimelineEntry::Receipt::Kept ? Proof::tr("receipt ✓ %1").arg(inLog) : inLog;
}

QString proofSentence(const TimelineEntry& entry)
{
    QStringList parts;
    if (entry.receipt == TimelineEntry::Receipt::Kept)
        parts.append(Proof::tr("has a receipt"));
    parts.append(entry.inLog == TimelineEntry::InLog::Signed ? Proof::tr("in the signed log")
                                                             : Proof::tr("waits for the log's next checkpoint"));
    if (entry.privateDetails == TimelineEntry::Private::Erased)
        parts.append(Proof::tr("private details erased"));
    return parts.join(u", "_s);
}

QStringList proofFindings(const Story& story)
{
    QStringList findings{receiptFinding(story.proof.receipt), inclusionFinding(story), detailsFinding(story),
        witnessFinding(story.proof.cosignatures)};
    findings.removeAll(QString());
    std::ranges::stable_partition(findings, [](const QString& finding) { return finding.startsWith(u'✗'); });
    if (!story.proof.problem.isEmpty())
        findings.append(story.proof.problem);
    return findings;
}

bool isWrong(const Story& story)
{
    const authority::StoryProof& proof = story.proof;
    return proof.receipt == Finding::Wrong || proof.inclusion == Finding::Wrong || proof.details == Finding::Wrong
        || std::ranges::any_of(story.consents, [](const auto& consent) { return isWrong(consent); })
        || std::ranges::any_of(story.upstream, [](const auto& foreign) { return isWrong(foreign); })
        || (story.sent && story.sent->body && story.sent->body->digest == Finding::Wrong);
}

} // namespace countersign::ui
