// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keeps what windows remember in KConfig's state file (countersignstaterc), apart from the settings.
#pragma once

#include "ui/common/window_memory.h"

namespace countersign::desktop {

class WindowState final : public ui::WindowMemory {
public:
    [[nodiscard]] QByteArray recall(const QString& what) const override;
    void remember(const QString& what, const QByteArray& state) override;
};

} // namespace countersign::desktop
