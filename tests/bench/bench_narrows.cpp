// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whether one detail with as many constraints as it may have is narrower than another.

#include "core/permissions/permission_json.h"

#include "tests/bench/bench.h"

#include <format>

using namespace countersign;

namespace {

constexpr double kTarget = 0.5;

/// Four kinds in turn; level 1 is narrower than level 0.
std::string constraint(std::size_t index, int level)
{
    switch (index % 4) {
    case 0:
        return std::format(R"({{"range":{{"min":"{}","max":"{}"}}}})", level, 1000 - level);
    case 1:
        return level == 0 ? R"({"pattern":"invoice-*"})" : R"({"pattern":"invoice-2026-*"})";
    case 2:
        return level == 0 ? R"({"one_of":["acme","globex","hooli","initech","soylent","stark","umbrella","wayne"]})"
                          : R"({"one_of":["acme","hooli","soylent","umbrella"]})";
    default:
        return level == 0 ? R"({"subset":["books","food","paper","travel"]})" : R"({"subset":["food","paper"]})";
    }
}

permissions::Permission permission(int level)
{
    std::string constraints;
    for (std::size_t i = 0; i < permissions::kMaxConstraints; ++i)
        constraints += std::format("{}\"/argument{}\":{}", i == 0 ? "" : ",", i, constraint(i, level));
    auto parsed = permissions::parsePermission(std::format(
        R"([{{"type":"agent_delegation","locations":["https://payments.example/"],"actions":["payments.*"],)"
        R"("constraints":{{{}}},"uses":{},"max_depth":{}}}])",
        constraints, 200 - level, 2 - level));
    bench::require(parsed.has_value(), parsed ? "" : parsed.error().message);
    return *std::move(parsed);
}

} // namespace

int main()
{
    const permissions::Permission parent = permission(0);
    const permissions::Permission child = permission(1);
    bench::require(!permissions::narrows(parent, child), "the wider one passed as the narrower one");
    const auto narrows = [&] { bench::require(permissions::narrows(child, parent).has_value(), "it is not narrower"); };
    bench::compare("narrows_vs_p256_verify", kTarget, narrows, bench::P256Verification());
    return EXIT_SUCCESS;
}
