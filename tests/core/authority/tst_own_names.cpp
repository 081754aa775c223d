// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Names that the person gives to agents, and agents that a link names before they come themselves.

#include "core/authority/use_cases.h"
#include "core/crypto/dpop.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::Context;

namespace {

Result<void> name(AuthorityFixture& fixture, const TestAgent& agent, const QString& text)
{
    return fixture.run<void>([&](Context& context) { return nameAgent(context, agent.id(), text); });
}

/// A key without a registration, and the link that names it.
struct Unnamed {
    AuthorityFixture fixture;
    TestAgent parent = fixture.registerAgent("parent");
    authority::TokenSet above = grantTo(fixture, parent, delegable(1));
    TestAgent child{{}, must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key")};
    GrantId grant;

    Unnamed()
    {
        const auto urn = crypto::thumbprintUrn(child.jkt());
        const std::string link = fixture.delegate(above.accessToken, parent.key, child, handedOn(delegable(1)),
            [&](grants::Link& made) { made.child = urn; });
        const ServiceId service = addService(fixture);
        grant = must(perform(fixture,
                         performanceOf(fixture, service, above.accessToken, child, action("payments.read"), {link})),
            "perform")
                    .grant;
    }
};

} // namespace

class TestOwnNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_agent_is_found_by_what_the_person_calls_it()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(name(fixture, agent, QStringLiteral("  night   books ")));
        QCOMPARE(rowOf(fixture, tokens.grant).ownName, QStringLiteral("night books"));
        QVERIFY(fixture.authority().findAgent("night books") == agent.id());
        QVERIFY(fixture.authority().findAgent(agent.id().value) == agent.id());
        QCOMPARE(newestEntry(fixture).kind, LeafKind::AgentNamed);
        QVERIFY(newestEntry(fixture).sentence.contains(QStringLiteral("night books")));
        QVERIFY(!newestEntry(fixture).details.contains(QStringLiteral("night books")));
        QVERIFY(name(fixture, agent, QStringLiteral("day books")));
        QVERIFY(!fixture.authority().findAgent("night books"));
        QVERIFY(name(fixture, agent, QString()));
        QVERIFY(!fixture.authority().findAgent("day books"));
        QVERIFY(!fixture.authority().findAgent(""));
        QCOMPARE(rowOf(fixture, tokens.grant).ownName, QString());
    }

    void a_name_is_of_one_agent_only()
    {
        AuthorityFixture fixture;
        const TestAgent first = fixture.registerAgent("first");
        const TestAgent second = fixture.registerAgent("second");
        QVERIFY(name(fixture, first, QStringLiteral("books")));
        const auto again = name(fixture, second, QStringLiteral("books"));
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::InvalidInput);
        QVERIFY(name(fixture, first, QStringLiteral("books")));
        QVERIFY(name(fixture, first, QString()));
        QVERIFY(name(fixture, second, QStringLiteral("books")));
        // A letter with its accent apart looks the same.
        QVERIFY(name(fixture, first, QString::fromUtf8("caf\xC3\xA9")));
        QVERIFY(!name(fixture, second, QString::fromUtf8("cafe\xCC\x81")));
    }

    void a_name_is_plain_text_and_short()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(!name(fixture, agent,
            QString::fromUtf8("a\xE2\x80\xAE"
                              "b"))); // turns the direction of writing
        QVERIFY(name(fixture, agent, QString(qsizetype{agents::kMaxOwnNameBytes}, QLatin1Char('x'))));
        QVERIFY(!name(fixture, agent, QString(qsizetype{agents::kMaxOwnNameBytes + 1}, QLatin1Char('x'))));
    }

    void a_name_stays_over_a_restart_and_stands_on_the_screen()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(name(fixture, agent, QStringLiteral("books")));
        QVERIFY(fixture.ask(agent));
        fixture.stop();
        QVERIFY(fixture.start());
        QVERIFY(fixture.authority().findAgent("books") == agent.id());
        QCOMPARE(fixture.waiting().front().facts.ownName, QStringLiteral("books"));
    }

    void naming_an_agent_changes_what_its_requests_show()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(fixture.ask(agent));
        const auto decision = approvalOf(fixture.waiting().front());
        QVERIFY(name(fixture, agent, QStringLiteral("books")));
        QVERIFY(!fixture.approve(decision));
        QVERIFY(fixture.approve());
    }

    void a_link_may_name_a_key_that_nobody_registered()
    {
        Unnamed scene;
        const auto row = rowOf(scene.fixture, scene.grant);
        QCOMPARE(row.agentName, QString());
        QVERIFY(row.grant.boundKey == scene.child.jkt());
        QVERIFY(scene.fixture.authority().findAgent(crypto::thumbprintUrn(scene.child.jkt())) == row.grant.agent);
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.grant(scene.grant).state, grants::GrantState::Live);
    }

    void it_gets_its_name_when_it_comes_itself_and_only_then()
    {
        Unnamed scene;
        const ClientId id = scene.fixture.grant(scene.grant).agent;
        const auto registerAs = [&](const char* claimed) {
            authority::RegisterAgent command{claimed, scene.child.key.publicKey(), {}, {}};
            command.peer.uid = 1000;
            return AuthorityFixture::wait<agents::Agent>(
                [&](auto reply) { scene.fixture.authority().registerAgent(std::move(command), std::move(reply)); });
        };
        const auto first = registerAs("sub-agent");
        QVERIFY(first);
        QCOMPARE(first->id, id);
        QCOMPARE(first->name, std::string("sub-agent"));
        QCOMPARE(rowOf(scene.fixture, scene.grant).agentName, QStringLiteral("sub-agent"));
        QCOMPARE(registerAs("somebody else")->name, std::string("sub-agent"));
        QCOMPARE(registerAs("")->name, std::string("sub-agent"));
    }

    void agents_that_nobody_registered_share_one_budget_of_questions()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent parent = fixture.registerAgent("parent");
        const auto asked = paymentsWith(",\"step_up\":{\"every_action\":true},\"max_depth\":1");
        const auto above = grantTo(fixture, parent, asked);
        const auto askOfANewKey = [&] {
            const TestAgent child{{}, must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key")};
            const auto urn = crypto::thumbprintUrn(child.jkt());
            const std::string link = fixture.delegate(
                above.accessToken, parent.key, child, handedOn(asked), [&](grants::Link& made) { made.child = urn; });
            return perform(fixture, performanceOf(fixture, service, above.accessToken, child, payment("1.00"), {link}));
        };
        for (int i = 0; i < authority::kMaxWaitingOfUnnamed; ++i)
            QVERIFY(isAsked(askOfANewKey()));
        const auto over = askOfANewKey();
        QVERIFY(!over);
        QCOMPARE(over.error().code, ErrorCode::TemporarilyUnavailable);
        QVERIFY(isAsked(perform(fixture, service, above.accessToken, parent, payment("1.00"))));
    }

    void a_blocked_key_is_registered_by_no_link()
    {
        Unnamed scene;
        const ClientId id = scene.fixture.grant(scene.grant).agent;
        QVERIFY(scene.fixture.run<void>([id](Context& context) { return blockAgent(context, id); }));
        const auto key = scene.child.key.publicKey();
        const auto again =
            scene.fixture.run<agents::Agent>([key](Context& context) { return registerUnnamed(context, key); });
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::UnauthorizedClient);
    }
};

QTEST_GUILESS_MAIN(TestOwnNames)
#include "tst_own_names.moc"
