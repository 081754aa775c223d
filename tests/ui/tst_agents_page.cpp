// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/agent_samples.h"
#include "tests/ui/walk.h"
#include "ui/agents/agents_page.h"
#include "ui/common/plain_label.h"
#include "ui/common/trust_part.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <set>

using namespace countersign;
using namespace countersign::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr UnixSeconds kNow{1795359600};

/// A page with the sample agents, which remembers what was asked of it.
struct Shown {
    explicit Shown(std::vector<authority::AgentRow> rows = samples::agentRows(kNow))
    {
        page.model().reset(std::move(rows));
        page.resize(1000, 700);
        page.show();
        if (!QTest::qWaitForWindowExposed(&page))
            qFatal("no window");
    }

    AgentDeeds deeds()
    {
        const auto note = [this](const QString& deed) {
            return [this, deed](const ClientId& agent, const AgentDeeds::Answer& answer) {
                done.append(deed + u' ' + QString::fromStdString(agent.value));
                answer(answers);
            };
        };
        AgentDeeds all;
        all.assignTrust = [this](const ClientId& agent, std::optional<agents::TrustLevel> level,
                              const AgentDeeds::Answer& answer) {
            const QString word = level ? QString::number(std::to_underlying(*level)) : u"none"_s;
            done.append(u"assign "_s + QString::fromStdString(agent.value) + u' ' + word);
            answer(answers);
        };
        all.name = [this](const ClientId& agent, const QString& name, const AgentDeeds::Answer& answer) {
            done.append(u"name "_s + QString::fromStdString(agent.value) + u' ' + name);
            answer(answers);
        };
        all.askAgain = note(u"ask"_s);
        all.block = note(u"block"_s);
        all.unblock = note(u"unblock"_s);
        all.forget = note(u"forget"_s);
        return all;
    }

    void choose(int row) { page.findChild<QTableView*>(u"agents"_s)->selectRow(row); }
    void press(const QString& name) { QTest::mouseClick(page.findChild<QPushButton*>(name), Qt::LeftButton); }
    [[nodiscard]] QString words(const QString& name) { return page.findChild<PlainLabel*>(name)->text(); }
    /// Presses the button of the question that is open.
    void confirm(const QString& text)
    {
        auto* question = page.findChild<QMessageBox*>();
        QVERIFY(question != nullptr);
        QVERIFY(question->defaultButton() == question->button(QMessageBox::Cancel));
        const auto buttons = question->buttons();
        for (QAbstractButton* button : buttons) {
            if (button->text() == text)
                QTest::mouseClick(button, Qt::LeftButton);
        }
    }

    QStringList done;
    Result<void> answers;
    ManualClock clock{kNow};
    AgentsPage page{deeds(), clock};
};

} // namespace

class TestAgentsPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_model_keeps_the_rules_of_models()
    {
        const ManualClock clock(kNow);
        AgentsModel model(clock);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.reset(samples::agentRows(kNow));
        authority::AgentRow newest = samples::agentRow("a9", u"newest"_s, kNow);
        model.put(0, newest);
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.at(0).agent.id, ClientId{"a9"});
        newest.ownName = u"mine"_s;
        model.put(0, newest);
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.index(0, AgentsModel::Name).data().toString(), u"mine"_s);
        model.remove(model.rowOf({"a2"}));
        QCOMPARE(model.rowOf({"a2"}), -1);
        QCOMPARE(model.rowCount(), 4);
    }

    void not_screened_can_t_be_taken_for_clear()
    {
        Shown shown;
        const AgentsModel& model = shown.page.model();
        std::set<QString> words;
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex cell = model.index(row, AgentsModel::Sanctions);
            const QString text = cell.data().toString();
            words.insert(text);
            QCOMPARE(text == u"clear"_s, row == 0);
            QCOMPARE(text.contains(u"NOT SCREENED"_s), row == 1 || row == 2);
            QVERIFY(cell.data(Qt::AccessibleTextRole).toString().contains(text));
        }
        QCOMPARE(words.size(), 4U);
        const auto signAt = [&](int row) {
            return model.index(row, AgentsModel::Sanctions)
                .data(Qt::DecorationRole)
                .value<QIcon>()
                .pixmap(22, 22)
                .toImage();
        };
        QVERIFY(signAt(0) != signAt(1));
        QVERIFY(signAt(0) != signAt(3));
        QVERIFY(signAt(1) != signAt(3));
    }

    void the_chosen_agent_s_evidence_is_told_with_source_age_and_digest()
    {
        Shown shown;
        shown.choose(0);
        QVERIFY(shown.words(u"trustLevel"_s).startsWith(u"L3, says https://trust.acme-issuer.example, 5 min ago"_s));
        QCOMPARE(shown.words(u"screening"_s), u"Sanctions: clear, screened 2 h ago"_s);
        QVERIFY(shown.words(u"owner"_s).contains(u"did:web:acme.example"_s));
        QVERIFY(shown.words(u"agentSource"_s).contains(u"asked 5 min ago"_s));
        QVERIFY(shown.words(u"agentDigest"_s).startsWith(u"47DEQ"_s));
        QVERIFY(shown.words(u"agentCapabilities"_s).contains(u"permits nothing"_s));
        shown.choose(3);
        QVERIFY(shown.words(u"screening"_s).startsWith(u"Sanctions: HIT"_s));
        QCOMPARE(shown.page.findChild<PlainLabel*>(u"screening"_s)->font().bold(), true);
        shown.choose(0);
        QCOMPARE(shown.page.findChild<PlainLabel*>(u"screening"_s)->font().bold(), false);
    }

    void evidence_wears_off_while_one_looks()
    {
        Shown shown;
        shown.choose(0);
        shown.clock.advance(std::chrono::hours(1));
        shown.page.model().refresh();
        QVERIFY(shown.words(u"screening"_s).contains(u"NOT SCREENED"_s));
        QVERIFY(shown.words(u"trustLevel"_s).startsWith(u"L0"_s));
        QCOMPARE(shown.page.model().index(0, AgentsModel::Trust).data().toString(), u"L0"_s);
    }

    void the_person_s_word_is_given_and_taken_back()
    {
        Shown shown;
        shown.choose(1);
        auto* level = shown.page.findChild<QComboBox*>(u"assignedLevel"_s);
        QCOMPARE(level->currentIndex(), 3); // L2
        QVERIFY(shown.words(u"trustLevel"_s).startsWith(u"L2, by your own word"_s));
        QVERIFY(shown.words(u"screening"_s).contains(u"NOT SCREENED"_s)); // which no word of the person's changes
        level->setFocus();
        QTest::keyClick(level, Qt::Key_Down);
        QTest::keyClick(level, Qt::Key_Home);
        QCOMPARE(shown.done, (QStringList{u"assign a2 3"_s, u"assign a2 none"_s}));
    }

    void deeds_that_take_away_ask_first()
    {
        Shown shown;
        shown.choose(0);
        shown.press(u"blockAgent"_s);
        QVERIFY(shown.done.isEmpty());
        shown.confirm(u"Block"_s);
        QTRY_VERIFY(shown.page.findChild<QMessageBox*>() == nullptr);
        shown.press(u"forgetAgent"_s);
        shown.confirm(u"Forget"_s);
        QTRY_VERIFY(shown.page.findChild<QMessageBox*>() == nullptr);
        shown.press(u"askAgain"_s);
        shown.choose(3);
        QCOMPARE(shown.page.findChild<QPushButton*>(u"blockAgent"_s)->text(), u"Unblock"_s);
        shown.press(u"blockAgent"_s);
        QCOMPARE(shown.done, (QStringList{u"block a1"_s, u"forget a1"_s, u"ask a1"_s, u"unblock a4"_s}));
    }

    void what_did_not_work_is_told()
    {
        Shown shown;
        shown.answers = fail(ErrorCode::StorageFull, "The disk is full.");
        shown.choose(0);
        shown.press(u"askAgain"_s);
        bool told = false;
        for (const QLabel* label : walk::all<QLabel>(shown.page))
            told = told || (label->isVisible() && label->text().contains(u"The disk is full."_s));
        QVERIFY(told);
    }

    void an_agent_that_goes_while_it_is_chosen_leaves_nothing_behind()
    {
        Shown shown;
        shown.choose(2);
        shown.page.model().remove(2);
        shown.page.model().reset({});
        bool told = false;
        for (const QLabel* label : walk::all<QLabel>(shown.page))
            told = told || (label->isVisible() && label->text().contains(u"No agent has introduced itself yet"_s));
        QVERIFY(told);
        QVERIFY(!shown.page.findChild<QPushButton*>(u"forgetAgent"_s)->isVisible());
    }

    void everything_has_a_name_and_nothing_reads_markup()
    {
        Shown shown;
        shown.choose(3);
        QCOMPARE(walk::namelessControls(shown.page), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(shown.page), QStringList());
    }
};

QTEST_MAIN(TestAgentsPage)
#include "tst_agents_page.moc"
