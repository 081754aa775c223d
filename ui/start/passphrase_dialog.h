// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Asks for a passphrase: one that exists, or a new one, typed twice. Says what it is for. Stays open until it was
// right.
#pragma once

#include "core/base/result.h"

#include <QDialog>

#include <functional>

class QPushButton;

namespace countersign::ui {

class Notice;
class PassphraseEdit;

class PassphraseDialog final : public QDialog {
    Q_OBJECT
public:
    enum class Task : std::uint8_t { Enter, Choose };
    struct Words {
        Task task = Task::Enter;
        QString title;
        QString purpose; ///< what it is for, and what losing it means
        QString accept; ///< the button: "Unlock"
    };
    using Answer = std::function<void(const Result<void>&)>;
    /// Tries the passphrase and wipes it; the answer comes later. An error stays on the screen, and one may try again.
    using Try = std::function<void(QString& passphrase, Answer answer)>;

    PassphraseDialog(Words words, Try attempt, QWidget* parent = nullptr);

    [[nodiscard]] static Words personKey(Task task);
    [[nodiscard]] static Words sealedFile(Task task);

private:
    void accept() override;
    void check();
    void showError(const QString& what);

    Task m_task;
    Try m_try;
    Notice* m_problem;
    PassphraseEdit* m_first;
    PassphraseEdit* m_second;
    QPushButton* m_cancel;
    QPushButton* m_accept;
};

} // namespace countersign::ui
