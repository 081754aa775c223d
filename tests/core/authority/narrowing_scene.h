// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A person, an agent and a sub-agent, of whom the person takes something back.
#pragma once

#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

namespace countersign::testing {

inline constexpr auto kMoney =
    ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"500.00\","
    "\"total\":\"1000.00\"},\"constraints\":{\"/recipient\":{\"one_of\":[\"acme\",\"globex\"]}},"
    "\"max_depth\":2";

inline Amount euros(const char* text)
{
    return must(Amount::parse(text), "amount");
}

/// A person, an agent, and a sub-agent that was handed all of it.
struct NarrowingScene {
    AuthorityFixture fixture;
    ServiceId service = addService(fixture);
    TestAgent parent = fixture.registerAgent("parent");
    TestAgent child = fixture.registerAgent("child");
    permissions::Permission asked;
    authority::TokenSet above;
    authority::TokenSet below;

    explicit NarrowingScene(const permissions::Permission& permission = paymentsWith(kMoney))
        : asked(permission), above(grantTo(fixture, parent, asked)), below(handOn(handedOn(asked)))
    {
    }
    [[nodiscard]] authority::TokenSet handOn(const permissions::Permission& permission)
    {
        return must(fixture.exchange(
                        child, above.accessToken, {fixture.delegate(above.accessToken, parent.key, child, permission)}),
            "exchange");
    }
    [[nodiscard]] Result<authority::ActionAnswer> performAbove(const permissions::ActionRequest& request)
    {
        return perform(fixture, service, above.accessToken, parent, request);
    }
    [[nodiscard]] Result<authority::ActionAnswer> performBelow(const permissions::ActionRequest& request)
    {
        return perform(fixture, service, below.accessToken, child, request);
    }
    void refresh()
    {
        above = must(fixture.refresh(parent, above.refreshToken), "refresh above");
        below = must(fixture.refresh(child, below.refreshToken), "refresh below");
    }
    void restart()
    {
        fixture.stop();
        must(fixture.start(), "start");
    }
};

inline EditBy atMost(const char* amount)
{
    return [amount](consent::Edit& edit) { edit.details.front().perAction = euros(amount); };
}

} // namespace countersign::testing
