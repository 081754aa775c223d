// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/agents/registry.h"

#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::agents;
using store::Access;
using store::Database;

class TestRegistry : public QObject {
    Q_OBJECT

    struct Fixture {
        QTemporaryDir folder;
        std::unique_ptr<Database> database = *Database::open(folder.path(), Access::ReadWrite);
        Registry registry{*database};

        Agent add(const std::string& id, const std::string& executable, std::optional<uid_t> uid = 1000)
        {
            const auto key = crypto::PrivateKey::generate(crypto::KeyType::Ed25519)->publicKey();
            const Agent agent{{id}, "name of " + id, key.thumbprint(), executable, {17}, Standing::Ordinary};
            if (!registry.add(agent, key, uid))
                qFatal("not added");
            return agent;
        }
        Standing standingOf(const Agent& agent) { return (*registry.find(agent.id))->agent.standing; }
    };

private Q_SLOTS:
    void an_agent_is_found_by_its_id_and_by_its_key()
    {
        Fixture fixture;
        const Agent agent = fixture.add("a", "/usr/bin/a");
        const auto byId = fixture.registry.find({"a"});
        QVERIFY(byId && *byId);
        QCOMPARE((*byId)->agent, agent);
        QCOMPARE((*byId)->key.thumbprint(), agent.key);
        QCOMPARE((*fixture.registry.findByKey(agent.key))->agent, agent);
        QVERIFY(!*fixture.registry.find({"b"}));
        QVERIFY(!*fixture.registry.findByKey({"unknown"}));
    }

    void agents_are_counted_by_user()
    {
        Fixture fixture;
        fixture.add("a", "", 1000);
        fixture.add("b", "", 1000);
        fixture.add("c", "", 1001);
        fixture.add("d", "", std::nullopt);
        QCOMPARE(*fixture.registry.countOf(1000), 2);
        QCOMPARE(*fixture.registry.countOf(1001), 1);
        QCOMPARE(*fixture.registry.countOf(1002), 0);
        QCOMPARE(*fixture.registry.countOf(std::nullopt), 1);
        QCOMPARE(fixture.registry.ids()->size(), 4U);
    }

    void an_agent_that_a_link_named_introduces_itself_later()
    {
        Fixture fixture;
        const Agent agent = fixture.add("a", "", std::nullopt);
        QVERIFY(!(*fixture.registry.find({"a"}))->uid);
        QVERIFY(fixture.registry.introduce({"a"}, "sub-agent", 1001));
        QCOMPARE((*fixture.registry.find({"a"}))->agent.name, std::string("sub-agent"));
        QVERIFY((*fixture.registry.find({"a"}))->uid == uid_t{1001});
        QCOMPARE((*fixture.registry.find({"a"}))->agent.key, agent.key);
    }

    void a_name_of_the_person_s_own_is_of_one_agent()
    {
        Fixture fixture;
        fixture.add("a", "");
        fixture.add("b", "");
        QVERIFY(fixture.registry.setOwnName({"a"}, "books"));
        QCOMPARE((*fixture.registry.find({"a"}))->agent.ownName, std::string("books"));
        QCOMPARE(fixture.registry.setOwnName({"b"}, "books").error().code, ErrorCode::InvalidInput);
        QVERIFY(fixture.registry.setOwnName({"a"}, "books"));
        QVERIFY(fixture.registry.setOwnName({"a"}, ""));
        QVERIFY(fixture.registry.setOwnName({"b"}, "books"));
        QVERIFY(fixture.registry.setOwnName({"a"}, ""));
        QCOMPARE((*fixture.registry.find({"a"}))->agent.ownName, std::string());
    }

    void a_block_covers_the_key_and_the_program_as_last_seen()
    {
        Fixture fixture;
        Agent agent = fixture.add("a", "/usr/bin/a");
        QVERIFY(fixture.registry.seenAs({"a"}, "/usr/bin/moved"));
        agent = (*fixture.registry.find({"a"}))->agent;
        QVERIFY(fixture.registry.block(agent, {20}));
        QCOMPARE(fixture.standingOf(agent), Standing::Blocked);
        QVERIFY(*fixture.registry.isBlocked(agent.key, ""));
        QVERIFY(*fixture.registry.isBlocked({"other key"}, "/usr/bin/moved"));
        QVERIFY(!*fixture.registry.isBlocked({"other key"}, "/usr/bin/a"));
        QVERIFY(fixture.registry.block(agent, {21})); // twice is once
        QVERIFY(fixture.registry.unblock(agent));
        QVERIFY(!*fixture.registry.isBlocked(agent.key, "/usr/bin/moved"));
        QCOMPARE(fixture.standingOf(agent), Standing::Ordinary);
    }

    void an_unknown_program_blocks_nobody_else()
    {
        Fixture fixture;
        const Agent agent = fixture.add("a", "");
        QVERIFY(fixture.registry.block(agent, {20}));
        QVERIFY(!*fixture.registry.isBlocked({"other key"}, ""));
    }

    void lifting_a_programs_block_leaves_blocked_keys_blocked()
    {
        Fixture fixture;
        const Agent a = fixture.add("a", "/usr/bin/same");
        const Agent b = fixture.add("b", "/usr/bin/same");
        QVERIFY(fixture.registry.block(a, {20}));
        QVERIFY(fixture.registry.block(b, {20}));
        QVERIFY(fixture.registry.unblock(a));
        QCOMPARE(fixture.standingOf(a), Standing::Ordinary);
        QCOMPARE(fixture.standingOf(b), Standing::Blocked);
    }

    void a_key_that_does_not_fit_its_thumbprint_is_corrupt()
    {
        Fixture fixture;
        fixture.add("a", "");
        store::Query query(*fixture.database, "UPDATE agents SET jkt = 'other'");
        QVERIFY(query.run());
        QCOMPARE(fixture.registry.find({"a"}).error().code, ErrorCode::StorageCorrupt);
    }
};

QTEST_GUILESS_MAIN(TestRegistry)
#include "tst_registry.moc"
