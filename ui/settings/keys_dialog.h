// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The keys by which others know this computer and this person, to hand them on; and the way to replace the device's,
// which needs the person's passphrase.
#pragma once

#include "core/authority/person_api.h"

#include <QDialog>

#include <functional>

class QPushButton;

namespace countersign::ui {

class CopyLine;
class Notice;
class PlainLabel;

struct KeysDeeds {
    /// Wipes the passphrase; the answer comes later.
    std::function<void(QString& passphrase, std::function<void(const Result<void>&)> answer)> replaceDevice;
};

class KeysDialog final : public QDialog {
    Q_OBJECT
public:
    KeysDialog(const authority::DeskStatus& status, KeysDeeds deeds, QWidget* parent = nullptr);

    void setStatus(const authority::DeskStatus& status);

private:
    void askToReplace();

    KeysDeeds m_deeds;
    Notice* m_replaced;
    CopyLine* m_device;
    CopyLine* m_person;
    CopyLine* m_log;
    PlainLabel* m_history;
    QPushButton* m_replace;
};

} // namespace countersign::ui
