// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The first start: what this is, where keys will rest, the person's passphrase, and how an agent connects.
#pragma once

#include "core/base/result.h"
#include "ui/start/key_place_choice.h"

#include <QDialog>
#include <QString>

#include <functional>
#include <vector>

class QPushButton;
class QStackedWidget;

namespace countersign::ui {

class CopyLine;
class Notice;
class PassphraseEdit;
class PlainLabel;

class StartDialog final : public QDialog {
    Q_OBJECT
public:
    using KeyPlace = ui::KeyPlace;
    struct Facts {
        std::vector<KeyPlace> places; ///< best first
        QString issuer; ///< "http://127.0.0.1:7317"
        QString connectLine; ///< what an agent's developer pastes
    };
    struct Choice {
        QString place;
        QString passphrase; ///< wipe it
    };
    using Answer = std::function<void(const Result<void>&)>;
    /// Makes the keys; the answer comes later. An error stays on the screen, and one may choose again.
    using Begin = std::function<void(Choice& choice, Answer answer)>;

    StartDialog(Facts facts, Begin begin, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

private:
    enum class Step : std::uint8_t { What, Keys, Passphrase, Connect };
    [[nodiscard]] QWidget* makePage(const QString& title, const std::vector<QWidget*>& parts);
    [[nodiscard]] QWidget* makeWhat();
    [[nodiscard]] QWidget* makeKeys();
    [[nodiscard]] QWidget* makePassphrase();
    [[nodiscard]] QWidget* makeConnect();
    void go(Step step);
    void next();
    void begin();
    [[nodiscard]] Step step() const;

    Facts m_facts;
    Begin m_begin;
    QStackedWidget* m_pages;
    Notice* m_problem;
    PlainLabel* m_progress;
    KeyPlaceChoice* m_places = nullptr;
    PassphraseEdit* m_first = nullptr;
    PassphraseEdit* m_second = nullptr;
    QPushButton* m_back;
    QPushButton* m_next;
};

} // namespace countersign::ui
