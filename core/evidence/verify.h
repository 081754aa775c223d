// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checking an evidence file. Pure: no database, no network, no clock but the time that is passed in; what is trusted
// comes from outside the file. Each step is one question about all of the file; they run in order, and after the first
// that fails the rest is not asked, because it stands on what came before.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::evidence {

/// How far the clock of who checks may be behind the clocks of who signed.
inline constexpr std::chrono::seconds kAllowedAhead{300};

struct Trust {
    std::vector<Thumbprint> keys; ///< RFC 7638, of device keys, and of the person's if known, got on another way
    std::vector<std::string> witnesses; ///< verifier keys (C2SP signed-note); each must have cosigned
    UnixSeconds now; ///< nothing in the file may be later
};

enum class StepState : std::uint8_t {
    Passed,
    Failed,
    Skipped, ///< there is nothing to check, or an earlier step failed
};

[[nodiscard]] std::string_view stepStateName(StepState state); ///< "ok", "failed", "skipped"

struct Step {
    std::string name; ///< "receipts"
    StepState state = StepState::Skipped;
    std::string sentence; ///< for a person; may hold text of the file
};

enum class Verdict : std::uint8_t {
    Verified, ///< everything fits together, and the device that says so is one that is trusted
    Consistent, ///< everything fits together; who made it is not established
    Broken,
};

[[nodiscard]] std::string_view verdictName(Verdict verdict); ///< "verified", "consistent", "broken"

struct Report {
    Verdict verdict = Verdict::Broken;
    std::vector<Step> steps; ///< always the same ones, in order
    std::string about; ///< one line: what the file is about; empty where it can't be read

    [[nodiscard]] const Step* firstFailure() const; ///< nullptr: none
};

[[nodiscard]] Report verify(std::string_view file, const Trust& trust);

} // namespace countersign::evidence
