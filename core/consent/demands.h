// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What services demand of the agent, side by side with what it can show. Meeting a demand grants nothing; what falls
// short is refused by the service's floor, whatever the person decides. Pure.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/services/requirements.h"

#include <QLocale>
#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::consent {

struct ScreenFacts;
struct Edit;

/// What one service demands for one action of ScreenFacts::asked; nothing: there is none.
struct Demanded {
    int detail = 0; ///< of an Action 0
    int action = 0;
    std::string place; ///< Location::place() of the service
    enum class Known : std::uint8_t { Yes, Unreadable } known = Known::Yes; ///< Unreadable: nothing goes on there
    services::Requirements requirements;

    bool operator==(const Demanded&) const = default;
};

/// Whether the agent has shown, by signing something for us, that its key is its own.
enum class KeyShown : std::uint8_t { No, Yes };

/// A line of the screen. Texts are safe to show.
struct Demand {
    QString place; ///< "payments.example"
    QString demanded; ///< "a trust level of L2 at least"
    QString shown; ///< "L1, says a registry, 2 h ago"; empty: it is no matter of evidence
    enum class Met : std::uint8_t { No, Yes } met = Met::Yes;

    bool operator==(const Demand&) const = default;
    /// "✔ payments.example demands … — shown: …", or "✘ payments.example demands … — MISSING: …"
    [[nodiscard]] QString text() const;
};

/// All that services demand for what the edit keeps: by service, one a demand, in the order level, screening, key,
/// capabilities, how requests are signed, limits.
[[nodiscard]] std::vector<Demand> demandsBeside(const ScreenFacts& facts, const Edit& edit, const QLocale& locale);

} // namespace countersign::consent
