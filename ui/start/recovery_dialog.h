// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The keys are lost for good: says what is lost with them and what stays, lets the person decide to start anew, which
// takes typing a word, makes new keys, and shows the new thumbprint that others need. No button is the default, nothing
// is chosen in advance, and closing it changes nothing.
#pragma once

#include "core/base/result.h"
#include "ui/start/key_place_choice.h"

#include <QDialog>

#include <functional>

class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace countersign::ui {

class CopyLine;
class Notice;
class PassphraseEdit;
class PlainLabel;

class RecoveryDialog final : public QDialog {
    Q_OBJECT
public:
    struct Choice {
        QString place;
        QString passphrase; ///< wipe it
    };
    struct Made {
        QString device; ///< the new thumbprint
        QString archive; ///< where the old data is
    };
    using Answer = std::function<void(const Result<Made>&)>;
    /// Starts anew; the answer comes later. An error stays on the screen, and one may try again.
    using Begin = std::function<void(Choice& choice, Answer answer)>;

    /// `places`: where new keys can rest.
    RecoveryDialog(std::vector<KeyPlace> places, Begin begin, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    void reject() override; ///< not while keys are made

private:
    enum class Step : std::uint8_t { Loss, Keys, Passphrase, Made };
    [[nodiscard]] QWidget* makePage(const QString& title, const std::vector<QWidget*>& parts);
    [[nodiscard]] QWidget* makeLoss();
    [[nodiscard]] QWidget* makeKeys(std::vector<KeyPlace> places);
    [[nodiscard]] QWidget* makePassphrase();
    [[nodiscard]] QWidget* makeMade();
    [[nodiscard]] Step step() const;
    [[nodiscard]] bool mayGoOn() const;
    void go(Step step);
    void next();
    void begin();
    void tell(const Result<Made>& made);
    void check();

    Begin m_begin;
    QStackedWidget* m_pages;
    Notice* m_problem;
    QPushButton* m_cancel;
    QPushButton* m_next;
    QLineEdit* m_word = nullptr;
    KeyPlaceChoice* m_places = nullptr;
    PassphraseEdit* m_first = nullptr;
    PassphraseEdit* m_second = nullptr;
    CopyLine* m_device = nullptr;
    CopyLine* m_archive = nullptr;
};

} // namespace countersign::ui
