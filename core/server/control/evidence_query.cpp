// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/evidence_query.h"

#include "core/base/try.h"
#include "core/server/oauth/form.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace countersign::server {

namespace {
using evidence::Wanted;

constexpr std::array<std::string_view, 7> kKnown{"details", "entry", "form", "from", "grant", "receipt", "to"};

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::InvalidRequest, std::move(what));
}

Result<std::int64_t> numberIn(const Form& form, std::string_view name)
{
    const std::string_view text = form.value(name).value_or(std::string_view());
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc() || stop != text.end() || number < 0)
        return wrong(std::string(name) + " must be a whole number.");
    return number;
}

Result<Wanted> wantedBy(const Form& form)
{
    const bool span = form.value("from") || form.value("to");
    const auto given = [&form](std::string_view name) { return form.value(name).has_value() ? 1 : 0; };
    if (given("receipt") + given("entry") + given("grant") + (span ? 1 : 0) != 1)
        return wrong("Exactly one of receipt, entry, grant, or from with to must say what is wanted.");
    if (const auto receipt = form.value("receipt"))
        return evidence::ReceiptWanted{std::string(*receipt)};
    if (const auto grant = form.value("grant"))
        return evidence::GrantWanted{GrantId{std::string(*grant)}};
    if (form.value("entry"))
        return evidence::EntryWanted{static_cast<std::uint64_t>(TRY(numberIn(form, "entry")))};
    const UnixSeconds from{TRY(numberIn(form, "from"))};
    const UnixSeconds to{TRY(numberIn(form, "to"))};
    return evidence::SpanWanted{from, to};
}
} // namespace

Result<EvidenceQuery> readEvidenceQuery(std::string_view query)
{
    const auto form = TRY(Form::parse(query));
    for (const auto& [name, value] : form.parameters()) {
        if (!std::ranges::contains(kKnown, name))
            return wrong("The parameter '" + name + "' is not known here.");
    }
    EvidenceQuery read{.wanted = TRY(wantedBy(form)), .options = {}};
    if (const auto details = form.value("details")) {
        if (*details != "none" && *details != "bodies")
            return wrong("details can only be none or bodies.");
        read.options.details = *details == "none" ? evidence::Details::LeftOut : evidence::Details::WithBodies;
    }
    if (const auto shape = form.value("form")) {
        if (*shape != "html")
            return wrong("form can only be html.");
        read.options.form = evidence::Form::Html;
    }
    return read;
}

} // namespace countersign::server
