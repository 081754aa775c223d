// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the benchmarks share. A program measures something and a yardstick in turns, in several rounds of the same run,
// so that a busy or slow machine moves both; it prints one line of JSON for each figure. tests/bench/run collects them.
// Nothing here fails because of a time: whether a target was met is a member of the figure.
#pragma once

#include "core/base/json.h"
#include "core/crypto/keys.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::bench {

inline constexpr int kRounds = 11;
inline constexpr std::chrono::milliseconds kRoundTime{40}; ///< at least so long is one side measured in a round

/// One row of the table. ratio = value / yardstick.
struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    double yardstick = 0; ///< in the same unit
    double ratio = 0;
    double target = 0; ///< the ratio is to be at most this
};

inline void report(const Figure& figure)
{
    const json::Object line{{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit},
        {"yardstick", figure.yardstick}, {"ratio", figure.ratio}, {"target", figure.target},
        {"met", figure.ratio <= figure.target}};
    std::puts(json::serialize(line).c_str());
}

/// For what must not happen while measuring: says so and ends the program with an error.
inline void require(bool condition, std::string_view what)
{
    if (condition)
        return;
    std::fprintf(stderr, "the benchmark is broken: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(EXIT_FAILURE);
}

inline double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values.at(values.size() / 2);
}

/// Microseconds that one call takes, over as many as fill kRoundTime.
inline double microsecondsOf(const std::function<void()>& call)
{
    using Clock = std::chrono::steady_clock;
    for (int calls = 1;; calls *= 2) {
        const auto start = Clock::now();
        for (int i = 0; i < calls; ++i)
            call();
        const auto took = Clock::now() - start;
        if (took >= kRoundTime)
            return std::chrono::duration<double, std::micro>(took).count() / calls;
    }
}

/// Reports `call` against `yardstick`: medians of the rounds' times, and of their ratios.
inline void compare(
    std::string name, double target, const std::function<void()>& call, const std::function<void()>& yardstick)
{
    std::vector<double> values;
    std::vector<double> yardsticks;
    std::vector<double> ratios;
    for (int round = 0; round < kRounds; ++round) {
        values.push_back(microsecondsOf(call));
        yardsticks.push_back(microsecondsOf(yardstick));
        ratios.push_back(values.back() / yardsticks.back());
    }
    report({std::move(name), median(values), "us", median(yardsticks), median(ratios), target});
}

/// The yardstick of most: one P-256 signature verified, as for every request that is signed.
class P256Verification {
public:
    void operator()() const { require(m_key.publicKey().verify(m_text, m_signature), "a right signature was refused"); }

private:
    crypto::PrivateKey m_key = *crypto::PrivateKey::generate(crypto::KeyType::P256);
    std::string m_text = std::string(500, 'x');
    std::string m_signature = *m_key.sign(m_text);
};

} // namespace countersign::bench
