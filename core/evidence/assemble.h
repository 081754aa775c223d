// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Making an evidence file from the database: any read connection, on its thread. Nothing is written. What is large is
// refused before it is read whole (kMaxEntries, kMaxEvidenceBytes).
#pragma once

#include "core/audit/log_key.h"
#include "core/base/clock.h"
#include "core/evidence/evidence.h"
#include "core/store/database.h"

#include <optional>
#include <string>
#include <variant>

namespace countersign::evidence {

struct ReceiptWanted {
    std::string id; ///< the receipt's `jti`
};
struct EntryWanted {
    std::uint64_t index = 0; ///< of a decision in the log
};
struct GrantWanted {
    GrantId id; ///< with all that was handed on from it
};
struct SpanWanted { ///< all entries from the first to the last that fall into it, both ends included
    UnixSeconds from;
    UnixSeconds to;
};
using Wanted = std::variant<ReceiptWanted, EntryWanted, GrantWanted, SpanWanted>;

/// Private details go out with the evidence, or stay; what was erased stays gone. Bodies of requests go out only where
/// the person said so, with the details that bind them.
enum class Details : std::uint8_t { WithBodies, Included, LeftOut };

enum class Form : std::uint8_t { Json, Html };

struct ExportOptions {
    Details details = Details::Included;
    Form form = Form::Json;
};

/// What becomes of entries that no checkpoint covers: in a log that goes on one comes within ten seconds; in one that
/// has ended none ever does, and of a grant or a span what was signed is all that can be proven.
enum class Unsigned : std::uint8_t { Awaited, LeftOut };

/// Errors: NotFound; TooLarge; TemporarilyUnavailable where entries are awaited; StorageCorrupt.
[[nodiscard]] Result<Evidence> assemble(store::Database& database, const audit::LogIdentity& owner,
    const Wanted& wanted, Details details = Details::Included, Unsigned entries = Unsigned::Awaited);

} // namespace countersign::evidence
