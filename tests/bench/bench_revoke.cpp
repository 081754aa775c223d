// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Revoking a grant with very many below it, each with a token, on a real authority: one transaction, whose cost for
// each of them must not grow with their number.

#include "core/authority/context.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "tests/bench/bench.h"
#include "tests/support/authority_fixture.h"

#include <QCoreApplication>

#include <future>
#include <memory>
#include <utility>

using namespace countersign;
using namespace countersign::testing;

namespace {

constexpr int kFew = 10'000;
constexpr int kMany = 100'000;
constexpr int kTreeRounds = 3; ///< a tree is good for one revocation only
constexpr int kChildren = 12; ///< of each grant: 100,000 are five hops deep
constexpr int kAtOnce = 5'000; ///< rows a transaction, while the tree is made
constexpr double kTarget = 1.3;

/// As a first sight would leave them; what revoking does not look at is left out.
Result<void> addGrant(authority::Context& context, const grants::Grant& grant)
{
    TRY(context.ledger.add(grant, std::nullopt));
    TRY(context.ledger.bindKey(grant.id, grant.agentKey));
    grants::Token token;
    token.hash = crypto::randomBytes(crypto::kSha256Bytes);
    token.grant = grant.id;
    token.expiresAt = grant.expiresAt;
    TRY(context.tokens.add(token));
    context.touched.grants.insert(grant.id);
    return {};
}

void growTree(AuthorityFixture& fixture, const GrantId& root, int size)
{
    std::vector<grants::Grant> grants{fixture.grant(root)};
    while (std::cmp_less_equal(grants.size(), size)) {
        const auto added = fixture.run<void>([&](authority::Context& context) -> Result<void> {
            for (int i = 0; i < kAtOnce && std::cmp_less_equal(grants.size(), size); ++i) {
                grants::Grant grant = grants[(grants.size() - 1) / kChildren];
                grant.parent = std::exchange(grant.id, GrantId{crypto::randomId()});
                ++grant.depth;
                grant.pairing = {0};
                TRY(addGrant(context, grant));
                grants.push_back(grant);
            }
            return {};
        });
        bench::require(added.has_value(), added ? "" : added.error().message);
    }
}

/// However long it takes: the fixture's own calls give up after a while.
Result<void> revokeRoot(AuthorityFixture& fixture, const GrantId& root)
{
    const auto promise = std::make_shared<std::promise<Result<void>>>();
    fixture.authority().revokeGrant(root, [promise](Result<void> result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
}

/// Microseconds for each grant below.
double revoke(int size)
{
    AuthorityFixture fixture;
    const auto tokens = fixture.tokensFor(fixture.registerAgent());
    growTree(fixture, tokens.grant, size);
    bench::require(fixture.status().liveGrants == size + 1, "the tree is not there");
    const auto start = std::chrono::steady_clock::now();
    const auto revoked = revokeRoot(fixture, tokens.grant);
    const auto took = std::chrono::steady_clock::now() - start;
    bench::require(revoked.has_value() && fixture.status().liveGrants == 0, "the tree is still in force");
    return std::chrono::duration<double, std::micro>(took).count() / size;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    std::vector<double> many;
    std::vector<double> few;
    std::vector<double> ratios;
    for (int round = 0; round < kTreeRounds; ++round) {
        few.push_back(revoke(kFew));
        many.push_back(revoke(kMany));
        ratios.push_back(many.back() / few.back());
    }
    bench::report({"revoke_growth", bench::median(many), "us", bench::median(few), bench::median(ratios), kTarget});
}
