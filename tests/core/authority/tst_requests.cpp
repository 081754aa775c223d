// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Registering and asking: caps, merging, cool-down, blocks; polling and how each end reads on the wire.

#include "core/authority/use_cases.h"
#include "core/crypto/digest.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;

namespace {
template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}
} // namespace

class TestRequests : public QObject {
    Q_OBJECT

    /// Another request of the agent than all before.
    static authority::DelegationRequest another(AuthorityFixture& fixture, const TestAgent& agent, int number)
    {
        return fixture.request(agent, payments(fixture.clock().now()), "request " + std::to_string(number));
    }

private Q_SLOTS:
    void a_known_key_stays_the_agent_that_it_is()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent("first name");
        const auto again = fixture.wait<agents::Agent>([&](auto reply) {
            fixture.authority().registerAgent({"other name", agent.key.publicKey(), {}, {}}, std::move(reply));
        });
        QVERIFY(again);
        QCOMPARE(*again, agent.agent);
        QCOMPARE(fixture.count(LeafKind::AgentRegistered), 1);
    }

    void a_user_registers_no_more_agents_than_the_cap()
    {
        AuthorityFixture fixture;
        const TestAgent first = fixture.registerAgent();
        const auto filled = fixture.run<void>([&](authority::Context& context) -> Result<void> {
            store::Query query(context.database,
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                "INSERT INTO agents (client_id, name, jwk, jkt, registered_at, uid) "
                "SELECT 'filler' || i, 'x', '{}', 'jkt' || i, 0, ? FROM n");
            query.bind(std::int64_t{agents::kMaxAgentsPerUid - 2});
            return query.bind(std::int64_t{1000}).run();
        });
        QVERIFY(filled);
        fixture.registerAgent("the last one");
        const auto key = crypto::PrivateKey::generate(crypto::KeyType::Ed25519);
        const auto over = fixture.wait<agents::Agent>([&](auto reply) {
            authority::RegisterAgent command{"one more", key->publicKey(), {}, {}};
            command.peer.uid = 1000;
            fixture.authority().registerAgent(std::move(command), std::move(reply));
        });
        QCOMPARE(codeOf(over), ErrorCode::TemporarilyUnavailable);
        QVERIFY(fixture.authority().findClient(first.id()));
    }

    void the_auth_req_id_is_kept_as_its_digest_only()
    {
        AuthorityFixture fixture;
        const auto accepted = fixture.ask(fixture.registerAgent());
        QVERIFY(accepted);
        fixture.stop();
        QVERIFY(accepted->id.value.size() >= 43);
        const QFileInfoList files = QDir(fixture.folder()).entryInfoList(QDir::Files);
        for (const QFileInfo& file : files) {
            QFile opened(file.filePath());
            QVERIFY(opened.open(QIODevice::ReadOnly));
            QVERIFY(!opened.readAll().contains(QByteArray::fromStdString(accepted->id.value)));
        }
    }

    void an_agent_has_no_more_requests_waiting_than_the_cap()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        for (int i = 0; i < consent::kMaxWaitingPerAgent; ++i)
            QVERIFY(fixture.ask(another(fixture, agent, i)));
        QCOMPARE(codeOf(fixture.ask(another(fixture, agent, 99))), ErrorCode::TemporarilyUnavailable);
        QCOMPARE(fixture.count(LeafKind::RequestRefused), 1);
        QCOMPARE(fixture.status().refusedRequests, 1U);
        QCOMPARE(fixture.status().waitingRequests, consent::kMaxWaitingPerAgent);
        QVERIFY(fixture.ask(fixture.registerAgent("another", "/usr/bin/another")));
    }

    void the_agents_of_one_program_share_a_cap()
    {
        AuthorityFixture fixture;
        for (int i = 0; i < authority::kMaxWaitingPerExecutable; ++i)
            QVERIFY(fixture.ask(fixture.registerAgent("agent " + std::to_string(i))));
        QCOMPARE(codeOf(fixture.ask(fixture.registerAgent("one more"))), ErrorCode::TemporarilyUnavailable);
        QVERIFY(fixture.ask(fixture.registerAgent("of another program", "/usr/bin/another")));
    }

    void no_more_requests_wait_in_all_than_the_cap()
    {
        AuthorityFixture fixture;
        for (int i = 0; i < consent::kMaxWaiting; ++i) {
            const auto uid = static_cast<uid_t>(2000 + i);
            auto request = fixture.request(fixture.registerAgent("a" + std::to_string(i), "", uid));
            request.peer.uid = uid;
            QVERIFY(fixture.ask(std::move(request)));
        }
        QCOMPARE(codeOf(fixture.ask(fixture.registerAgent("one more", ""))), ErrorCode::TemporarilyUnavailable);
    }

    void a_user_has_no_more_requests_waiting_than_the_cap()
    {
        AuthorityFixture fixture;
        for (int i = 0; i < authority::kMaxWaitingPerUid; ++i)
            QVERIFY(fixture.ask(fixture.registerAgent("a" + std::to_string(i), "")));
        QCOMPARE(codeOf(fixture.ask(fixture.registerAgent("one more", ""))), ErrorCode::TemporarilyUnavailable);
        auto request = fixture.request(fixture.registerAgent("another user's", "", 1001));
        request.peer.uid = 1001;
        QVERIFY(fixture.ask(request));
    }

    void equal_requests_merge_and_the_newest_gets_the_grant()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.ask(agent);
        const auto publicId = fixture.waiting().front().request.publicId;
        fixture.clock().advance(100s);
        const auto request = fixture.request(agent);
        const auto second = fixture.ask(request);
        QVERIFY(second);
        QCOMPARE(fixture.waiting().size(), 1U);
        QCOMPARE(fixture.waiting().front().request.publicId, publicId);
        QCOMPARE(fixture.waiting().front().request.timesAsked, 2);
        QCOMPARE(fixture.waiting().front().request.expiresAt, fixture.clock().now() + 300s);
        QCOMPARE(fixture.count(LeafKind::RequestMerged), 1);
        QCOMPARE(codeOf(fixture.poll(agent, first->id)), ErrorCode::AccessDenied);
        QVERIFY(fixture.approve());
        QCOMPARE(codeOf(fixture.poll(agent, first->id)), ErrorCode::AccessDenied);
        QVERIFY(fixture.poll(agent, second->id));
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void what_differs_or_is_another_agents_does_not_merge()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(fixture.ask(another(fixture, agent, 1)));
        QVERIFY(fixture.ask(another(fixture, agent, 2)));
        QVERIFY(fixture.ask(another(fixture, fixture.registerAgent("other"), 1)));
        QCOMPARE(fixture.waiting().size(), 3U);
    }

    void after_two_that_nobody_answered_an_agent_must_wait()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        for (int i = 0; i < consent::kUnansweredBeforeCoolDown; ++i) {
            const auto accepted = fixture.ask(another(fixture, agent, i));
            QVERIFY(accepted);
            fixture.clock().advance(300s);
            QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::ExpiredToken);
        }
        QCOMPARE(fixture.count(LeafKind::RequestExpired), consent::kUnansweredBeforeCoolDown);
        QCOMPARE(codeOf(fixture.ask(another(fixture, agent, 8))), ErrorCode::TemporarilyUnavailable);
        fixture.clock().advance(consent::kCoolDown - 1s);
        QCOMPARE(codeOf(fixture.ask(another(fixture, agent, 8))), ErrorCode::TemporarilyUnavailable);
        fixture.clock().advance(1s);
        QVERIFY(fixture.ask(another(fixture, agent, 9)));
    }

    void an_answer_in_between_starts_the_count_anew()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        for (int i = 0; i < 4; ++i) {
            QVERIFY(fixture.ask(another(fixture, agent, i)));
            if (i % 2 == 0)
                fixture.clock().advance(301s);
            else
                QVERIFY(fixture.deny(fixture.waiting().front().request.publicId));
            QCOMPARE(fixture.waiting().size(), 0U);
        }
        QVERIFY(fixture.ask(another(fixture, agent, 9)));
    }

    void a_replayed_assertion_is_refused_and_leaves_nothing()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto request = fixture.request(agent);
        QVERIFY(fixture.ask(request));
        auto replay = another(fixture, agent, 2);
        replay.proofs = request.proofs;
        QCOMPARE(codeOf(fixture.ask(replay)), ErrorCode::InvalidClient);
        QCOMPARE(fixture.waiting().size(), 1U);
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(codeOf(fixture.ask(replay)), ErrorCode::InvalidClient);
    }

    void a_replayed_dpop_proof_is_refused()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        const authority::UsedProof proof{agent.jkt().value, "one", fixture.clock().now() + 300s};
        const auto poll = [&](std::vector<authority::UsedProof> proofs) {
            return fixture.wait<authority::TokenSet>([&](auto reply) {
                fixture.authority().poll({agent.id(), accepted->id, agent.jkt(), std::move(proofs)}, std::move(reply));
            });
        };
        QCOMPARE(codeOf(poll({proof})), ErrorCode::AuthorizationPending);
        QCOMPARE(codeOf(poll({proof})), ErrorCode::InvalidDpopProof);
        const auto consumed =
            fixture.wait<void>([&](auto reply) { fixture.authority().consume({proof}, std::move(reply)); });
        QCOMPARE(codeOf(consumed), ErrorCode::Replayed);
    }

    void a_proof_is_forgotten_when_it_could_not_be_accepted_any_more()
    {
        AuthorityFixture fixture;
        const auto consume = [&] {
            return fixture.wait<void>([&](auto reply) {
                fixture.authority().consume({{"owner", "jti", kTestStart + 300s}}, std::move(reply));
            });
        };
        QVERIFY(consume());
        fixture.clock().advance(300s);
        QCOMPARE(codeOf(consume()), ErrorCode::Replayed);
        fixture.clock().advance(1s);
        QVERIFY(consume());
    }

    void polling_too_fast_slows_down_for_good()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::AuthorizationPending);
        fixture.clock().advance(4999ms);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::SlowDown);
        fixture.clock().advance(9999ms);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::SlowDown);
        fixture.clock().advance(15s);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::AuthorizationPending);
        fixture.clock().advance(14s);
        QCOMPARE(codeOf(fixture.poll(agent, accepted->id)), ErrorCode::SlowDown);
    }

    void another_agents_auth_req_id_is_unknown()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const TestAgent thief = fixture.registerAgent("thief");
        const auto accepted = fixture.ask(agent);
        QCOMPARE(codeOf(fixture.poll(thief, accepted->id)), ErrorCode::InvalidGrant);
        QVERIFY(fixture.approve());
        QCOMPARE(codeOf(fixture.poll(thief, accepted->id)), ErrorCode::InvalidGrant);
        QCOMPARE(codeOf(fixture.poll(agent, RequestId{"unknown"})), ErrorCode::InvalidGrant);
        QVERIFY(fixture.poll(agent, accepted->id));
    }

    void denied_cancelled_expired_and_blocked_are_four_things()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto denied = fixture.ask(another(fixture, agent, 1));
        QVERIFY(fixture.deny(fixture.waiting().back().request.publicId));
        const auto cancelled = fixture.ask(another(fixture, agent, 2));
        QVERIFY(fixture.revokeToken(agent, cancelled->id.value));
        const auto expired = fixture.ask(another(fixture, agent, 3));
        fixture.clock().advance(300s);
        QCOMPARE(codeOf(fixture.poll(agent, denied->id)), ErrorCode::AccessDenied);
        QCOMPARE(codeOf(fixture.poll(agent, cancelled->id)), ErrorCode::InvalidGrant);
        QCOMPARE(codeOf(fixture.poll(agent, expired->id)), ErrorCode::ExpiredToken);
        const auto blocked = fixture.ask(another(fixture, agent, 4));
        const auto done =
            fixture.run<void>([&](authority::Context& context) { return authority::blockAgent(context, agent.id()); });
        QVERIFY(done);
        QCOMPARE(codeOf(fixture.poll(agent, blocked->id)), ErrorCode::UnauthorizedClient);
        QCOMPARE(codeOf(fixture.ask(another(fixture, agent, 5))), ErrorCode::UnauthorizedClient);
        for (const LeafKind kind : {LeafKind::RequestDenied, LeafKind::RequestCancelled, LeafKind::RequestExpired,
                 LeafKind::RequestBlocked, LeafKind::RequestRefused, LeafKind::AgentBlocked})
            QCOMPARE(fixture.count(kind), 1);
    }

    void a_block_covers_the_key_and_the_program_until_it_is_lifted()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto block = [&](auto useCase) {
            return fixture.run<void>([&](authority::Context& context) { return useCase(context, agent.id()); });
        };
        QVERIFY(block(authority::blockAgent));
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QCOMPARE(fixture.grant(tokens.grant).reason, grants::EndReason::AgentBlocked);
        QCOMPARE(codeOf(fixture.refresh(agent, tokens.refreshToken)), ErrorCode::UnauthorizedClient);
        const TestAgent newKey = fixture.registerAgent("new key, same program");
        QCOMPARE(newKey.agent.standing, agents::Standing::Blocked);
        QCOMPARE(codeOf(fixture.ask(newKey)), ErrorCode::UnauthorizedClient);
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.authority().findClient(agent.id())->agent.standing, agents::Standing::Blocked);
        QVERIFY(block(authority::unblockAgent));
        QCOMPARE(fixture.authority().findClient(newKey.id())->agent.standing, agents::Standing::Ordinary);
        QVERIFY(fixture.ask(agent));
    }

    void more_than_fits_into_a_token_is_refused_before_anybody_is_asked()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        permissions::Permission asked = payments();
        const auto detail = asked.details.front();
        while (asked.details.size() < 30)
            asked.details.push_back(detail);
        QCOMPARE(codeOf(fixture.ask(fixture.request(agent, asked))), ErrorCode::InvalidAuthorizationDetails);
        QVERIFY(fixture.waiting().empty());
        asked.details.resize(10);
        QVERIFY(fixture.ask(fixture.request(agent, asked)));
        QVERIFY(fixture.approve());
    }

    void what_would_have_ended_already_is_refused()
    {
        AuthorityFixture fixture;
        permissions::Permission asked = payments();
        asked.details.front().expiresAt = kTestStart;
        QCOMPARE(codeOf(fixture.ask(fixture.request(fixture.registerAgent(), asked))),
            ErrorCode::InvalidAuthorizationDetails);
    }
};

QTEST_GUILESS_MAIN(TestRequests)
#include "tst_requests.moc"
