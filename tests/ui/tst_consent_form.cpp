// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/consent_desk.h"
#include "tests/ui/walk.h"

#include <QCheckBox>
#include <QDateTimeEdit>
#include <QDialog>
#include <QRadioButton>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;

class ConsentFormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_summary_has_the_focus_and_reading_begins_there()
    {
        ConsentDesk desk;
        QVERIFY(desk.ready);
        auto& summary = desk.child<QLabel>(u"summary"_s);
        QVERIFY(summary.hasFocus());
        QCOMPARE(summary.text(),
            consent::composeScreen(
                samples::familiar(), consent::initialEdit(samples::familiar()), QLocale(QLocale::English))
                .summary);
        QCOMPARE(walk::accessibleName(&summary), summary.text());
    }

    void leaving_an_action_out_changes_the_preview_and_what_is_signed()
    {
        ConsentDesk desk(samples::unknown());
        auto& exact = desk.child<QPlainTextEdit>(u"exact"_s);
        QVERIFY(exact.toPlainText().contains(u"payments.cancel"_s));
        QCheckBox* cancel = nullptr;
        for (QCheckBox* box : walk::all<QCheckBox>(desk.window)) {
            if (box->accessibleName().startsWith(u"cancel payments"_s))
                cancel = box;
        }
        QVERIFY(cancel);
        QTest::mouseClick(cancel, Qt::LeftButton);
        QVERIFY(!exact.toPlainText().contains(u"payments.cancel"_s));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        const auto granted = consent::grantOf(desk.approved.front().facts, desk.approved.front().edit);
        QCOMPARE(granted->details.front().actions.size(), 2U);
        QVERIFY(desk.approved.front().shownText.contains(u"[ ] cancel payments"_s));
    }

    void what_is_demanded_stands_beside_what_is_shown()
    {
        ConsentDesk desk(samples::demanding());
        QStringList demanded;
        QStringList shown;
        for (const QLabel* label : walk::all<QLabel>(desk.window)) {
            if (label->objectName() == u"demanded"_s)
                demanded.append(label->text());
            if (label->objectName() == u"shown"_s)
                shown.append((label->font().bold() ? u"bold: "_s : QString()) + label->text());
        }
        QCOMPARE(demanded.size(), 3); // a limit of the service's is no matter of evidence
        QCOMPARE(shown.size(), 2);
        QVERIFY(shown[0].contains(u"L3"_s) && !shown[0].contains(u"MISSING"_s));
        QVERIFY(shown[1].startsWith(u"bold: MISSING"_s) && shown[1].contains(u"NOT SCREENED"_s));
        desk.holdPointer(desk.approve()); // it is evidence: the person may approve all the same
        QVERIFY(desk.approved.front().shownText.contains(u"MISSING"_s));
    }

    void what_is_not_kept_is_not_demanded()
    {
        ConsentDesk desk(samples::demanding());
        const auto demanded = [&] {
            return std::ranges::count_if(walk::all<QLabel>(desk.window),
                [](const QLabel* label) { return label->objectName() == u"demanded"_s && label->isVisible(); });
        };
        QCOMPARE(demanded(), 3);
        const auto boxes = walk::all<QCheckBox>(desk.window);
        const auto cancel = std::ranges::find_if(
            boxes, [](const QCheckBox* box) { return box->accessibleName().startsWith(u"cancel payments"_s); });
        QVERIFY(cancel != boxes.end());
        (*cancel)->click();
        QCOMPARE(demanded(), 0);
        (*cancel)->click();
        QCOMPARE(demanded(), 3);
    }

    void where_nothing_is_demanded_nothing_stands_there()
    {
        ConsentDesk desk(samples::payer());
        QVERIFY(!desk.window.findChild<QLabel*>(u"demandsTitle"_s));
    }

    void nothing_left_to_approve_says_so_and_can_still_be_denied()
    {
        ConsentDesk desk;
        for (QCheckBox* box : walk::all<QCheckBox>(desk.window))
            QTest::mouseClick(box, Qt::LeftButton);
        QVERIFY(!desk.approve().isEnabled());
        QVERIFY(desk.textOf(u"risks"_s).contains(u"Nothing is left"_s));
        QTest::mouseClick(&desk.child(u"deny"_s), Qt::LeftButton);
        QCOMPARE(desk.denied, 1);
    }

    void the_time_is_chosen_among_what_is_offered()
    {
        ConsentDesk desk(samples::unknown());
        QDateTimeEdit* date = desk.window.findChild<QDateTimeEdit*>();
        QVERIFY(date && !date->isVisible());
        for (QRadioButton* radio : walk::all<QRadioButton>(desk.window)) {
            if (radio->accessibleName() == u"15 minutes"_s)
                QTest::mouseClick(radio, Qt::LeftButton, {}, QPoint(5, radio->height() / 2));
        }
        QVERIFY(desk.textOf(u"until"_s).contains(u"15 min"_s));
        for (QRadioButton* radio : walk::all<QRadioButton>(desk.window)) {
            if (radio->accessibleName() == u"until a date"_s)
                QTest::mouseClick(radio, Qt::LeftButton, {}, QPoint(5, radio->height() / 2));
        }
        QVERIFY(date->isVisible());
        QCOMPARE(date->maximumDateTime().toSecsSinceEpoch(), (samples::kNow + 30h).value);
        date->setDateTime(QDateTime::fromSecsSinceEpoch((samples::kNow + 2h).value));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        QCOMPARE(consent::grantOf(desk.approved.front().facts, desk.approved.front().edit)->end()->value,
            (samples::kNow + 2h).value);
    }

    void the_countdown_is_live_and_does_not_switch_the_buttons_off()
    {
        ConsentDesk desk;
        QVERIFY(desk.textOf(u"countdown"_s).contains(u"4:59"_s) || desk.textOf(u"countdown"_s).contains(u"5:00"_s));
        desk.clock.advance(60s);
        QTRY_VERIFY_WITH_TIMEOUT(desk.textOf(u"countdown"_s).contains(u"4:00"_s), 3000);
        QVERIFY(desk.guard->isOpen());
        QVERIFY(walk::accessibleName(&desk.child<QLabel>(u"countdown"_s)).contains(u"4 min 00 s"_s));
    }

    void hostile_text_is_shown_escaped_and_as_plain_text()
    {
        ConsentDesk desk(samples::hostile());
        QCOMPARE(walk::labelsThatReadMarkup(desk.window), QStringList());
        QVERIFY(desk.textOf(u"claimedName"_s).contains(u"<b>Your bank</b>⟨U+202E⟩"_s));
        QVERIFY(desk.textOf(u"why"_s).contains(u"<a href="_s));
        for (const QLabel* label : walk::all<QLabel>(desk.window)) {
            QVERIFY2(!label->text().contains(QChar(0x202E)), qPrintable(label->text()));
            QVERIFY(!label->buddy());
        }
        for (const QAbstractButton* button : walk::all<QAbstractButton>(desk.window))
            QVERIFY2(button->shortcut().isEmpty(), qPrintable(button->text()));
    }

    void the_longest_words_stay_inside_the_window()
    {
        ConsentDesk desk(samples::crowded());
        desk.window.resize(400, 700);
        QTest::qWait(50);
        for (const QLabel* label : walk::all<QLabel>(desk.window)) {
            if (!label->isVisible() || label->text().isEmpty())
                continue;
            const QRect place(label->mapTo(&desk.window, QPoint(0, 0)), label->size());
            QVERIFY2(place.right() <= desk.window.width(), qPrintable(label->text()));
            if (label->wordWrap())
                QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        }
    }

    void every_control_has_a_name_and_tab_goes_from_reading_to_deciding()
    {
        ConsentDesk desk(samples::unknown());
        QCOMPARE(walk::namelessControls(desk.window), QStringList());
        desk.view->focusFirst();
        const std::vector<QWidget*> order = walk::tabOrder(desk.window);
        QCOMPARE(order.front()->objectName(), u"summary"_s);
        QStringList names;
        for (const QWidget* widget : order)
            names.append(widget->objectName());
        const auto place = [&](const QString& name) { return names.indexOf(name); };
        QVERIFY2(place(u"showExact"_s) > 0, qPrintable(names.join(u' ')));
        QVERIFY(place(u"showExact"_s) < place(u"later"_s));
        QVERIFY(place(u"later"_s) < place(u"deny"_s));
        QVERIFY(place(u"deny"_s) < place(u"approve"_s));
        QCOMPARE(std::ranges::count_if(order, [](QWidget* widget) { return qobject_cast<QCheckBox*>(widget); }), 5);
    }

    void no_part_of_it_is_a_window_of_its_own_even_for_a_moment()
    {
        struct Watch : QObject {
            bool eventFilter(QObject* watched, QEvent* event) override
            {
                const auto* widget = qobject_cast<QWidget*>(watched);
                if (event->type() == QEvent::Show && widget && widget->isWindow()
                    && !qobject_cast<const QDialog*>(widget))
                    ++windows;
                return false;
            }
            int windows = 0;
        } watch;
        qApp->installEventFilter(&watch);
        consent::ScreenFacts silent = samples::unknown();
        silent.bindingMessage.clear();
        for (const consent::ScreenFacts& facts : {samples::familiar(), samples::hostile(), silent})
            ConsentDesk desk(facts);
        QCOMPARE(watch.windows, 0);
    }
};

QTEST_MAIN(ConsentFormTest)
#include "tst_consent_form.moc"
