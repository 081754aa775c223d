// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person is asked, in the words of consent::composeScreen(), and what they leave of it: every action and value
// a check box, limits that can be lowered, the time a choice. One action is shown with its exact arguments, and nothing
// can be edited. The words are composed anew with each edit, so what is shown is what would be signed.
#pragma once

#include "core/consent/screen.h"

#include <QWidget>

#include <functional>
#include <optional>

class QGridLayout;
class QPlainTextEdit;
class QToolButton;

namespace countersign::ui {

class DemandsPart;
class DifferenceList;
class LimitsPart;
class Notice;
class PlainLabel;
class TimePart;
class WhatPart;

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
    [[nodiscard]] QWidget* makeAction();
    [[nodiscard]] QWidget* makeWhy();
    void addParts(const std::function<void(const QString&, QWidget*)>& section);
    void addExact();
    void compose();
    void take();
    void orderFocus();

    consent::ScreenFacts m_facts;
    QLocale m_locale;
    consent::Edit m_edit;
    consent::Screen m_screen;

    PlainLabel* m_summary = nullptr;
    Notice* m_news = nullptr;
    QLayout* m_nameRow = nullptr;
    QWidget* m_block = nullptr;
    DifferenceList* m_changes = nullptr;
    DemandsPart* m_demands = nullptr;
    WhatPart* m_what = nullptr; ///< these three: nullptr where there is nothing to edit
    LimitsPart* m_limits = nullptr;
    TimePart* m_time = nullptr;
    QToolButton* m_showExact = nullptr;
    QPlainTextEdit* m_exact = nullptr;
};

} // namespace countersign::ui
