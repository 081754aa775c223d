// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person is asked before something happens to grants.
#pragma once

#include "core/authority/person_api.h"

#include <functional>

class QWidget;

namespace countersign::ui {

// `yes` is called if the person says so, as long as `parent` lives.

void askToRevokeAll(const authority::GrantRow& row, QWidget* parent, const std::function<void()>& yes);
/// Before a grant goes on under which a service changed operations: what changed. At once where nothing did.
void askWhatChanged(const authority::GrantRow& row, QWidget* parent, const std::function<void()>& yes);

} // namespace countersign::ui
