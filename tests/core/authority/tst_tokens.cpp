// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What tokens say, how they rotate, and when they die.

#include "core/authority/use_cases.h"
#include "core/crypto/jws.h"
#include "core/permissions/permission_json.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using grants::EndReason;
using grants::GrantState;

namespace {
template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}
} // namespace

class TestTokens : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_access_token_says_what_was_granted()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto claims = crypto::verifyJwt(tokens.accessToken, "at+jwt", fixture.identity().device.publicKey());
        QVERIFY(claims);
        const auto text = [&](const char* name) { return std::string(claims->at(name).as_string()); };
        QCOMPARE(text("iss"), std::string("http://127.0.0.1:7317"));
        QCOMPARE(text("sub"), crypto::thumbprintUrn(fixture.identity().person.thumbprint()));
        const json::Array audience{"https://payments.example", "http://127.0.0.1:7317"};
        QVERIFY(claims->at("aud") == audience);
        QCOMPARE(text("client_id"), agent.id().value);
        QCOMPARE(text("grant_id"), tokens.grant.value);
        QCOMPARE(text("device"), fixture.identity().device.publicKey().thumbprint().value);
        QCOMPARE(std::string(claims->at("cnf").at("jkt").as_string()), agent.jkt().value);
        QCOMPARE(claims->at("iat").as_int64(), kTestStart.value);
        QCOMPARE(claims->at("exp").as_int64(), kTestStart.value + 600);
        QCOMPARE(claims->at("del_depth").as_int64(), 0);
        QVERIFY(tokens.accessToken.size() <= authority::kMaxAccessTokenBytes);
        const auto granted = permissions::parsePermission(json::serialize(claims->at("authorization_details")));
        QCOMPARE(*granted, tokens.granted);

        const auto seen = fixture.authority().introspect(tokens.accessToken);
        QVERIFY(seen);
        QCOMPARE(seen->id.value, text("jti"));
        QCOMPARE(seen->boundKey, agent.jkt());
        QCOMPARE(seen->permission, tokens.granted);
    }

    void an_id_token_comes_where_openid_was_asked()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        auto request = fixture.request(agent);
        request.openid = true;
        const auto accepted = fixture.ask(request);
        QVERIFY(fixture.approve());
        const auto tokens = fixture.poll(agent, accepted->id);
        QVERIFY(tokens->idToken);
        QCOMPARE(tokens->scope, std::string("openid"));
        const auto claims = crypto::verifyJwt(*tokens->idToken, "jwt", fixture.identity().device.publicKey());
        QVERIFY2(claims, claims ? "" : claims.error().message.c_str());
        QCOMPARE(std::string(claims->at("aud").as_string()), agent.id().value);
        QVERIFY(!fixture.tokensFor(agent).idToken);
    }

    void a_token_ends_with_its_grant()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent); // for an hour
        fixture.clock().advance(3599s - 1s);
        const auto late = fixture.refresh(agent, tokens.refreshToken);
        QVERIFY(late);
        QCOMPARE(late->expiresIn, 2s);
        fixture.clock().advance(2s);
        QVERIFY(!fixture.isActive(late->accessToken));
        QVERIFY(!fixture.isActive(late->refreshToken));
        QCOMPARE(codeOf(fixture.refresh(agent, late->refreshToken)), ErrorCode::InvalidGrant);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        QCOMPARE(fixture.count(LeafKind::GrantExpired), 1);
    }

    void an_access_token_lives_ten_minutes()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().advance(599s);
        QVERIFY(fixture.isActive(tokens.accessToken));
        fixture.clock().advance(1s);
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QVERIFY(fixture.isActive(tokens.refreshToken));
    }

    void a_lost_answer_may_be_fetched_again_for_a_minute()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        QVERIFY(fixture.approve());
        const auto first = fixture.poll(agent, accepted->id);
        fixture.clock().advance(60s);
        const auto second = fixture.poll(agent, accepted->id);
        QVERIFY(second);
        QVERIFY(!fixture.isActive(first->accessToken));
        QVERIFY(!fixture.isActive(first->refreshToken));
        QCOMPARE(codeOf(fixture.refresh(agent, first->refreshToken)), ErrorCode::InvalidGrant);
        QCOMPARE(fixture.grant(second->grant).state, GrantState::Live);
        QVERIFY(fixture.isActive(second->accessToken));
        fixture.clock().advance(1s);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::InvalidGrant);
        QVERIFY(fixture.isActive(second->accessToken));
        QCOMPARE(fixture.count(LeafKind::KeyBound), 1);
    }

    void the_first_key_shown_binds_and_another_gets_nothing()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        QVERIFY(fixture.approve());
        QVERIFY(fixture.poll(agent, accepted->id));
        const TestAgent otherKey{agent.agent, *crypto::PrivateKey::generate(crypto::KeyType::Ed25519)};
        QCOMPARE(codeOf(fixture.poll(otherKey, accepted->id)), ErrorCode::InvalidDpopProof);
    }

    void a_named_key_is_the_only_one_that_binds()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const TestAgent named{agent.agent, *crypto::PrivateKey::generate(crypto::KeyType::P256)};
        auto request = fixture.request(agent);
        request.dpopKey = named.jkt();
        const auto accepted = fixture.ask(request);
        QVERIFY(fixture.approve());
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::InvalidDpopProof);
        const auto tokens = fixture.poll(named, accepted->id);
        QVERIFY(tokens);
        QCOMPARE(fixture.grant(tokens->grant).boundKey, std::optional(named.jkt()));
    }

    void an_answer_that_nobody_fetches_is_gone_after_a_while()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        QVERIFY(fixture.approve());
        fixture.clock().advance(300s + grants::kAnswerFetchWindow + 1s);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::ExpiredToken);
    }

    void refresh_tokens_rotate()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        auto tokens = fixture.tokensFor(agent);
        for (int i = 0; i < 5; ++i) {
            fixture.clock().advance(500s);
            const auto next = fixture.refresh(agent, tokens.refreshToken);
            QVERIFY(next);
            QVERIFY(next->refreshToken != tokens.refreshToken);
            QVERIFY(fixture.isActive(tokens.accessToken));
            tokens = *next;
        }
        QCOMPARE(fixture.grant(tokens.grant).lastUsedAt, std::optional(fixture.clock().now()));
    }

    void the_previous_one_works_until_its_successor_was_used()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.tokensFor(agent);
        const auto lost = fixture.refresh(agent, first.refreshToken);
        const auto second = fixture.refresh(agent, first.refreshToken);
        QVERIFY(second);
        const auto third = fixture.refresh(agent, second->refreshToken);
        QVERIFY(third);
        QCOMPARE(fixture.grant(first.grant).state, GrantState::Live);
        QCOMPARE(codeOf(fixture.refresh(agent, first.refreshToken)), ErrorCode::InvalidGrant);
        const grants::Grant held = fixture.grant(first.grant);
        QCOMPARE(held.state, GrantState::Held);
        QCOMPARE(held.reason, EndReason::RefreshTokenReused);
        QVERIFY(!fixture.isActive(third->accessToken));
        QVERIFY(!fixture.isActive(third->refreshToken));
        QCOMPARE(codeOf(fixture.refresh(agent, third->refreshToken)), ErrorCode::Held);
        QCOMPARE(fixture.count(LeafKind::GrantHeld), 1);
        const auto resumed = fixture.run<void>(
            [&](authority::Context& context) { return authority::resumeGrant(context, first.grant); });
        QVERIFY(resumed);
        QVERIFY(fixture.isActive(third->accessToken));
        QVERIFY(fixture.refresh(agent, third->refreshToken));
    }

    void an_answer_that_was_replaced_counts_as_reuse()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.tokensFor(agent);
        const auto taken = fixture.refresh(agent, first.refreshToken);
        QVERIFY(fixture.refresh(agent, first.refreshToken));
        QCOMPARE(codeOf(fixture.refresh(agent, taken->refreshToken)), ErrorCode::InvalidGrant);
        QCOMPARE(fixture.grant(first.grant).state, GrantState::Held);
    }

    void a_stranger_with_an_old_token_holds_nothing()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.tokensFor(agent);
        const auto second = fixture.refresh(agent, first.refreshToken);
        const auto third = fixture.refresh(agent, second->refreshToken);
        QVERIFY(third);
        const TestAgent stranger = fixture.registerAgent("stranger");
        QCOMPARE(codeOf(fixture.refresh(stranger, first.refreshToken)), ErrorCode::InvalidGrant);
        const TestAgent otherKey{agent.agent, *crypto::PrivateKey::generate(crypto::KeyType::P256)};
        QCOMPARE(codeOf(fixture.refresh(otherKey, first.refreshToken)), ErrorCode::InvalidDpopProof);
        QCOMPARE(fixture.grant(first.grant).state, GrantState::Live);
        QVERIFY(fixture.isActive(third->accessToken));
    }

    void an_access_token_is_no_refresh_token()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QCOMPARE(codeOf(fixture.refresh(agent, tokens.accessToken)), ErrorCode::InvalidGrant);
    }

    void revoking_an_access_token_ends_only_that()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revokeToken(agent, tokens.accessToken));
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QVERIFY(fixture.isActive(tokens.refreshToken));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Live);
        QVERIFY(fixture.revokeToken(agent, tokens.accessToken));
    }

    void revoking_a_refresh_token_ends_its_grant()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revokeToken(agent, tokens.refreshToken));
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QCOMPARE(fixture.grant(tokens.grant).reason, EndReason::RevokedByAgent);
    }

    void revoking_a_foreign_or_unknown_token_does_nothing()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const TestAgent other = fixture.registerAgent("other");
        const auto tokens = fixture.tokensFor(agent);
        const auto accepted = fixture.ask(fixture.request(agent, payments(), "more"));
        for (const std::string& token :
            {tokens.accessToken, tokens.refreshToken, accepted->id.value, std::string("unknown")})
            QVERIFY(fixture.revokeToken(other, token));
        QVERIFY(fixture.isActive(tokens.accessToken));
        QVERIFY(fixture.isActive(tokens.refreshToken));
        QCOMPARE(fixture.waiting().size(), 1U);
    }

    void revoking_is_final_and_may_be_repeated()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revoke(tokens.grant));
        QVERIFY(fixture.revoke(tokens.grant));
        QCOMPARE(fixture.count(LeafKind::GrantRevoked), 1);
        QCOMPARE(codeOf(fixture.revoke(GrantId{"unknown"})), ErrorCode::NotFound);
        const auto resumed = fixture.run<void>(
            [&](authority::Context& context) { return authority::resumeGrant(context, tokens.grant); });
        QCOMPARE(codeOf(resumed), ErrorCode::InvalidGrant);
        QCOMPARE(codeOf(fixture.refresh(agent, tokens.refreshToken)), ErrorCode::InvalidGrant);
    }

    void stopping_everything_ends_all_grants()
    {
        AuthorityFixture fixture;
        std::vector<authority::TokenSet> all;
        for (int i = 0; i < 5; ++i)
            all.push_back(fixture.tokensFor(fixture.registerAgent("agent " + std::to_string(i))));
        const auto stopped =
            fixture.wait<void>([&](auto reply) { fixture.authority().stopEverything(std::move(reply)); });
        QVERIFY(stopped);
        for (const auto& tokens : all) {
            QVERIFY(!fixture.isActive(tokens.accessToken));
            QCOMPARE(fixture.grant(tokens.grant).reason, EndReason::StoppedEverything);
        }
        QCOMPARE(fixture.status().liveGrants, 0);
    }
};

QTEST_GUILESS_MAIN(TestTokens)
#include "tst_tokens.moc"
