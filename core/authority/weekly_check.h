// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The check of the whole log that begins by itself, for the windows: how far it is, and a way to end it. Lives on the
// GUI thread. What it finds is told as that of any check (DeskStatus).
#pragma once

#include "core/authority/person_api.h"
#include "core/base/mailbox.h"

#include <QObject>

#include <memory>
#include <optional>

namespace countersign::authority {

class Authority;
class Port;

class WeeklyCheck final : public QObject {
    Q_OBJECT
public:
    explicit WeeklyCheck(Authority& authority); ///< outlives it
    ~WeeklyCheck() override;

    [[nodiscard]] std::optional<CheckProgress> progress() const { return m_progress; } ///< nullopt: none runs
    void cancel(); ///< it begins again after the next start

Q_SIGNALS:
    void changed();

private:
    Authority& m_authority;
    Mailbox m_mailbox;
    std::shared_ptr<Port> m_port;
    std::optional<CheckProgress> m_progress;
};

} // namespace countersign::authority
