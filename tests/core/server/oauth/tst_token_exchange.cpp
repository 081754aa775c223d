// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Token exchange (RFC 8693): an agent takes a link to the token endpoint, with everything right, or one thing wrong.
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/crypto/jws.h"
#include "core/crypto/keys.h"
#include "tests/core/server/oauth/delegation_wire.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Spoil = std::function<std::vector<std::string>(Family&)>;
} // namespace
Q_DECLARE_METATYPE(Spoil)

class TokenExchangeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_link_becomes_a_token_that_names_who_delegated();
    void a_chain_of_several_links_is_exchanged_at_once();
    void an_exchanged_token_is_delegated_further();
    void as_deep_as_allowed_and_no_deeper_data();
    void as_deep_as_allowed_and_no_deeper();
    void a_link_may_name_its_child_by_a_key();
    void one_assertion_may_serve_as_both();
    void a_chain_with_one_thing_wrong_is_refused_for_that_data();
    void a_chain_with_one_thing_wrong_is_refused_for_that();
    void a_stolen_link_is_of_no_use();
    void a_link_is_exchanged_once();
    void a_revoked_ancestor_ends_all_below();
    void a_paused_ancestor_is_told_apart();
    void an_ancestor_that_ran_out_ends_the_chain();
};

void TokenExchangeTest::a_link_becomes_a_token_that_names_who_delegated()
{
    Family family;
    const WireAnswer answer = family.wire.exchange(family.child, family.two());
    QVERIFY2(answer.status() == 200, answer.response.body.c_str());
    QCOMPARE(answer.text("issued_token_type"), "urn:ietf:params:oauth:token-type:access_token");
    QCOMPARE(answer.text("token_type"), "DPoP");
    QVERIFY(!answer.text("refresh_token").empty());

    const auto claims =
        crypto::verifyJwt(answer.text("access_token"), "at+jwt", family.wire.fixture().identity().device.publicKey());
    QVERIFY(claims);
    QCOMPARE(json::requiredString(*claims, "client_id"), family.child.clientId);
    QCOMPARE(json::requiredString(*claims, "sub"), crypto::thumbprintUrn(family.wire.fixture().authority().person()));
    QCOMPARE(json::requiredInteger(*claims, "del_depth"), 1);
    const json::Object& act = claims->at("act").as_object();
    QCOMPARE(json::requiredString(act, "sub"), crypto::thumbprintUrn(family.child.jkt()));
    QCOMPARE(json::requiredString(act.at("act").as_object(), "sub"), crypto::thumbprintUrn(family.root.jkt()));

    const WireAnswer told = family.wire.introspect(family.child, answer.text("access_token"));
    QVERIFY(told.isActive());
    QCOMPARE(told.body.at("act"), claims->at("act"));
    QCOMPARE(told.body.at("del_depth"), json::Value(1));
    QCOMPARE(told.body.at("status"), claims->at("status"));
    // It is in the tree.
    const grants::Grant grant = family.wire.fixture().grant(GrantId{answer.text("grant_id")});
    QCOMPARE(grant.parent->value, family.tokens.text("grant_id"));
    QCOMPARE(grant.depth, 1);
}

void TokenExchangeTest::a_chain_of_several_links_is_exchanged_at_once()
{
    Family family;
    const WireAnswer answer = family.wire.exchange(family.grandchild, family.three());
    QVERIFY2(answer.status() == 200, answer.response.body.c_str());
    QCOMPARE(family.wire.fixture().grant(GrantId{answer.text("grant_id")}).depth, 2);
    QCOMPARE(family.wire.fixture().grants().size(), 3U); // the one between was seen with it
}

void TokenExchangeTest::an_exchanged_token_is_delegated_further()
{
    Family family;
    const WireAnswer first = family.wire.exchange(family.child, family.two());
    const auto below = family.wire.chain(first.text("access_token"), {&family.child, &family.grandchild});
    const WireAnswer second = family.wire.exchange(family.grandchild, below);
    QVERIFY2(second.status() == 200, second.response.body.c_str());
    const WireAnswer refreshed = family.wire.refresh(family.grandchild, second.text("refresh_token"));
    QCOMPARE(refreshed.status(), 200);
    const WireAnswer told = family.wire.introspect(family.grandchild, refreshed.text("access_token"));
    QCOMPARE(told.body.at("del_depth"), json::Value(2));
}

void TokenExchangeTest::as_deep_as_allowed_and_no_deeper_data()
{
    QTest::addColumn<int>("links");
    QTest::addColumn<bool>("accepted");
    QTest::newRow("below") << 2 << true;
    QTest::newRow("at") << grants::kDefaultDelegationDepth << true;
    QTest::newRow("above") << grants::kDefaultDelegationDepth + 1 << false;
}

void TokenExchangeTest::as_deep_as_allowed_and_no_deeper()
{
    QFETCH(int, links);
    QFETCH(bool, accepted);
    Family family(7);
    std::vector<WireAgent> agents{family.root};
    std::vector<std::string> chain{family.top()};
    for (int i = 0; i < links; ++i) {
        agents.push_back(family.wire.registerAgent());
        chain.push_back(family.wire.link(chain.back(), agents[agents.size() - 2], agents.back(),
            [](grants::Link& link) { link.maxDepth = std::max(link.maxDepth, link.depth); }));
    }
    const WireAnswer answer = family.wire.exchange(agents.back(), chain);
    QCOMPARE(answer.status(), accepted ? 200 : 400);
    if (!accepted) {
        QCOMPARE(answer.error(), "invalid_request");
        QVERIFY2(answer.text("error_description").starts_with("link 4: "), answer.response.body.c_str());
    }
}

void TokenExchangeTest::a_link_may_name_its_child_by_a_key()
{
    for (const bool registered : {true, false}) {
        Family family;
        const crypto::PrivateKey& key = registered ? family.child.key : family.child.dpopKey;
        const std::vector chain{family.top(),
            family.wire.link(family.top(), family.root, family.child,
                [&](grants::Link& link) { link.child = crypto::thumbprintUrn(key.publicKey().thumbprint()); })};
        QCOMPARE(family.wire.exchange(family.child, chain).status(), 200);
    }
}

void TokenExchangeTest::one_assertion_may_serve_as_both()
{
    Family family;
    DelegationWire& wire = family.wire;
    const std::string assertion = crypto::signJwt("JWT", wire.assertionClaims(family.child), family.child.key).value();
    const Parameters form = changed(wire.exchangeForm(family.child, family.two()), {{"actor_token", assertion}});
    const std::vector<server::Field> proof{{"dpop", wire.dpop(family.child, wire.nonce())}};
    QCOMPARE(wire.post("/token", DelegationWire::withAssertion(form, assertion), proof).status(), 200);
}

void TokenExchangeTest::a_chain_with_one_thing_wrong_is_refused_for_that_data()
{
    QTest::addColumn<Spoil>("spoil"); // gives the chain of grandchild
    QTest::addColumn<std::string>("says");
    const auto row = [](const char* name, Spoil spoil, const char* says) {
        QTest::newRow(name) << std::move(spoil) << std::string(says);
    };
    const auto second = [](DelegationWire::Change change) {
        return [change = std::move(change)](Family& family) {
            auto chain = family.two();
            chain.push_back(family.wire.link(chain.back(), family.child, family.grandchild, change));
            return chain;
        };
    };
    row("a widened member", second([](grants::Link& link) {
        link.permission.details.front().actions.push_back(permissions::Action::parse("payments.refund").value());
    }),
        "link 2: ");
    row("another place", second([](grants::Link& link) {
        link.permission.details.front().locations = {permissions::Location::parse("https://other.example/").value()};
    }),
        "link 2: ");
    row("hops not used up", second([](grants::Link& link) { link.permission.details.front().maxDepth = 2; }),
        "link 2: ");
    row("a wrong depth", second([](grants::Link& link) { link.depth = 1; }), "link 2: it says another depth");
    row("more depth than there is", second([](grants::Link& link) { link.maxDepth = 7; }),
        "link 2: it says another depth for those below");
    row("another parent", second([](grants::Link& link) { link.parentHash = std::string(43, 'A'); }),
        "link 2: it belongs under another parent");
    row("from the future", second([](grants::Link& link) { link.issuedAt = link.issuedAt + std::chrono::minutes(1); }),
        "link 2: it is from the future");
    row("for another agent", second([](grants::Link& link) { link.child = "somebody-else"; }),
        "link 2: it was made for another agent");
    row(
        "swapped hops",
        [](Family& family) {
            auto chain = family.three();
            std::swap(chain[1], chain[2]);
            return chain;
        },
        "link 1: it is not signed by the key");
    row(
        "a hop left out",
        [](Family& family) {
            auto chain = family.three();
            chain.erase(chain.begin() + 1);
            return chain;
        },
        "link 1: it is not signed by the key");
    row(
        "a hop twice",
        [](Family& family) {
            auto chain = family.three();
            chain.insert(chain.begin() + 1, chain[1]);
            return chain;
        },
        "link 2: it is not signed by the key");
    row(
        "signed by another",
        [](Family& family) {
            auto chain = family.two();
            chain.push_back(family.wire.link(chain.back(), family.stranger, family.grandchild));
            return chain;
        },
        "link 2: it is not signed by the key");
    row(
        "an expired middle",
        [](Family& family) {
            std::vector chain{family.top(),
                family.wire.link(family.top(), family.root, family.child,
                    [](grants::Link& link) { link.expiresAt = link.issuedAt + std::chrono::seconds(1); })};
            chain.push_back(family.wire.link(chain.back(), family.child, family.grandchild));
            family.wire.fixture().clock().advance(std::chrono::seconds(1));
            return chain;
        },
        "link 1: it has expired");
    row(
        "a damaged signature",
        [](Family& family) {
            auto chain = family.three();
            chain[1].replace(chain[1].size() - 10, 1, chain[1][chain[1].size() - 10] == 'A' ? "B" : "A");
            return chain;
        },
        "link 1: ");
    row(
        "no access token at its top",
        [](Family& family) {
            auto chain = family.three();
            chain.erase(chain.begin());
            return chain;
        },
        "delegation_chain: the access token at its top is refused");
    row(
        "a refresh token at its top",
        [](Family& family) {
            auto chain = family.three();
            chain.front() = family.tokens.text("refresh_token");
            return chain;
        },
        "delegation_chain: the access token at its top is refused");
    row(
        "a token in the middle",
        [](Family& family) {
            auto chain = family.three();
            chain[1] = chain[0];
            return chain;
        },
        "link 1: it is not of the type");
}

void TokenExchangeTest::a_chain_with_one_thing_wrong_is_refused_for_that()
{
    QFETCH(Spoil, spoil);
    QFETCH(std::string, says);
    Family family;
    const std::vector<std::string> chain = spoil(family);
    const WireAnswer answer = family.wire.exchange(family.grandchild, chain);
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), "invalid_request");
    QVERIFY2(answer.text("error_description").starts_with(says), answer.response.body.c_str());
    QCOMPARE(family.wire.fixture().grants().size(), 1U); // nothing came of it
}

void TokenExchangeTest::a_stolen_link_is_of_no_use()
{
    Family family;
    const auto chain = family.two();
    // With the thief's own key …
    const WireAnswer own = family.wire.exchange(family.stranger, chain);
    QCOMPARE(own.error(), "invalid_request");
    QVERIFY(own.text("error_description").starts_with("link 1: it is bound to another key"));
    // … or, with the child's DPoP key, as another client …
    WireAgent thief = family.stranger;
    thief.dpopKey = family.child.dpopKey;
    const WireAnswer asOther = family.wire.exchange(thief, chain);
    QVERIFY(asOther.text("error_description").starts_with("link 1: it was made for another agent"));
    // … or with the child's actor_token.
    const std::string actor = family.wire.exchangeForm(family.child, chain)[4].second;
    const WireAnswer borrowed = family.wire.exchange(family.stranger, chain, {{"actor_token", actor}});
    QVERIFY(borrowed.text("error_description").starts_with("The actor_token is of another agent"));
    // The child itself still can.
    QCOMPARE(family.wire.exchange(family.child, chain).status(), 200);
}

void TokenExchangeTest::a_link_is_exchanged_once()
{
    Family family;
    const auto chain = family.three();
    QCOMPARE(family.wire.exchange(family.grandchild, chain).status(), 200);
    const WireAnswer again = family.wire.exchange(family.grandchild, chain);
    QCOMPARE(again.status(), 400);
    QCOMPARE(again.error(), "invalid_request");
    QVERIFY2(again.text("error_description").contains("link 2: "), again.response.body.c_str());
    QCOMPARE(family.wire.fixture().grants().size(), 3U);
    // The one between was seen, not exchanged.
    QCOMPARE(family.wire.exchange(family.child, {chain[0], chain[1]}).status(), 200);
}

void TokenExchangeTest::a_revoked_ancestor_ends_all_below()
{
    Family family;
    const auto chain = family.three();
    const WireAnswer tokens = family.wire.exchange(family.grandchild, chain);
    QVERIFY(family.wire.fixture().revoke(GrantId{family.tokens.text("grant_id")}));
    QVERIFY(!family.wire.introspect(family.grandchild, tokens.text("access_token")).isActive());
    QCOMPARE(family.wire.refresh(family.grandchild, tokens.text("refresh_token")).error(), "invalid_grant");
    const WireAnswer late = family.wire.exchange(family.child, {chain[0], chain[1]});
    QCOMPARE(late.status(), 400);
    QCOMPARE(late.error(), "invalid_request");
}

void TokenExchangeTest::a_paused_ancestor_is_told_apart()
{
    Family family;
    const auto chain = family.two();
    QVERIFY(
        family.wire.fixture().run<void>([id = GrantId{family.tokens.text("grant_id")}](authority::Context& context) {
            return authority::pauseGrant(context, id);
        }));
    const WireAnswer answer = family.wire.exchange(family.child, chain);
    QCOMPARE(answer.status(), 503);
    QCOMPARE(answer.error(), "temporarily_unavailable");
    QVERIFY(!answer.field("retry-after").empty());
}

void TokenExchangeTest::an_ancestor_that_ran_out_ends_the_chain()
{
    Family family;
    const auto chain = family.two();
    family.wire.fixture().clock().advance(grants::kAccessTokenLife);
    const WireAnswer answer = family.wire.exchange(family.child, chain);
    QCOMPARE(answer.error(), "invalid_request");
    QVERIFY2(answer.text("error_description").contains("has expired"), answer.response.body.c_str());
}

QTEST_GUILESS_MAIN(TokenExchangeTest)
#include "tst_token_exchange.moc"
