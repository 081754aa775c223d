// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evidence of real stories, from the action to the verdict: everything of it is verified, with no database.
#include "tests/core/evidence/evidence_scene.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using evidence::Kind;
using evidence::Report;
using evidence::StepState;
using evidence::Verdict;

namespace {
#define VERIFIED(report) QVERIFY2((report).verdict == Verdict::Verified, told(report).c_str())
} // namespace

class EvidenceStoriesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_payment_is_verified();
    void without_trust_it_is_consistent();
};

void EvidenceStoriesTest::a_payment_is_verified()
{
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    QVERIFY(isPermitted(answer));
    scene.reportDone(answer);
    const std::string file = textOf(scene.evidenceOf(answer));
    const Report report = evidence::verify(file, scene.trust());
    VERIFIED(report);
    for (const char* name : {"keys", "receipts", "checkpoint", "inclusion", "order", "details", "consents", "screens",
             "chain", "permissions", "requests", "outcomes", "origin"})
        QVERIFY2(stepOf(report, name).state == StepState::Passed, name);
    qInfo("%zu bytes\n%s", file.size(), told(report).c_str());
}

void EvidenceStoriesTest::without_trust_it_is_consistent()
{
    EvidenceScene scene;
    const std::string file = textOf(scene.evidenceOf(scene.pay("49.99")));
    evidence::Trust trust = scene.trust();
    trust.keys.clear();
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Consistent);
    trust.keys = {scene.person()};
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Consistent);
    trust.keys = {scene.person(), scene.device()};
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Verified);
}

QTEST_GUILESS_MAIN(EvidenceStoriesTest)
#include "tst_evidence_stories.moc"
