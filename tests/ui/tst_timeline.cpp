// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of an entry, and the work on the whole log, as the person meets them.
#include "tests/ui/timeline_desk.h"
#include "ui/common/notice.h"
#include "ui/timeline/chain_path.h"
#include "ui/timeline/log_work_bar.h"
#include "ui/timeline/proof_words.h"
#include "ui/timeline/story_view.h"
#include "ui/timeline/timeline_page.h"

#include <QClipboard>
#include <QListView>
#include <QProgressBar>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

using namespace countersign;
using namespace countersign::ui;

class TimelineTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rows_say_how_they_are_proven_to_the_eye_and_to_the_ear()
    {
        authority::TimelineEntry entry;
        QCOMPARE(proofBadge(entry), u"in log …"_s);
        entry.receipt = authority::TimelineEntry::Receipt::Kept;
        entry.inLog = authority::TimelineEntry::InLog::Signed;
        QCOMPARE(proofBadge(entry), u"receipt ✓ in log ✓"_s);
        QCOMPARE(proofSentence(entry), u"has a receipt, in the signed log"_s);
        Timeline timeline;
        const QModelIndex newest = timeline.list()->model()->index(1, 0);
        QCOMPARE(newest.data(TimelineModel::ProofRole).toString().contains(u"in log …"_s), true);
        const QModelIndex older = timeline.list()->model()->index(6, 0);
        QVERIFY(older.data(Qt::AccessibleTextRole).toString().contains(u"in the signed log"_s));
    }

    void a_row_opens_to_its_story()
    {
        Timeline timeline;
        QVERIFY(timeline.ready);
        QVERIFY(!timeline.story().isVisible());
        timeline.open(1);
        QVERIFY(timeline.story().isVisible());
        const QString told = words(timeline.story());
        for (const QString& part : {u"POST https://payments.example/payments?dry=no"_s, u"recipient: \"acme\""_s,
                 u"✓ The receipt is signed by this device"_s, u"ledger-helper"_s, u"HTTP status 201"_s})
            QVERIFY2(told.contains(part), qPrintable(part + u" is not in\n"_s + told));
        auto* path = timeline.page.findChild<ChainPath*>();
        QVERIFY(path->isVisible());
        QVERIFY(path->accessibleDescription().contains(u"You, then consent"_s));
        QVERIFY(path->accessibleDescription().endsWith(u"permitted: POST /payments"_s));
        QCOMPARE(walk::namelessControls(timeline.page), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(timeline.page), QStringList());
    }

    void the_screen_of_the_consent_opens_on_demand()
    {
        Timeline timeline;
        timeline.open(1);
        QPlainTextEdit* screen = nullptr;
        for (QPlainTextEdit* text : walk::all<QPlainTextEdit>(timeline.story())) {
            if (text->toPlainText().contains(u"what it calls itself"_s))
                screen = text;
        }
        QVERIFY(screen && !screen->isVisible());
        QToolButton* open = timeline.story().findChild<QToolButton*>();
        QVERIFY(open->text().contains(u"this is what the screen said"_s));
        open->setFocus();
        QTest::keyClick(open, Qt::Key_Space);
        QVERIFY(screen->isVisible());
    }

    void the_last_hand_that_is_live_is_narrowed()
    {
        Timeline timeline;
        timeline.open(1);
        QTest::mouseClick(walk::buttonThatBegins(timeline.story(), u"Narrow this grant"_s), Qt::LeftButton);
        QCOMPARE(timeline.narrowed, std::vector{GrantId{"grant-2"}});
        timeline.change = [](Story& story) { story.chain[1].isLive = false; };
        timeline.open(2);
        QTest::mouseClick(walk::buttonThatBegins(timeline.story(), u"Narrow this grant"_s), Qt::LeftButton);
        QCOMPARE(timeline.narrowed.back(), GrantId{"grant-1"});
        timeline.change = [](Story& story) { story.chain[0].isLive = story.chain[1].isLive = false; };
        timeline.open(3);
        QVERIFY(!walk::buttonThatBegins(timeline.story(), u"Narrow this grant"_s)->isEnabled());
    }

    void the_receipt_is_copied()
    {
        Timeline timeline;
        timeline.open(1);
        QTest::mouseClick(walk::buttonThatBegins(timeline.story(), u"Copy the receipt"_s), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), samples::story(0).receipt);
    }

    void private_details_are_erased_after_one_question_that_says_what_stays()
    {
        Timeline timeline;
        timeline.open(1);
        QTest::mouseClick(walk::buttonThatBegins(timeline.story(), u"Erase private details"_s), Qt::LeftButton);
        QVERIFY(timeline.erased.empty());
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        QVERIFY(words(*question).contains(u"the proof of it"_s));
        QVERIFY(words(*question).contains(u"of entry 19 for good?"_s)); // which one, by number and by what it was
        QVERIFY(words(*question).contains(samples::story(19).entry.sentence));
        QVERIFY(words(*question).contains(u"of entry 19 for good?"_s)); // which one, by number and by what it was
        QVERIFY(words(*question).contains(samples::story(19).entry.sentence));
        timeline.change = [](Story& story) {
            story.entry.privateDetails = authority::TimelineEntry::Private::Erased;
            story.proof.details = Finding::Nothing;
            story.sent->arguments.clear();
        };
        QTest::mouseClick(question->findChild<QPushButton*>(u"confirmErase"_s), Qt::LeftButton);
        QCOMPARE(timeline.erased, std::vector<std::uint64_t>{19});
        QCOMPARE(timeline.storiesRead, 2);
        QVERIFY(!walk::buttonThatBegins(timeline.story(), u"Erase private details"_s));
        QVERIFY(words(timeline.story()).contains(u"The private details were erased."_s));
    }

    void a_proof_that_is_wrong_is_a_red_notice_in_the_story()
    {
        Timeline timeline;
        timeline.change = [](Story& story) {
            story.proof.inclusion = Finding::Wrong;
            story.proof.problem = u"The root is another."_s;
        };
        timeline.open(1);
        const QString told = words(timeline.story());
        QVERIFY(told.contains(u"The proof of this entry is broken."_s));
        QVERIFY(told.contains(u"The root is another."_s));
        QVERIFY(proofFindings(samples::story(3)).constFirst().startsWith(u'✓'));
    }

    void stories_of_entries_that_were_left_are_not_shown()
    {
        ManualClock clock(kNow);
        std::vector<std::function<void()>> answers;
        TimelineDeeds deeds;
        deeds.fetch = [](const auto&, std::optional<std::uint64_t> before, int count, const auto& answer) {
            answer(samples::timelinePage(20, before, count));
        };
        deeds.story = [&](std::uint64_t entry, const auto& answer) {
            answers.push_back([=] {
                Story story = samples::story(entry);
                story.because = u"entry "_s + QString::number(entry);
                answer(story);
            });
        };
        TimelinePage page(deeds, clock);
        page.show();
        auto* list = page.findChild<QListView*>(u"timeline"_s);
        list->setCurrentIndex(list->model()->index(1, 0));
        list->setCurrentIndex(list->model()->index(2, 0));
        QCOMPARE(answers.size(), 2U);
        answers[1]();
        answers[0]();
        QVERIFY(words(page).contains(u"entry 18"_s));
        QVERIFY(!words(page).contains(u"\nentry 19\n"_s));
    }

    void the_check_shows_how_far_it_is_and_its_verdict()
    {
        Timeline timeline;
        QPushButton* check = timeline.page.findChild<QPushButton*>(u"checkLog"_s);
        QTest::mouseClick(check, Qt::LeftButton);
        QVERIFY(!check->isEnabled());
        auto* progress = timeline.page.findChild<QProgressBar*>();
        QVERIFY(progress->isVisible());
        timeline.work.progress(250, 1000);
        QCOMPARE(progress->value() * 4, progress->maximum());
        timeline.answering(1000);
        QVERIFY(!progress->isVisible());
        QVERIFY(check->isEnabled());
        QVERIFY(words(timeline.bar()).contains(u"The log is whole."_s));
    }

    void the_weekly_check_is_shown_and_can_be_cancelled()
    {
        Timeline timeline;
        auto* progress = timeline.page.findChild<QProgressBar*>();
        auto* cancel = timeline.page.findChild<QPushButton*>(u"cancelLogWork"_s);
        timeline.page.setWeeklyCheck(authority::CheckProgress{250, 1000});
        QVERIFY(progress->isVisible() && cancel->isVisible());
        QCOMPARE(progress->value() * 4, progress->maximum());
        QVERIFY(progress->accessibleName().contains(u"weekly"_s));
        QTest::mouseClick(cancel, Qt::LeftButton);
        QCOMPARE(timeline.weeklyCancelled, 1);
        // What the person begins is what is shown, and cancelled.
        QTest::mouseClick(timeline.page.findChild<QPushButton*>(u"checkLog"_s), Qt::LeftButton);
        timeline.page.setWeeklyCheck(authority::CheckProgress{900, 1000});
        QCOMPARE(progress->value(), 0);
        QTest::mouseClick(cancel, Qt::LeftButton);
        QCOMPARE(timeline.weeklyCancelled, 1);
        timeline.answering(1000);
        QVERIFY(progress->isVisible());
        timeline.page.setWeeklyCheck(std::nullopt);
        QVERIFY(!progress->isVisible() && !cancel->isVisible());
    }

    void an_old_copy_is_not_called_whole()
    {
        Timeline timeline;
        QTest::mouseClick(timeline.page.findChild<QPushButton*>(u"checkLog"_s), Qt::LeftButton);
        timeline.answering(fail(ErrorCode::StorageRolledBack, "All of its 7 entries are as they were signed."));
        const QString told = words(timeline.bar());
        QVERIFY(told.contains(u"older than it was"_s) && told.contains(u"7 entries"_s));
        QVERIFY(!told.contains(u"The log is whole."_s));
    }

    void a_signature_that_nobody_checked_is_not_called_one()
    {
        Timeline timeline;
        timeline.change = [](Story& story) { story.outcome->sentSignature = true; };
        timeline.open(1);
        const QString told = words(timeline.story());
        QVERIFY2(told.contains(u"which was not checked here"_s), qPrintable(told));
        QVERIFY(!told.contains(u"under its own signature"_s));
    }

    void a_response_that_was_signed_is_told_with_its_key()
    {
        Timeline timeline;
        timeline.change = [](Story& story) { story.outcome->responseKey.value = "kQ3x"; };
        timeline.open(1);
        const QString told = words(timeline.story());
        QVERIFY2(told.contains(u"It signed that response with the key kQ3x"_s), qPrintable(told));
    }

    void the_check_can_be_cancelled()
    {
        Timeline timeline;
        QTest::mouseClick(timeline.page.findChild<QPushButton*>(u"checkLog"_s), Qt::LeftButton);
        auto* cancel = timeline.page.findChild<QPushButton*>(u"cancelLogWork"_s);
        QVERIFY(!timeline.work.stop.stop_requested());
        QTest::mouseClick(cancel, Qt::LeftButton);
        QVERIFY(timeline.work.stop.stop_requested());
        timeline.answering(fail(ErrorCode::Cancelled, "The check was cancelled."));
        QVERIFY(words(timeline.bar()).contains(u"The check was cancelled."_s));
    }

    void a_broken_log_names_its_first_bad_entry()
    {
        Timeline timeline;
        QTest::mouseClick(timeline.page.findChild<QPushButton*>(u"checkLog"_s), Qt::LeftButton);
        timeline.answering(fail(ErrorCode::StorageCorrupt, "entry 17: it is missing"));
        const QString told = words(timeline.bar());
        QVERIFY(told.contains(u"The log is broken."_s));
        QVERIFY(told.contains(u"entry 17: it is missing"_s));
        QVERIFY(told.contains(u"revoking goes on"_s));
    }

    void what_the_filter_shows_is_exported()
    {
        Timeline timeline;
        timeline.page.showGrant(GrantId{"grant-9"});
        timeline.bar().exportTo(u"/tmp/x.jsonl"_s, authority::TimelineFile::Form::JsonLines);
        QCOMPARE(timeline.exported.path, u"/tmp/x.jsonl"_s);
        QCOMPARE(timeline.exported.form, authority::TimelineFile::Form::JsonLines);
        QCOMPARE(timeline.exported.choice.filter.grant, GrantId{"grant-9"});
        timeline.answering(12);
        QVERIFY(words(timeline.bar()).contains(u"12 entries were written."_s));
    }
};

QTEST_MAIN(TimelineTest)
#include "tst_timeline.moc"
