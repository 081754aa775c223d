// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/samples.h"
#include "tests/ui/walk.h"
#include "ui/common/copy_line.h"
#include "ui/common/notice.h"
#include "ui/consent/requests_page.h"
#include "ui/services/services_page.h"
#include "ui/start/passphrase_dialog.h"
#include "ui/start/start_dialog.h"
#include "ui/timeline/story_view.h"
#include "ui/timeline/timeline_page.h"

#include <QClipboard>
#include <QListView>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using samples::kNow;

namespace {
/// A timeline that nothing comes to, with a story for each entry.
TimelineDeeds timelineDeeds()
{
    TimelineDeeds deeds;
    deeds.fetch = [](const auto&, auto, int, const auto&) { };
    deeds.story = [](std::uint64_t entry, const auto& answer) { answer(samples::story(entry)); };
    return deeds;
}

} // namespace

class PagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pages_name_their_controls_and_read_no_markup()
    {
        ManualClock clock(kNow);
        RequestsPage requests(clock);
        requests.model().put({"a", u"<b>bot</b>"_s, u"Let it?"_s, kNow, kNow + 60s, 1});
        TimelinePage timeline(timelineDeeds(), clock);
        ServicesPage services({});
        for (QWidget* page :
            {static_cast<QWidget*>(&requests), static_cast<QWidget*>(&timeline), static_cast<QWidget*>(&services)}) {
            QCOMPARE(walk::namelessControls(*page), QStringList());
            QCOMPARE(walk::labelsThatReadMarkup(*page), QStringList());
        }
    }

    void a_request_is_reviewed_from_the_inbox()
    {
        ManualClock clock(kNow);
        RequestsPage page(clock);
        QSignalSpy wanted(&page, &RequestsPage::reviewWanted);
        QSignalSpy counted(&page, &RequestsPage::countChanged);
        page.model().put({"a", u"bot"_s, u"Let it?"_s, kNow, kNow + 60s, 1});
        page.show();
        QCOMPARE(counted.last().first().toInt(), 1);
        QTest::mouseClick(walk::buttonNamed(page, u"Review…"_s), Qt::LeftButton);
        QCOMPARE(wanted.last().first().toString(), u"a"_s);
    }

    void the_timeline_asks_for_what_the_filter_row_says_and_tells_the_story()
    {
        ManualClock clock(kNow);
        std::vector<audit::TimelineFilter> asked;
        TimelineDeeds deeds = timelineDeeds();
        deeds.fetch = [&](const audit::TimelineFilter& filter, std::optional<std::uint64_t> before, int count,
                          const auto& answer) {
            asked.push_back(filter);
            answer(samples::timelinePage(20, before, count));
        };
        TimelinePage page(deeds, clock);
        page.addAgent({ClientId{"agent-1"}, u"reconcile-bot"_s});
        page.addAgent({ClientId{"agent-1"}, u"reconcile-bot"_s});
        page.resize(900, 700);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* list = page.findChild<QListView*>(u"timeline"_s);
        QTRY_VERIFY(list->model()->rowCount() > 20);
        const auto choose = [&](const QString& box, int index) {
            for (QComboBox* combo : walk::all<QComboBox>(page)) {
                if (combo->accessibleName() != box)
                    continue;
                combo->setFocus();
                for (int i = combo->currentIndex(); i < index; ++i)
                    QTest::keyClick(combo, Qt::Key_Down);
                QCOMPARE(combo->currentIndex(), index);
            }
        };
        choose(u"Agent"_s, 1);
        QCOMPARE(asked.back().agent, ClientId{"agent-1"});
        choose(u"Kind"_s, 1);
        QVERIFY(std::ranges::contains(asked.back().kinds, audit::LeafKind::ConsentGiven));
        choose(u"Time"_s, 1);
        QVERIFY(asked.back().from.has_value() && *asked.back().from <= kNow);
        choose(u"Outcome"_s, 2);
        for (int row = 0; row < list->model()->rowCount(); ++row) {
            const QModelIndex index = list->model()->index(row, 0);
            if (index.data(TimelineModel::HeadingRole).toString().isEmpty())
                QCOMPARE(
                    index.data(TimelineModel::OutcomeRole).toInt(), static_cast<int>(TimelineModel::Outcome::Refused));
        }
        list->setCurrentIndex(list->model()->index(1, 0));
        QCOMPARE(page.findChild<QLabel*>(u"entrySentence"_s)->text(), list->currentIndex().data().toString());
        QVERIFY(page.findChild<StoryView*>()->isVisible());
        page.showGrant(GrantId{"grant-9"});
        QCOMPARE(asked.back().grant, GrantId{"grant-9"});
        QVERIFY(!asked.back().agent);
    }

    void a_service_secret_is_shown_once_and_can_be_copied()
    {
        QStringList added;
        ServiceDeeds deeds;
        deeds.add = [&](const QString& name, const QString& location, const ServiceDeeds::Added& answer) {
            added << name << location;
            if (added.size() == 2)
                answer(fail(ErrorCode::InvalidTarget, "That is no address."));
            else
                answer(authority::ServiceSecret{ServiceId{"svc-1"}, u"s3cret"_s});
        };
        AddServiceDialog dialog(deeds, nullptr);
        dialog.show();
        const QList<QLineEdit*> fields = dialog.findChildren<QLineEdit*>();
        QTest::keyClicks(fields[0], u"Payments"_s);
        QVERIFY(!walk::buttonNamed(dialog, u"Add"_s)->isEnabled());
        QTest::keyClicks(fields[1], u"https://payments.example/"_s);
        QTest::mouseClick(walk::buttonNamed(dialog, u"Add"_s), Qt::LeftButton);
        QVERIFY(dialog.findChild<Notice*>()->isVisible());
        QTest::mouseClick(walk::buttonNamed(dialog, u"Add"_s), Qt::LeftButton);
        QCOMPARE(added.mid(2), (QStringList{u"Payments"_s, u"https://payments.example/"_s}));
        const QList<CopyLine*> lines = dialog.findChildren<CopyLine*>();
        QCOMPARE(lines[1]->text(), u"s3cret"_s);
        QTest::mouseClick(lines[1]->findChild<QPushButton*>(), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"s3cret"_s);
        QCOMPARE(lines[1]->findChild<QPushButton*>()->text(), u"Copied"_s);
    }

    void a_passphrase_stays_until_it_was_right()
    {
        QStringList tried;
        PassphraseDialog dialog(PassphraseDialog::personKey(PassphraseDialog::Task::Enter),
            [&](QString& passphrase, const PassphraseDialog::Answer& answer) {
                tried.append(QString(passphrase.constData(), passphrase.size()));
                answer(tried.size() == 1 ? fail(ErrorCode::WrongPassphrase, "That is not the passphrase.")
                                         : Result<void>());
            });
        dialog.show();
        auto* field = dialog.findChild<QLineEdit*>();
        QCOMPARE(field->echoMode(), QLineEdit::Password);
        QVERIFY(!walk::buttonNamed(dialog, u"Unlock"_s)->isEnabled());
        QTest::keyClicks(field, u"wrong one"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(dialog.isVisible());
        QCOMPARE(field->text(), QString());
        QTest::keyClicks(field, u"right one"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(tried, (QStringList{u"wrong one"_s, u"right one"_s}));
    }

    void a_new_passphrase_is_typed_twice_and_long_enough_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::addColumn<bool>("taken");
        QTest::newRow("seven") << u"1234567"_s << u"1234567"_s << false;
        QTest::newRow("eight") << u"12345678"_s << u"12345678"_s << true;
        QTest::newRow("different") << u"12345678"_s << u"12345679"_s << false;
    }
    void a_new_passphrase_is_typed_twice_and_long_enough()
    {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(bool, taken);
        int tried = 0;
        PassphraseDialog dialog(PassphraseDialog::sealedFile(PassphraseDialog::Task::Choose),
            [&](QString&, const PassphraseDialog::Answer& answer) {
                ++tried;
                answer({});
            });
        dialog.show();
        const QList<QLineEdit*> fields = dialog.findChildren<QLineEdit*>();
        QTest::keyClicks(fields[0], first);
        QTest::keyClicks(fields[1], second);
        QTest::mouseClick(walk::buttonNamed(dialog, u"Choose"_s), Qt::LeftButton);
        QCOMPARE(tried, taken ? 1 : 0);
        QCOMPARE(dialog.isVisible(), !taken);
    }

    void the_first_start_goes_from_reading_to_a_line_to_copy()
    {
        using Here = StartDialog::KeyPlace::Here;
        StartDialog::Facts facts;
        facts.places = {{u"kwallet"_s, u"KWallet"_s, u"Of KDE."_s, Here::No},
            {u"file"_s, u"A sealed file"_s, u"Own."_s, Here::Yes}};
        facts.issuer = u"http://127.0.0.1:7317"_s;
        facts.connectLine = u"countersignctl ask"_s;
        QStringList began;
        StartDialog dialog(facts, [&](StartDialog::Choice& choice, const StartDialog::Answer& answer) {
            began << choice.place << QString(choice.passphrase.constData(), choice.passphrase.size());
            answer(began.size() == 2 ? fail(ErrorCode::KeychainLocked, "The wallet is locked.") : Result<void>());
        });
        dialog.show();
        auto* next = dialog.findChild<QPushButton*>(u"next"_s);
        QTest::mouseClick(next, Qt::LeftButton);
        const QList<QRadioButton*> places = dialog.findChildren<QRadioButton*>();
        QVERIFY(!places[0]->isEnabled());
        QVERIFY(places[1]->isChecked());
        QTest::mouseClick(next, Qt::LeftButton);
        for (int attempt = 0; attempt < 2; ++attempt) {
            QVERIFY(dialog.findChild<QLineEdit*>(u"passphrase"_s)->isVisible());
            QTest::mouseClick(next, Qt::LeftButton); // too short
            QCOMPARE(began.size(), attempt * 2);
            for (const QString& name : {u"passphrase"_s, u"passphraseAgain"_s})
                QTest::keyClicks(dialog.findChild<QLineEdit*>(name), u"correct horse"_s);
            QTest::mouseClick(next, Qt::LeftButton);
        }
        QCOMPARE(began.mid(2), (QStringList{u"file"_s, u"correct horse"_s}));
        QStringList lines;
        for (CopyLine* line : walk::all<CopyLine>(dialog))
            lines.append(line->text());
        QCOMPARE(lines, (QStringList{facts.issuer, facts.connectLine}));
        QCOMPARE(walk::namelessControls(dialog), QStringList());
        QTest::mouseClick(next, Qt::LeftButton);
        QVERIFY(!dialog.isVisible());
    }
};

QTEST_MAIN(PagesTest)
#include "tst_pages.moc"
