// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The end of the log that nothing has signed yet can be written by any program of the same user: no entry there gives
// authority, and what Countersign itself writes there that does is signed at once.

#include "core/agents/trust_evidence_json.h"
#include "core/agents/trust_judgement.h"
#include "core/audit/leaf_codec.h"
#include "core/authority/use_cases.h"
#include "core/grants/link.h"
#include "core/permissions/permission_json.h"
#include "tests/core/authority/catalogue_scene.h"
#include "tests/core/authority/family.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/tampering.h"
#include "tests/core/authority/trust_house.h"
#include "tests/support/actions.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using audit::LeafDraft;
using audit::LeafKind;
using authority::Context;
using authority::Trouble;
using grants::GrantState;

namespace {

constexpr auto kMore = ",\"uses\":2,\"step_up\":{\"first_seen\":[\"/recipient\"]}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens = grantTo(fixture, agent, paymentsWith(kMore));

    [[nodiscard]] Result<authority::ActionAnswer> pay(const std::string& recipient = "acme")
    {
        return perform(fixture, service, tokens.accessToken, agent, payment("1.00", recipient));
    }
    [[nodiscard]] LeafDraft leaf(LeafKind kind, json::Object claims = {}) const
    {
        return {kind, agent.id(), tokens.grant, std::move(claims), std::nullopt};
    }
    [[nodiscard]] json::Object claimsOf(LeafKind kind)
    {
        return fixture
            .run<json::Object>([kind](Context& context) -> Result<json::Object> {
                store::Query query(context.database, "SELECT leaf FROM log_leaves WHERE kind = ?");
                static_cast<void>(query.bind(std::int64_t{std::to_underlying(kind)}).next());
                return audit::unpackClaims(query.blob(0));
            })
            .value();
    }
    void say(const TrustEvidence& evidence)
    {
        QVERIFY(
            fixture.run<void>([&](Context& context) { return authority::keepTrust(context, agent.id(), evidence); }));
    }
    Result<void> pause()
    {
        return fixture.run<void>(
            [grant = tokens.grant](Context& context) { return authority::pauseGrant(context, grant); });
    }
    Result<void> resume()
    {
        return fixture.run<void>(
            [grant = tokens.grant](Context& context) { return authority::resumeGrant(context, grant); });
    }
    Result<void> block()
    {
        return fixture.run<void>([id = agent.id()](Context& context) { return authority::blockAgent(context, id); });
    }
    Result<void> unblock()
    {
        return fixture.run<void>([id = agent.id()](Context& context) { return authority::unblockAgent(context, id); });
    }
};

json::Object agentClaim(const TestAgent& agent, const std::string& key)
{
    return {{"agent", json::Object{{"client_id", agent.id().value}, {"jkt", key}}}};
}

/// What is forged, before that what happened, and the rows that go with it.
struct Forgery {
    std::function<void(Scene&)> before;
    std::function<LeafDraft(Scene&)> leaf;
    QStringList rows;
};

} // namespace
Q_DECLARE_METATYPE(Forgery)

class TestForgedEntries : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_entry_that_nothing_signed_gives_no_authority_data();
    void an_entry_that_nothing_signed_gives_no_authority();
    void a_key_is_bound_by_an_entry_that_is_signed_only();
    void a_link_is_good_for_the_key_that_it_names_only_data();
    void a_link_is_good_for_the_key_that_it_names_only();
    void what_gives_authority_is_signed_at_once_data();
    void what_gives_authority_is_signed_at_once();
    void a_document_is_signed_at_once();
};

void TestForgedEntries::an_entry_that_nothing_signed_gives_no_authority_data()
{
    QTest::addColumn<Forgery>("forgery");
    const auto nothing = [](Scene&) { };
    const auto usedUp = [](Scene& scene) {
        QVERIFY(isAsked(scene.pay()));
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.pay()));
    };
    QTest::newRow("a grant goes on") << Forgery{[](Scene& scene) { QVERIFY(scene.pause()); },
        [](Scene& scene) { return scene.leaf(LeafKind::GrantResumed, {{"held", "paused_by_person"}}); },
        {u"UPDATE grants SET state = 0, end_reason = NULL"_s}};
    QTest::newRow("a grant is made again, and counts from the start") << Forgery{usedUp,
        [](Scene& scene) {
            json::Object claims = scene.claimsOf(LeafKind::ConsentGiven);
            for (const char* added : {"type", "iat", "seq", "prev", "device"})
                claims.erase(added);
            claims["replaces"] = scene.tokens.grant.value;
            claims["detail_of"] = json::Array{-1};
            return scene.leaf(LeafKind::ConsentGiven, claims);
        },
        {u"DELETE FROM uses"_s}};
    QTest::newRow("a value is known") << Forgery{nothing,
        [](Scene& scene) {
            const json::Object debit{{"grant_id", scene.tokens.grant.value}, {"detail", 0}, {"seen", {"mine"}}};
            return scene.leaf(LeafKind::ActionPermitted, {{"debits", json::Array{debit}}});
        },
        {u"INSERT INTO seen_values (grant_id, detail, key) SELECT grant_id, 0, 'mine' FROM grants"_s}};
    QTest::newRow("an outcome") << Forgery{
        nothing, [](Scene& scene) { return scene.leaf(LeafKind::ActionOutcome, {{"outcome", json::Object()}}); }, {}};
    QTest::newRow("an agent is not blocked any more") << Forgery{[](Scene& scene) { QVERIFY(scene.block()); },
        [](Scene& scene) {
            LeafDraft leaf = scene.leaf(LeafKind::AgentUnblocked, agentClaim(scene.agent, scene.agent.jkt().value));
            leaf.grant = {};
            return leaf;
        },
        {u"DELETE FROM blocks"_s, u"UPDATE agents SET blocked = 0"_s}};
    QTest::newRow("a grant is bound to another key")
        << Forgery{nothing, [](Scene& scene) { return scene.leaf(LeafKind::KeyBound, {{"jkt", "mine"}}); },
               {u"UPDATE grants SET bound_jkt = 'mine'"_s}};
    const auto ofService = [](Scene& scene, LeafKind kind) {
        return LeafDraft{kind, {}, {},
            {{"service_id", scene.service.value}, {"location", kPaymentsUrl}, {"catalogue", "AAAA"}}, std::nullopt};
    };
    QTest::newRow("a service demands nothing any more")
        << Forgery{nothing, [ofService](Scene& scene) { return ofService(scene, LeafKind::ServiceRemoved); }, {}};
    QTest::newRow("a service demands something else")
        << Forgery{nothing, [ofService](Scene& scene) { return ofService(scene, LeafKind::CatalogueImported); }, {}};
    QTest::newRow("another service") << Forgery{nothing,
        [](Scene&) {
            return LeafDraft{LeafKind::ServiceAdded, {}, {},
                {{"service_id", "mine"}, {"location", kPaymentsUrl}, {"secret_digest", "AAAA"}}, std::nullopt};
        },
        {u"INSERT INTO services (service_id, name, location, secret_hash, added_at) "
         u"SELECT 'mine', 'Mine', location, x'000000', added_at FROM services"_s}};
    const auto ofAgent = [](Scene& scene, LeafKind kind, json::Object claims) {
        LeafDraft leaf = scene.leaf(kind, std::move(claims));
        leaf.grant = {};
        return leaf;
    };
    QTest::newRow("the person trusts an agent") << Forgery{
        nothing, [ofAgent](Scene& scene) { return ofAgent(scene, LeafKind::TrustAssigned, {{"level", "L4"}}); }, {}};
    QTest::newRow("somebody speaks well of an agent") << Forgery{nothing,
        [ofAgent](Scene& scene) {
            return ofAgent(scene, LeafKind::TrustReported,
                {{"trust", agents::trustClaim(attested(TrustLevel::L4, scene.fixture.clock().now()))}});
        },
        {}};
    QTest::newRow("nobody knows of a hit")
        << Forgery{[](Scene& scene) { scene.say(attested(TrustLevel::L0, kTestStart, Screening::Hit)); },
               [ofAgent](Scene& scene) {
                   return ofAgent(scene, LeafKind::TrustReported,
                       {{"trust", agents::trustClaim(agents::judge({}, KeyProof::Proven, kTestStart))}});
               },
               {}};
    QTest::newRow("an agent has another key") << Forgery{nothing,
        [](Scene& scene) {
            LeafDraft leaf = scene.leaf(LeafKind::AgentRegistered, agentClaim(scene.agent, "mine"));
            leaf.grant = {};
            return leaf;
        },
        {}};
}

void TestForgedEntries::an_entry_that_nothing_signed_gives_no_authority()
{
    QFETCH(const Forgery, forgery);
    Scene scene;
    forgery.before(scene);
    const LeafDraft leaf = forgery.leaf(scene);
    scene.fixture.stop();
    const std::uint64_t forged = scene.fixture.anchor()->treeSize;
    forgeLeaves(scene.fixture, scene.fixture.clock().now(), {leaf});
    tamper(scene.fixture.folder(), forgery.rows);
    for (int start = 0; start < 2; ++start) { // and nothing signs it
        QVERIFY(scene.fixture.start());
        QVERIFY(scene.fixture.has(Trouble::LogBroken));
        const std::string problem = scene.fixture.status().logProblem;
        QVERIFY2(problem.starts_with("entry " + std::to_string(forged) + ": it "), problem.c_str());
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
        QCOMPARE(codeOf(scene.pay("globex")), ErrorCode::StorageCorrupt);
        QCOMPARE(codeOf(scene.fixture.ask(scene.agent)), ErrorCode::StorageCorrupt);
        scene.fixture.stop();
        QCOMPARE(scene.fixture.anchor()->treeSize, forged);
    }
}

void TestForgedEntries::a_key_is_bound_by_an_entry_that_is_signed_only()
{
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent();
    const auto asked = fixture.ask(agent);
    QVERIFY(asked);
    const auto grant = fixture.approve(); // and before the agent fetches it …
    QVERIFY(grant);
    fixture.stop();
    forgeLeaves(
        fixture, fixture.clock().now(), {{LeafKind::KeyBound, agent.id(), *grant, {{"jkt", "mine"}}, std::nullopt}});
    tamper(fixture.folder(), {u"UPDATE grants SET bound_jkt = 'mine'"_s});
    QVERIFY(fixture.start());
    QVERIFY(fixture.has(Trouble::LogBroken));
    QVERIFY(!fixture.poll(agent, asked->id));
}

void TestForgedEntries::a_link_is_good_for_the_key_that_it_names_only_data()
{
    QTest::addColumn<bool>("isChilds");
    QTest::newRow("the child's") << true; // nobody is given more than the agent above has signed
    QTest::newRow("another's") << false;
}

void TestForgedEntries::a_link_is_good_for_the_key_that_it_names_only()
{
    QFETCH(const bool, isChilds);
    AuthorityFixture fixture;
    const TestAgent parent = fixture.registerAgent("parent");
    const TestAgent child = fixture.registerAgent("child");
    const TestAgent thief = fixture.registerAgent("thief");
    const auto above = fixture.tokensFor(parent, delegable(2));
    const auto link = grants::readLink(fixture.delegate(above.accessToken, parent.key, child, handedOn(above.granted)));
    QVERIFY(link);
    fixture.stop();
    // Nobody has shown the link yet.
    const TestAgent& taker = isChilds ? child : thief;
    LeafDraft leaf{
        LeafKind::GrantDelegated, taker.id(), {"forged"}, agentClaim(taker, taker.jkt().value), std::nullopt};
    leaf.claims["link"] = link->hash;
    leaf.claims["parent"] = above.grant.value;
    leaf.claims["depth"] = 1;
    leaf.claims["jkt"] = taker.jkt().value;
    leaf.claims["exp"] = link->link.expiresAt.value;
    forgeLeaves(fixture, kTestStart, {leaf});
    tamper(fixture.folder(),
        {QString::fromStdString(
             "INSERT INTO grants (grant_id, client_id, permission, bound_jkt, created_at, expires_at, "
             "state, parent_id, depth, pairing) SELECT 'forged', '"
             + taker.id().value + "', '" + permissions::permissionJson(link->link.permission) + "', '"
             + taker.jkt().value + "', created_at, " + std::to_string(link->link.expiresAt.value)
             + ", 0, grant_id, 1, '0' FROM grants"),
            QString::fromStdString("INSERT INTO links (hash, grant_id, jws, leaf_index) VALUES ('" + link->hash
                + "', 'forged', '" + link->jws + "', 1)")});
    QVERIFY(fixture.start());
    QVERIFY(!fixture.has(Trouble::LogBroken));
    QCOMPARE(fixture.status().liveGrants, isChilds ? 2 : 1);
    QCOMPARE(fixture.status().detail.contains(u"another key than its link names"_s), !isChilds);
}

void TestForgedEntries::what_gives_authority_is_signed_at_once_data()
{
    QTest::addColumn<int>("deed");
    QTest::newRow("a key is bound") << 0;
    QTest::newRow("a grant goes on") << 1;
    QTest::newRow("the clock is right") << 2;
    QTest::newRow("an agent is not blocked any more") << 3;
    QTest::newRow("a service is removed") << 4;
    QTest::newRow("a service is added") << 5;
    QTest::newRow("the person trusts an agent") << 6;
    QTest::newRow("somebody speaks of an agent") << 7;
}

void TestForgedEntries::what_gives_authority_is_signed_at_once()
{
    QFETCH(const int, deed);
    Scene scene;
    if (deed == 1) {
        QVERIFY(scene.pause());
        QVERIFY(scene.resume());
    } else if (deed == 2) {
        scene.fixture.clock().setWall(kTestStart - 3600s);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).state, GrantState::Held);
        scene.fixture.clock().setWall(kTestStart);
        QVERIFY(scene.fixture.run<void>(authority::confirmClock));
    } else if (deed == 3) {
        QVERIFY(scene.block());
        QVERIFY(scene.unblock());
    } else if (deed == 4) {
        QVERIFY(scene.fixture.run<void>(
            [service = scene.service](Context& context) { return authority::removeService(context, service); }));
    } else if (deed == 5) {
        addService(scene.fixture, "https://other.example/");
    } else if (deed == 6) {
        QVERIFY(scene.fixture.run<void>(
            [&](Context& context) { return authority::assignTrust(context, scene.agent.id(), TrustLevel::L3); }));
    } else if (deed == 7) {
        scene.say(attested(TrustLevel::L3, kTestStart));
    }
    // The power goes, and the keychain remembers nothing.
    const QTemporaryDir copy;
    copyFolder(scene.fixture.folder(), copy.path());
    AuthorityFixture next(copy.path(), scene.fixture.identity());
    QVERIFY(next.start());
    QCOMPARE(next.status().troubles, std::vector<Trouble>());
    QCOMPARE(next.status().liveGrants, deed == 3 ? 0 : 1);
    QVERIFY(next.ask(next.request(scene.agent, payments(), "another")));
    QCOMPARE(next.isActive(scene.tokens.accessToken), deed != 3);
}

void TestForgedEntries::a_document_is_signed_at_once()
{
    CatalogueScene scene;
    QVERIFY(scene.import(document()));
    const QTemporaryDir copy;
    copyFolder(scene.fixture.folder(), copy.path());
    AuthorityFixture next(copy.path(), scene.fixture.identity());
    QVERIFY(next.start());
    QCOMPARE(next.status().troubles, std::vector<Trouble>());
}

QTEST_GUILESS_MAIN(TestForgedEntries)
#include "tst_forged_entries.moc"
