// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where new keys will rest: one of the places that there are.
#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <vector>

class QButtonGroup;

namespace countersign::ui {

/// A place where keys can rest.
struct KeyPlace {
    enum class Here : std::uint8_t { Yes, No };
    QString id;
    QString name; ///< "KWallet"
    QString about; ///< one sentence
    Here here = Here::Yes; ///< No: listed, can't be chosen
};

class KeyPlaceChoice final : public QWidget {
    Q_OBJECT
public:
    enum class Proposal : std::uint8_t { None, Best };
    /// `places`: best first.
    KeyPlaceChoice(std::vector<KeyPlace> places, Proposal proposal, QWidget* parent = nullptr);

    [[nodiscard]] QString chosen() const; ///< its id; empty: none yet

Q_SIGNALS:
    void changed();

private:
    void add(const KeyPlace& place, int number, Proposal proposal);

    std::vector<KeyPlace> m_places;
    QButtonGroup* m_buttons;
};

} // namespace countersign::ui
