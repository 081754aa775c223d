// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents that hand authority on to each other, for tests.
#pragma once

#include "tests/support/authority_fixture.h"

namespace countersign::testing {

template <typename T> [[nodiscard]] ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}
template <typename T> [[nodiscard]] std::string messageOf(const Result<T>& result)
{
    return result ? std::string() : result.error().message;
}

/// Agents in a row: the first has the person's grant and its token, each signs a link for the next.
struct Row {
    std::vector<TestAgent> agents;
    authority::TokenSet root;
    std::vector<permissions::Permission> permissions; ///< of the root, then of each link
    std::vector<std::string> links;

    [[nodiscard]] const std::string& end() const { return links.empty() ? root.accessToken : links.back(); }
};

inline Row beginRow(AuthorityFixture& fixture, int depth)
{
    Row row;
    row.agents.push_back(fixture.registerAgent("agent 0"));
    row.root = fixture.tokensFor(row.agents.front(), delegable(depth, fixture.clock().now()));
    row.permissions.push_back(row.root.granted);
    return row;
}

inline void addHop(AuthorityFixture& fixture, Row& row, const AuthorityFixture::Tweak& tweak = {})
{
    row.agents.push_back(fixture.registerAgent("agent " + std::to_string(row.agents.size())));
    row.permissions.push_back(handedOn(row.permissions.back()));
    const TestAgent& parent = row.agents.at(row.agents.size() - 2);
    row.links.push_back(fixture.delegate(row.end(), parent.key, row.agents.back(), row.permissions.back(), tweak));
}

/// `hops`: with the person's own agent.
inline Row rowOf(AuthorityFixture& fixture, int hops)
{
    Row row = beginRow(fixture, hops - 1);
    for (int i = 1; i < hops; ++i)
        addHop(fixture, row);
    return row;
}

/// A tree in which every agent exchanged its link for tokens of its own.
struct Member {
    TestAgent agent;
    authority::TokenSet tokens;
};

inline Member delegateTo(AuthorityFixture& fixture, const Member& parent, const std::string& name)
{
    TestAgent child = fixture.registerAgent(name);
    const std::string link =
        fixture.delegate(parent.tokens.accessToken, parent.agent.key, child, handedOn(parent.tokens.granted));
    auto tokens = fixture.exchange(child, parent.tokens.accessToken, {link});
    if (!tokens)
        qFatal("%s: %s", name.c_str(), tokens.error().message.c_str());
    return {std::move(child), std::move(*tokens)};
}

inline Member rootOf(AuthorityFixture& fixture)
{
    TestAgent agent = fixture.registerAgent("root");
    auto tokens = fixture.tokensFor(agent, delegable(3, fixture.clock().now()));
    return {std::move(agent), std::move(tokens)};
}

/// root → a (→ a1, a2) and b (→ b1)
struct Family {
    Member root;
    Member a;
    Member a1;
    Member a2;
    Member b;
    Member b1;

    explicit Family(AuthorityFixture& fixture)
        : root(rootOf(fixture))
        , a(delegateTo(fixture, root, "a"))
        , a1(delegateTo(fixture, a, "a1"))
        , a2(delegateTo(fixture, a, "a2"))
        , b(delegateTo(fixture, root, "b"))
        , b1(delegateTo(fixture, b, "b1"))
    {
    }
    [[nodiscard]] std::vector<const Member*> all() const { return {&root, &a, &a1, &a2, &b, &b1}; }
};

} // namespace countersign::testing
