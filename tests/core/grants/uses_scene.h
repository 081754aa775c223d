// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One grant with limits and another, and what is counted of them.
#pragma once

#include "core/grants/uses.h"
#include "tests/core/grants/ledger_fixture.h"

#include <QDateTime>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::test {

inline const std::string kSpend = "\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_day\":\"50.00\","
                                  "\"zone\":\"Europe/Berlin\",\"total\":\"100.00\"}";

/// One detail for each text of further members.
inline permissions::Permission permission(const std::vector<std::string>& members)
{
    std::string json;
    for (const std::string& more : members) {
        json += json.empty() ? "[" : ",";
        json += "{\"type\":\"agent_delegation\",\"locations\":[\"https://a.example/\"],\"actions\":[\"a.b\"]";
        json += (more.empty() ? "" : ",") + more + '}';
    }
    auto parsed = permissions::parsePermission(json + ']');
    if (!parsed)
        qFatal("%s", parsed.error().message.c_str());
    return *parsed;
}

inline permissions::ActionRequest request(std::string_view arguments = "{}")
{
    return {*permissions::Action::parse("a.b"), *permissions::Location::parse("https://a.example/"),
        *permissions::parseValue(arguments)};
}

inline Amount amount(std::string_view text)
{
    return *Amount::parse(text);
}

inline UnixSeconds at(const char* isoTime)
{
    return {QDateTime::fromString(QString::fromLatin1(isoTime), Qt::ISODate).toSecsSinceEpoch()};
}

inline std::chrono::milliseconds ms(UnixSeconds second)
{
    return std::chrono::milliseconds(second.value * 1000);
}

struct UsesFixture : LedgerFixture {
    UsesFixture()
    {
        add("g", 100);
        add("new", 100);
    }
    [[nodiscard]] grants::Used now(const permissions::Permission& rules, std::chrono::milliseconds time,
        std::string_view arguments = "{}", std::size_t detail = 0) const
    {
        return uses.of({"g"}, rules, request(arguments), time)->at(detail);
    }
    /// As decide() would have it debited.
    Result<void> debit(const permissions::Permission& rules, UnixSeconds time, std::string_view money, int detail = 0)
    {
        const auto& of = rules.details.at(static_cast<std::size_t>(detail));
        return uses.debit({"g"}, detail, of, {amount(money), of.spend ? of.spend->zone.dayOf(time) : 0, ms(time), {}});
    }
    [[nodiscard]] std::int64_t count(const char* sql) const
    {
        store::Query query(*database, sql);
        return *query.next() ? query.integer(0) : -1;
    }
};

} // namespace countersign::test
