// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a service itself says of an action that an agent asks for, out of its OpenAPI document. The words are the
// service's claim: quoted, named as its own, and beside them what the operation's method says that it does. Pure.
#pragma once

#include "core/permissions/permission.h"
#include "core/services/catalogue.h"

#include <QLocale>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::consent {

inline constexpr std::size_t kMaxOfferedSummaries = 3; ///< of the operations that a wildcard covers

/// Of one action of ScreenFacts::asked, at one service.
struct Offer {
    int detail = 0;
    int action = 0;
    std::string place; ///< Location::place() of the service
    enum class Known : std::uint8_t { Yes, Unreadable } known = Known::Yes;
    int operations = 0; ///< of its document that the action covers; 0: it has none of that name
    int changing = 0; ///< of those, the ones that change something
    std::string method = {}; ///< of a single operation
    std::vector<std::string> summaries = {}; ///< of the first of them that have one, as the document has it
    std::string digest = {}; ///< of what all of them are: what was shown for others is not what is decided

    bool operator==(const Offer&) const = default;
};

/// `catalogue`: nullptr where it can't be read.
[[nodiscard]] Offer offerOf(const services::Catalogue* catalogue, const permissions::Location& service, int detail,
    int action, const permissions::Action& asked);

/// For below the action, a sentence each: payments.example calls it “Pay somebody” (POST: it changes something). Safe
/// to show; foreign words stand isolated (UAX #9), so that they don't move ours.
[[nodiscard]] QStringList offerWords(const Offer& offer);
/// "trust level L3, screened against sanctions lists, at most 500.00 EUR each"; empty: nothing.
[[nodiscard]] QString demandWords(const services::Requirements& demands, const QLocale& locale);
/// Words of a service in quotation marks, safe to show, with `maxCharacters` of them at most. Quotation marks among
/// them become apostrophes, so that none closes ours.
[[nodiscard]] QString quotedWords(const std::string& words, std::size_t maxCharacters);

} // namespace countersign::consent
