// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a request asks, in the words of consent::composeScreen(), and what the person leaves of it: every action a check
// box, the time a choice. The words are composed anew with each edit, so what is shown is what would be signed.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

#include <optional>
#include <vector>

class QButtonGroup;
class QCheckBox;
class QDateTimeEdit;
class QGridLayout;
class QPlainTextEdit;
class QToolButton;

namespace countersign::ui {

class Notice;
class PlainLabel;

class ConsentForm final : public QWidget {
    Q_OBJECT
public:
    /// Begins with `edit` where it fits the facts.
    ConsentForm(consent::ScreenFacts facts, const std::optional<consent::Edit>& edit, const QLocale& locale,
        QWidget* parent = nullptr);

    [[nodiscard]] const consent::ScreenFacts& facts() const { return m_facts; }
    [[nodiscard]] const consent::Edit& edit() const { return m_edit; }
    [[nodiscard]] const consent::Screen& screen() const { return m_screen; }
    /// The summary, where reading begins.
    [[nodiscard]] QWidget* first() const;
    /// Block's place beside the name; what it does is the caller's.
    void setBlockButton(QWidget* button);

Q_SIGNALS:
    void edited();
    void unfolded(QWidget* part); ///< more is shown than before

private:
    void addHead();
    QGridLayout* addSections();
    [[nodiscard]] QWidget* makeWho();
    [[nodiscard]] QWidget* makeWhat();
    [[nodiscard]] QWidget* makeUntil();
    void addDate(QLayout* choices);
    void addExact();
    void compose();
    void keep(int detail, int action, bool kept);
    void choose(consent::Duration duration);
    void orderFocus();

    consent::ScreenFacts m_facts;
    QLocale m_locale;
    consent::Edit m_edit;
    consent::Screen m_screen;

    PlainLabel* m_summary = nullptr;
    Notice* m_news = nullptr;
    QLayout* m_nameRow = nullptr;
    QWidget* m_block = nullptr;
    std::vector<QCheckBox*> m_boxes;
    QButtonGroup* m_durations = nullptr;
    QDateTimeEdit* m_date = nullptr;
    PlainLabel* m_until = nullptr;
    QToolButton* m_showExact = nullptr;
    QPlainTextEdit* m_exact = nullptr;
};

} // namespace countersign::ui
