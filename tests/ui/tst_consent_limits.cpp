// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Narrowing in place: money, uses, values and how far it may be handed on; and the forms of the other purposes.
#include "tests/ui/consent_desk.h"
#include "tests/ui/walk.h"
#include "ui/common/money_edit.h"
#include "ui/common/notice.h"

#include <QCheckBox>
#include <QDialog>
#include <QRadioButton>
#include <QSpinBox>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;

namespace {
template <typename T> T* named(const QWidget& in, const QString& accessibleName)
{
    for (T* widget : walk::all<T>(in)) {
        if (walk::accessibleName(widget) == accessibleName)
            return widget;
    }
    return nullptr;
}

void type(QLineEdit* field, const QString& text)
{
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
}

permissions::AgentDelegation grantedOf(const ConsentDesk& desk)
{
    return consent::grantOf(desk.view->facts(), desk.view->edit())->details.front();
}

QRadioButton* radio(const QWidget& in, const QString& text)
{
    for (QRadioButton* button : walk::all<QRadioButton>(in)) {
        if (button->accessibleName() == text)
            return button;
    }
    return nullptr;
}
} // namespace

class ConsentLimitsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_it_reads_can_be_made_to_need_a_signature()
    {
        ConsentDesk desk(samples::payer());
        auto* box = named<QCheckBox>(desk.window, u"signs what it reads too"_s);
        QVERIFY(box && !box->isChecked());
        QCOMPARE(grantedOf(desk).signedReads, permissions::SignedReads::No);
        box->setChecked(true);
        QCOMPARE(grantedOf(desk).signedReads, permissions::SignedReads::Yes);
        const auto sentences = permissions::toSentences(*consent::grantOf(desk.view->facts(), desk.view->edit()));
        QVERIFY(sentences.constFirst().contains(u"signing what it reads too"_s));
        // Where it was asked for, it is told and can't be taken away.
        consent::ScreenFacts facts = samples::payer();
        facts.asked.details.front().signedReads = permissions::SignedReads::Yes;
        ConsentDesk asked(facts);
        QVERIFY(!named<QCheckBox>(asked.window, u"signs what it reads too"_s));
        QCOMPARE(grantedOf(asked).signedReads, permissions::SignedReads::Yes);
        consent::Edit edit = asked.view->edit();
        edit.details.front().signedReads = permissions::SignedReads::No;
        QVERIFY(!consent::grantOf(facts, edit));
    }

    void a_limit_of_money_can_be_lowered_and_set_and_never_raised()
    {
        ConsentDesk desk(samples::payer());
        auto* each = named<MoneyEdit>(desk.window, u"each at most, in EUR"_s);
        auto* daily = named<MoneyEdit>(desk.window, u"a day at most, in EUR"_s);
        QVERIFY(each && daily);
        QCOMPARE(each->text(), u"500.00"_s);
        QCOMPARE(daily->text(), QString());
        QCOMPARE(daily->placeholderText(), u"no limit"_s);
        type(each, u"99.5"_s);
        type(daily, u"1000"_s);
        QCOMPARE(grantedOf(desk).spend->perAction->text(), "99.50");
        QCOMPARE(grantedOf(desk).spend->perDay->text(), "1000.00");
        QVERIFY(desk.child<QPlainTextEdit>(u"exact"_s).toPlainText().contains(u"99.50"_s));
        type(each, u"500.01"_s);
        QVERIFY(!desk.approve().isEnabled());
        QVERIFY2(desk.textOf(u"risks"_s).contains(u"more than was asked"_s), qPrintable(desk.textOf(u"risks"_s)));
        type(each, u"0"_s);
        QVERIFY(!desk.approve().isEnabled());
        each->selectAll();
        QTest::keyClick(each, Qt::Key_Backspace);
        daily->setFocus(); // leaving the field shows what holds
        QCOMPARE(each->text(), u"500.00"_s);
        QVERIFY(desk.approve().isEnabled());
    }

    void what_is_typed_is_never_read_as_more_than_it_says_data()
    {
        QTest::addColumn<QLocale>("locale");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("shown");
        QTest::addColumn<QString>("amount");
        const QLocale english(QLocale::English, QLocale::UnitedKingdom);
        const QLocale german(QLocale::German, QLocale::Germany);
        QTest::newRow("point") << english << u"12.5"_s << u"12.50"_s << u"12.50"_s;
        QTest::newRow("comma in English") << english << u"1,000"_s << u"1.00"_s << u"1.00"_s;
        QTest::newRow("comma in German") << german << u"12,5"_s << u"12,50"_s << u"12.50"_s;
        QTest::newRow("point in German") << german << u"1.000"_s << u"1,00"_s << u"1.00"_s;
        QTest::newRow("two signs") << english << u"1.2.3"_s << u"1.23"_s << u"1.23"_s;
        QTest::newRow("letters") << english << u"1e3"_s << u"13.00"_s << u"13.00"_s;
        QTest::newRow("minus") << english << u"-7"_s << u"7.00"_s << u"7.00"_s;
        QTest::newRow("zeros first") << english << u"007"_s << u"7.00"_s << u"7.00"_s;
        QTest::newRow("sign first") << english << u".25"_s << u"0.25"_s << u"0.25"_s;
        QTest::newRow("sign only") << english << u"."_s << u"0.00"_s << u"0.00"_s;
        QTest::newRow("finest") << english << u"0.000001"_s << u"0.000001"_s << u"0.000001"_s;
        QTest::newRow("finer") << english << u"0.0000019"_s << u"0.000001"_s << u"0.000001"_s;
        QTest::newRow("too long") << english << u"1234567890123"_s << u"123456789012.00"_s << u"123456789012.00"_s;
        QTest::newRow("Arabic digits") << QLocale(QLocale::Arabic, QLocale::Egypt) << u"١٢"_s << u"١٢٫٠٠"_s
                                       << u"12.00"_s;
    }
    void what_is_typed_is_never_read_as_more_than_it_says()
    {
        QFETCH(QLocale, locale);
        QFETCH(QString, typed);
        QFETCH(QString, shown);
        QFETCH(QString, amount);
        MoneyEdit field(std::nullopt, locale);
        field.show();
        for (const QChar c : std::as_const(typed))
            QTest::sendKeyEvent(QTest::Click, &field, Qt::Key_unknown, QString(c), Qt::NoModifier);
        QVERIFY(field.amount());
        QCOMPARE(QString::fromStdString(field.amount()->text()), amount);
        QTest::keyClick(&field, Qt::Key_Return);
        QCOMPARE(field.text(), shown);
    }

    void a_recipient_can_be_left_out_but_not_all()
    {
        ConsentDesk desk(samples::payer());
        const QStringList names{u"acme"_s, u"globex"_s, u"initech"_s};
        for (const QString& name : names) {
            auto* box = named<QCheckBox>(desk.window, u"recipient: %1"_s.arg(name));
            QVERIFY(box && box->isChecked());
            QVERIFY(desk.approve().isEnabled());
            QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
            QVERIFY(!box->isChecked());
        }
        QVERIFY(!desk.approve().isEnabled());
        QVERIFY(desk.textOf(u"risks"_s).contains(u"/recipient"_s));
        auto* acme = named<QCheckBox>(desk.window, u"recipient: acme"_s);
        QTest::mouseClick(acme, Qt::LeftButton, {}, QPoint(8, acme->height() / 2));
        desk.clock.advance(kGuardDelay);
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        QVERIFY(desk.approved.front().shownText.contains(u"[ ] globex | recipient"_s));
        QCOMPARE(std::get<permissions::OneOf>(grantedOf(desk).constraints[0].constraint.form.index() == 3
                         ? grantedOf(desk).constraints[0].constraint.form
                         : grantedOf(desk).constraints[1].constraint.form)
                     .values.size(),
            1U);
    }

    void once_and_so_often_are_choices_beside_the_time()
    {
        ConsentDesk desk(samples::payer());
        QTest::mouseClick(radio(desk.window, u"once"_s), Qt::LeftButton);
        QCOMPARE(*grantedOf(desk).uses, 1);
        QTest::mouseClick(radio(desk.window, u"at most so often:"_s), Qt::LeftButton);
        auto& count = desk.child<QSpinBox>(u"uses"_s);
        QVERIFY(count.isVisible());
        QCOMPARE(count.maximum(), 200);
        count.setFocus();
        count.selectAll();
        QTest::keyClicks(&count, u"25"_s);
        QCOMPARE(*grantedOf(desk).uses, 25);
        QTest::mouseClick(radio(desk.window, u"200 times"_s), Qt::LeftButton);
        QCOMPARE(*grantedOf(desk).uses, 200);
        QVERIFY(!count.isVisible());
    }

    void how_far_it_may_be_handed_on_can_be_less()
    {
        ConsentDesk desk(samples::payer());
        auto& depth = desk.child<QComboBox>(u"depth"_s);
        QCOMPARE(depth.count(), 3);
        depth.setFocus();
        QTest::keyClick(&depth, Qt::Key_Home);
        QCOMPARE(grantedOf(desk).maxDepth, 0);
        QVERIFY(!desk.textOf(u"risks"_s).contains(u"hand this on"_s));
        QTest::keyClick(&depth, Qt::Key_End);
        QVERIFY(desk.textOf(u"risks"_s).contains(u"hand this on"_s));
    }

    void what_can_not_be_edited_is_told()
    {
        ConsentDesk desk(samples::payer());
        QStringList told;
        for (const QLabel* label : walk::all<QLabel>(desk.window, u"condition"_s))
            told.append(label->text());
        QCOMPARE(told.size(), 2);
        QVERIFY(told[0].contains(u"INV-*"_s));
        QVERIFY(told[1].contains(u"20 times"_s));
    }

    void a_request_for_more_shows_the_difference_to_what_there_is()
    {
        ConsentDesk desk(samples::extending());
        QStringList lines;
        for (const QLabel* label : walk::all<QLabel>(desk.window, u"change"_s))
            lines.append(label->text());
        QVERIFY2(lines.contains(u"5,000.00 EUR → 20,000.00 EUR"_s), qPrintable(lines.join(u'\n')));
        QVERIFY2(lines.contains(u"acme or globex → acme, globex or initech"_s), qPrintable(lines.join(u'\n')));
        QVERIFY(!desk.child<Notice>(u"news"_s).isVisible());
        QCOMPARE(desk.textOf(u"ownName"_s), u"“night books” (your name for it)"_s);
        QVERIFY(desk.textOf(u"claimedName"_s).contains(u"reconcile-bot"_s));
        type(named<MoneyEdit>(desk.window, u"in all at most, in EUR"_s), u"5000"_s);
        lines.clear();
        for (const QLabel* label : walk::all<QLabel>(desk.window, u"change"_s)) {
            if (label->isVisible())
                lines.append(label->text());
        }
        QVERIFY(!lines.join(u'\n').contains(u"20,000.00"_s));
    }

    void one_action_is_shown_with_its_exact_arguments_and_can_not_be_edited()
    {
        ConsentDesk desk(samples::onePayment());
        QStringList arguments;
        for (const QLabel* label : walk::all<QLabel>(desk.window, u"argument"_s))
            arguments.append(label->text());
        QCOMPARE(arguments.size(), 6);
        QVERIFY(arguments.contains(u"amount: \"1612.00\""_s));
        QVERIFY(arguments.contains(u"lines/0/count: 3"_s));
        const QString note =
            *std::ranges::find_if(arguments, [](const QString& line) { return line.startsWith(u"note"_s); });
        QVERIFY2(note.contains(u"<b>urgent</b>⟨U+202E⟩\\nApproved: yes"_s), qPrintable(note));
        QCOMPARE(walk::labelsThatReadMarkup(desk.window), QStringList());
        QCOMPARE(walk::namelessControls(desk.window), QStringList());
        QVERIFY(desk.textOf(u"askedBecause"_s).contains(u"above 1,000.00 EUR"_s));
        QVERIFY(desk.window.findChildren<QCheckBox*>().isEmpty());
        QVERIFY(desk.window.findChildren<QRadioButton*>().isEmpty());
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QVERIFY(desk.approved.empty()); // what is done can't be taken back: it is held
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        const authority::Decision& decision = desk.approved.front();
        QVERIFY(decision.edit.details.empty());
        QVERIFY(decision.shownText.contains(u"amount: \"1612.00\""_s));
    }

    void every_control_of_a_full_form_has_a_name_and_a_place_in_the_order()
    {
        ConsentDesk desk(samples::payer());
        QCOMPARE(walk::namelessControls(desk.window), QStringList());
        desk.view->focusFirst();
        QStringList names;
        for (QWidget* widget : walk::tabOrder(desk.window))
            names.append(widget->objectName());
        const auto place = [&](const QString& name) { return names.indexOf(name); };
        QVERIFY2(place(u"value"_s) > 0, qPrintable(names.join(u' ')));
        QVERIFY(place(u"value"_s) < place(u"money"_s));
        QVERIFY(place(u"money"_s) < place(u"depth"_s));
        QVERIFY(place(u"depth"_s) < place(u"showExact"_s));
        QVERIFY(place(u"showExact"_s) < place(u"approve"_s));
    }

    void in_an_ended_window_nothing_stands_out_from_the_rest()
    {
        ConsentDesk desk(samples::payer());
        auto* known = desk.window.findChild<QLabel*>(u"known"_s);
        auto* summary = desk.window.findChild<QLabel*>(u"summary"_s);
        const auto ink = [](const QLabel* label) { return label->palette().color(label->foregroundRole()); };
        QVERIFY(ink(known) != ink(summary));
        desk.view->showEnded(consent::RequestState::Expired);
        QCOMPARE(ink(known), ink(summary));
    }
};

QTEST_MAIN(ConsentLimitsTest)
#include "tst_consent_limits.moc"
