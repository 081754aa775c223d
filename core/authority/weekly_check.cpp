// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/weekly_check.h"

#include "core/authority/authority.h"
#include "core/authority/desk_port.h"

namespace countersign::authority {

WeeklyCheck::WeeklyCheck(Authority& authority) : m_authority(authority), m_port(std::make_shared<Port>(m_mailbox))
{
    m_authority.setWeeklyCheckListener([this, port = m_port](std::optional<CheckProgress> progress) {
        port->post([this, progress] {
            m_progress = progress;
            Q_EMIT changed();
        });
    });
}

WeeklyCheck::~WeeklyCheck()
{
    m_port->close();
    m_authority.setWeeklyCheckListener({});
}

void WeeklyCheck::cancel()
{
    m_authority.cancelWeeklyCheck();
}

} // namespace countersign::authority
