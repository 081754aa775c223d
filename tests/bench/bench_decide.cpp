// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One decision over a chain of three hops with 20 constraints each, and every kind of limit beside them.

#include "tests/bench/bench.h"
#include "tests/core/decision/chain_of_grants.h"

#include <format>

using namespace countersign;

namespace {

constexpr int kHops = 3;
constexpr int kConstraints = 20;
constexpr double kTarget = 0.25;

/// Four kinds in turn; each hop is a little narrower than the one above.
std::string constraint(int index, int hop)
{
    switch (index % 4) {
    case 0:
        return std::format("{{\"range\":{{\"min\":\"{}\",\"max\":\"{}\"}}}}", hop, 1000 - hop);
    case 1:
        return hop == 0 ? "{\"pattern\":\"inv*-2026-*\"}" : "{\"pattern\":\"invoice-2026-*\"}";
    case 2:
        return R"({"one_of":["acme","globex","hooli","initech","soylent","stark","umbrella","wayne"]})";
    default:
        return R"({"subset":["books","food","paper","travel"]})";
    }
}

constexpr const char* value(int index)
{
    constexpr const char* kValues[]{R"("123.45")", R"("invoice-2026-000123")", R"("umbrella")", R"(["food","paper"])"};
    return kValues[index % 4];
}

std::string members(int hop)
{
    std::string constraints;
    for (int i = 0; i < kConstraints; ++i)
        constraints += std::format("{}\"/argument{}\":{}", i == 0 ? "" : ",", i, constraint(i, hop));
    return std::format(
        R"("constraints":{{{}}},"spend":{{"amount_at":"/amount","currency":"EUR","currency_at":"/currency",)"
        R"("per_action":"500.00","per_day":"5000.00","zone":"Europe/Berlin","total":"20000.00"}},"uses":{},)"
        R"("rate":{{"count":20,"seconds":60}},"daily_window":{{"from":"08:00","to":"20:00","zone":"Europe/Berlin"}},)"
        R"("step_up":{{"above":"400.00"}},"max_depth":{})",
        constraints, 200 - hop, kHops - 1 - hop);
}

std::string arguments()
{
    std::string text = R"({"amount":"123.45","currency":"EUR")";
    for (int i = 0; i < kConstraints; ++i)
        text += std::format(",\"argument{}\":{}", i, value(i));
    return text + '}';
}

} // namespace

int main()
{
    std::vector<std::vector<std::string>> details;
    for (int hop = 0; hop < kHops; ++hop)
        details.push_back({members(hop)});
    test::ChainOfGrants chain(details);
    for (auto& used : chain.used)
        used.front() = {7, *Amount::parse("900.00"), *Amount::parse("300.00"), 3, {}};
    const permissions::ActionRequest request = test::payment(arguments());
    const std::vector<decision::Hop> hops = chain.hops();
    const std::chrono::milliseconds now(test::kDecideNow.value * 1000);

    const auto decide = [&] {
        const decision::Verdict verdict = decision::decide(request, hops, now);
        bench::require(verdict.outcome == decision::Verdict::Outcome::Permit && verdict.debits.size() == kHops,
            "the action was not permitted: " + verdict.sentence);
    };
    bench::compare("decide_vs_p256_verify", kTarget, decide, bench::P256Verification());
    return EXIT_SUCCESS;
}
