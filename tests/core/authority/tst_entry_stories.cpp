// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the timeline tells of one entry, writes to files, checks, and erases.

#include "tests/core/authority/story_scene.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <mutex>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Context;
using authority::Finding;
using authority::LongWork;
using authority::Story;
using authority::StoryConsent;
using authority::TimelineEntry;
using authority::TimelineFile;

using Scene = StoryScene;

namespace {

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestEntryStories : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_story_of_a_payment_tells_what_was_sent_who_allowed_it_and_what_proves_it()
    {
        Scene scene;
        const std::uint64_t entry = scene.pay();
        const Story story = scene.story(entry);
        QCOMPARE(story.entry.index, entry);
        QCOMPARE(story.entry.outcome, TimelineEntry::Outcome::Permitted);
        QVERIFY(story.sent);
        QVERIFY(!story.sent->method.isEmpty());
        QVERIFY(story.sent->target.startsWith(u"https://payments.example/"_s));
        QCOMPARE(story.sent->binding, authority::SentRequest::Binding::Signature);
        QVERIFY(story.sent->arguments.join(u'\n').contains(u"recipient: \"acme\""_s));
        QCOMPARE(story.chain.size(), 1U);
        QCOMPARE(story.chain[0].grant, scene.tokens.grant);
        QCOMPARE(story.chain[0].agentName, u"reconcile-bot"_s);
        QVERIFY(story.chain[0].isLive);
        QCOMPARE(story.consents.size(), 1U);
        QCOMPARE(story.consents[0].signature, Finding::Right);
        QCOMPARE(story.consents[0].digest, Finding::Right);
        QVERIFY(story.consents[0].screen.contains(u"reconcile-bot"_s));
        QCOMPARE(story.proof.receipt, Finding::Right);
        QCOMPARE(story.proof.details, Finding::Right);
        QVERIFY(!story.receipt.isEmpty());
        QVERIFY(story.proof.problem.isEmpty());
    }

    void an_entry_waits_for_the_next_checkpoint_and_then_is_proven_to_be_in_the_log()
    {
        Scene scene;
        const std::uint64_t entry = scene.pay();
        QCOMPARE(scene.story(entry).proof.inclusion, Finding::Nothing);
        QCOMPARE(scene.story(entry).entry.inLog, TimelineEntry::InLog::Waiting);
        scene.sign();
        const Story story = scene.story(entry);
        QCOMPARE(story.proof.inclusion, Finding::Right);
        QVERIFY(story.proof.treeSize > entry);
        QCOMPARE(story.entry.inLog, TimelineEntry::InLog::Signed);
        QCOMPARE(story.entry.receipt, TimelineEntry::Receipt::Kept);
    }

    void a_refusal_tells_why_with_its_figures()
    {
        Scene scene;
        const Story story = scene.story(scene.pay("61.20"));
        QCOMPARE(story.entry.outcome, TimelineEntry::Outcome::Refused);
        QVERIFY2(story.because.contains(u"61.20"_s), qPrintable(story.because));
        QCOMPARE(story.proof.receipt, Finding::Right);
    }

    void the_chain_names_each_hand_and_what_it_narrowed()
    {
        Scene scene;
        auto handed = handedOn(scene.tokens.granted);
        handed.details[0].actions.resize(1);
        const std::string link =
            scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, scene.helper, handed);
        must(scene.fixture.exchange(scene.helper, scene.tokens.accessToken, {link}), "exchange");
        const Story story = scene.story(scene.newest(LeafKind::LinkExchanged));
        QCOMPARE(story.chain.size(), 2U);
        QCOMPARE(story.chain[1].agentName, u"ledger-helper"_s);
        QVERIFY(!story.chain[1].narrowed.isEmpty());
    }

    void what_was_narrowed_later_is_not_told_of_what_was_before()
    {
        Scene scene;
        const std::uint64_t before = scene.pay();
        must(narrow(scene.fixture, scene.tokens.grant,
                 [](consent::Edit& edit) { edit.details[0].perAction = Amount::parse("5.00").value(); }),
            "narrow");
        QVERIFY(scene.story(before).chain[0].may.join(u' ').contains(u"50.00"_s));
        const Story narrowed = scene.story(scene.newest(LeafKind::GrantNarrowed));
        QVERIFY(narrowed.chain[0].may.join(u' ').contains(u"5.00"_s));
        QCOMPARE(narrowed.consents.back().purpose, StoryConsent::Purpose::Narrowing);
        QCOMPARE(narrowed.consents.back().digest, Finding::Right);
    }

    void an_outcome_is_told_with_its_action()
    {
        Scene scene;
        const std::uint64_t entry = scene.pay();
        const std::string leaf = scene.story(entry).entry.details.toStdString();
        authority::ReportOutcome report;
        report.service = scene.service;
        report.receipt = json::requiredString(must(json::parseObject(leaf), "leaf"), "jti").value();
        report.executed = authority::ReportOutcome::Executed::Yes;
        report.status = 201;
        must(AuthorityFixture::wait<authority::OutcomeAnswer>(
                 [&](auto reply) { scene.fixture.authority().reportOutcome(report, std::move(reply)); }),
            "outcome");
        const Story action = scene.story(entry);
        QVERIFY(action.outcome);
        QCOMPARE(action.outcome->executed, authority::StoryOutcome::Executed::Yes);
        QCOMPARE(action.outcome->status, 201);
        QVERIFY(!action.outcome->sentSignature);
        const Story outcome = scene.story(action.outcome->entry);
        QVERIFY(outcome.sent && outcome.outcome);
        QCOMPARE(outcome.sent->target, action.sent->target);
    }

    void a_changed_entry_is_told_as_broken()
    {
        Scene scene;
        const std::uint64_t entry = scene.pay();
        scene.sign();
        scene.tamper("UPDATE log_leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), 'permit', 'perm1t') AS BLOB)");
        const Story story = scene.story(entry);
        QCOMPARE(story.proof.inclusion, Finding::Wrong);
        QCOMPARE(story.proof.receipt, Finding::Wrong);
        QVERIFY(!story.proof.problem.isEmpty());
    }

    void an_entry_that_is_not_there_is_not_found()
    {
        Scene scene;
        QCOMPARE(scene.read(1'000'000).error().code, ErrorCode::NotFound);
    }

    void erasing_removes_the_private_details_and_leaves_the_proof()
    {
        Scene scene;
        const std::uint64_t entry = scene.pay();
        must(scene.erase(entry), "erase");
        scene.sign();
        const Story story = scene.story(entry);
        QCOMPARE(story.entry.privateDetails, TimelineEntry::Private::Erased);
        QVERIFY(story.sent && story.sent->arguments.isEmpty());
        QCOMPARE(story.proof.receipt, Finding::Right);
        QCOMPARE(story.proof.inclusion, Finding::Right);
        QCOMPARE(scene.fixture.log().back(), LeafKind::DetailsErased);
        QVERIFY(scene.check());
        QCOMPARE(scene.erase(entry).error().code, ErrorCode::NotFound);
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(!scene.fixture.has(authority::Trouble::LogBroken));
        QVERIFY(!contentsOf(scene.fixture.folder() + u"/countersign.sqlite"_s).contains("\"recipient\":\"acme\""));
    }

    void the_screen_of_a_consent_can_be_erased_and_the_grant_stays_good()
    {
        Scene scene;
        const std::uint64_t consent = scene.newest(LeafKind::ConsentGiven);
        must(scene.erase(consent), "erase");
        const Story story = scene.story(consent);
        QCOMPARE(story.consents.back().signature, Finding::Right);
        QCOMPARE(story.consents.back().digest, Finding::Nothing);
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).state, grants::GrantState::Live);
    }

    void what_was_asked_about_goes_with_all_its_copies_data()
    {
        QTest::addColumn<LeafKind>("of");
        QTest::newRow("from the question") << LeafKind::ActionAsked;
        QTest::newRow("from the question that came again") << LeafKind::RequestMerged;
        QTest::newRow("from the yes") << LeafKind::ActionApproved;
        QTest::newRow("from the action") << LeafKind::ActionPermitted;
    }
    void what_was_asked_about_goes_with_all_its_copies()
    {
        QFETCH(LeafKind, of);
        Scene scene;
        const auto tokens = grantTo(scene.fixture, scene.agent,
            paymentsWith(R"(,"spend":{"amount_at":"/amount","currency":"EUR","per_action":"50.00"},)"
                         R"("constraints":{"/recipient":{"wildcard":true}},"step_up":{"above":"20.00"})"));
        const auto pay = [&](const char* amount, const char* recipient) {
            const auto command = performanceOf(
                scene.fixture, scene.service, tokens.accessToken, scene.agent, payment(amount, recipient));
            return perform(scene.fixture, withSignature(command, scene.fixture.clock().now()));
        };
        QVERIFY(isAsked(pay("21.00", "the-clinic")));
        QVERIFY(isAsked(pay("21.00", "the-clinic")));
        must(scene.fixture.approve(approvalOf(scene.fixture.waiting().back())), "approval");
        QVERIFY(isPermitted(pay("3.00", "the-bakery"))); // between the two, and another's
        QVERIFY(isPermitted(pay("21.00", "the-clinic")));
        QVERIFY(scene.copiesOf("the-clinic") >= 5);
        must(scene.erase(scene.newest(of)), "erase");
        QCOMPARE(scene.copiesOf("the-clinic"), 0);
        QCOMPARE(scene.copiesOf("the-bakery"), 1);
        QVERIFY(scene.check());
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(!scene.fixture.has(authority::Trouble::LogBroken));
        QVERIFY(!contentsOf(scene.fixture.folder() + u"/countersign.sqlite"_s).contains("the-clinic"));
    }

    void what_waits_for_an_answer_is_not_erased()
    {
        Scene scene;
        must(scene.fixture.ask(scene.agent), "ask");
        const std::uint64_t asked = scene.newest(LeafKind::RequestReceived);
        QCOMPARE(scene.erase(asked).error().code, ErrorCode::InvalidInput);
        must(scene.fixture.deny(scene.fixture.waiting().front().request.publicId), "deny");
        QVERIFY(scene.erase(asked));
    }

    void all_that_fits_is_written_newest_first_in_both_forms()
    {
        Scene scene;
        scene.pay();
        scene.pay("61.20");
        const QString csv = scene.fixture.folder() + u"/out.csv"_s;
        const auto size = scene.fixture.log().size();
        QCOMPARE(scene.write({TimelineFile::Form::Csv, csv, {}}).value(), size);
        const QByteArray table = contentsOf(csv);
        QCOMPARE(table.count("\r\n"), static_cast<qsizetype>(size + 1));
        QVERIFY(table.startsWith("entry,time,kind,"));
        QVERIFY(!(QFile::permissions(csv) & (QFile::ReadGroup | QFile::ReadOther)));

        const QString lines = scene.fixture.folder() + u"/out.jsonl"_s;
        authority::TimelineChoice refused;
        refused.filter.kinds = {LeafKind::ActionPermitted, LeafKind::ActionDenied};
        refused.outcome = TimelineEntry::Outcome::Refused;
        QCOMPARE(scene.write({TimelineFile::Form::JsonLines, lines, refused}).value(), 1U);
        const auto object = must(json::parseObject(contentsOf(lines).trimmed().toStdString()), "line");
        QCOMPARE(json::requiredString(object, "kind").value(), std::string("action_denied"));
        QVERIFY(object.at("leaf").is_object());
    }

    void an_export_that_is_cancelled_or_fails_leaves_what_was_there()
    {
        Scene scene;
        const QString path = scene.fixture.folder() + u"/out.csv"_s;
        QFile before(path);
        QVERIFY(before.open(QIODevice::WriteOnly));
        before.write("before");
        before.close();
        std::stop_source stop;
        stop.request_stop();
        LongWork work;
        work.stop = stop.get_token();
        QCOMPARE(scene.write({TimelineFile::Form::Csv, path, {}}, work).error().code, ErrorCode::Cancelled);
        QCOMPARE(contentsOf(path), QByteArray("before"));
        QCOMPARE(scene.write({TimelineFile::Form::Csv, u"/proc/nowhere/out.csv"_s, {}}).error().code,
            ErrorCode::StorageFailed);
    }
};

QTEST_GUILESS_MAIN(TestEntryStories)
#include "tst_entry_stories.moc"
