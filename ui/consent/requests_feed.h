// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keeps a RequestsModel as the desk has it.
#pragma once

#include "core/authority/person_desk.h"
#include "ui/consent/requests_model.h"

namespace countersign::ui {

[[nodiscard]] RequestItem itemOf(const authority::WaitingRequest& waiting);
/// `model` follows `desk` from now on; both outlive the connection or end it.
void follow(RequestsModel& model, authority::PersonDesk& desk);

} // namespace countersign::ui
