// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A signed request that comes again (the answer was lost) gets the answer that it got, with the same receipt, and
// costs nothing again. The (key, nonce) of a signature is remembered for as long as the signature could be accepted.
#pragma once

#include "core/authority/agent_api.h"
#include "core/authority/context.h"

#include <cstdint>
#include <optional>

namespace countersign::authority {

/// What is known of a request's signature.
struct Answered {
    enum class Nonce : std::uint8_t {
        New, ///< or there is no signature
        OfThis, ///< of this very request, whose answer is there
        OfAnother, ///< of another signature, action or service, or of a request that got no answer
    } nonce = Nonce::New;
    std::optional<ActionAnswer> answer;
};
[[nodiscard]] Result<Answered> answeredBefore(Context& context, const PerformAction& command);

/// `leaf`: where the answer stands; nullopt: there was none.
[[nodiscard]] Result<void> rememberAnswer(
    Context& context, const PerformAction& command, std::optional<std::uint64_t> leaf);

} // namespace countersign::authority
