// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where evidence is to be saved, in which form, and whether the content of requests goes out with it (never unless the
// person says so). Qt's own dialog: the desktop's portal does not serve a protected program.
#pragma once

#include <QFileDialog>

class QCheckBox;

namespace countersign::ui {

class EvidenceDialog final : public QFileDialog {
    Q_OBJECT
public:
    enum class Bodies : std::uint8_t { None, Kept }; ///< what of the requests there is to go out
    EvidenceDialog(const QString& name, Bodies bodies, QWidget* parent = nullptr);

    [[nodiscard]] bool withBodies() const;

private:
    void addBodies();

    QCheckBox* m_bodies = nullptr;
};

} // namespace countersign::ui
