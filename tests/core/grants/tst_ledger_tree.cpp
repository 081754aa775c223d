// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/ledger.h"

#include "tests/core/grants/ledger_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using Fixture = test::LedgerFixture;

namespace {

std::vector<std::string> names(const std::vector<GrantId>& ids)
{
    std::vector<std::string> names;
    for (const GrantId& id : ids)
        names.push_back(id.value);
    return names;
}

using Names = std::vector<std::string>;

/// root ─ a ─ a1 ─ a11, root ─ b, and another tree beside it. Children are added before siblings of their parents.
void addTrees(Fixture& fixture)
{
    fixture.add("root", 100);
    fixture.add("a", 100, "root", 1);
    fixture.add("a1", 100, "a", 2);
    fixture.add("a11", 100, "a1", 3);
    fixture.add("b", 100, "root", 1);
    fixture.add("other", 100);
    fixture.add("other1", 100, "other", 1);
}

} // namespace

class TestLedgerTree : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void children_are_those_one_level_below()
    {
        Fixture fixture;
        addTrees(fixture);
        QCOMPARE(names(*fixture.ledger.childrenOf({"root"})), (Names{"a", "b"}));
        QCOMPARE(names(*fixture.ledger.childrenOf({"a1"})), (Names{"a11"}));
        QVERIFY(fixture.ledger.childrenOf({"a11"})->empty());
        QVERIFY(fixture.ledger.childrenOf({"nobody"})->empty());
    }

    void descendants_are_all_below_with_parents_first()
    {
        Fixture fixture;
        addTrees(fixture);
        QCOMPARE(names(*fixture.ledger.descendantsOf({"root"})), (Names{"a", "b", "a1", "a11"}));
        QCOMPARE(names(*fixture.ledger.descendantsOf({"a"})), (Names{"a1", "a11"}));
        QVERIFY(fixture.ledger.descendantsOf({"b"})->empty());
    }

    void what_has_not_ended_below_is_said_with_what_ending_it_needs()
    {
        Fixture fixture;
        addTrees(fixture);
        QVERIFY(fixture.ledger.setState({"a"}, GrantState::Revoked, EndReason::RevokedByPerson, UnixSeconds{20}));
        QVERIFY(fixture.ledger.setState({"b"}, GrantState::Held, EndReason::AncestorHeld, {}));
        auto below = fixture.ledger.notEndedBelow({"root"});
        for (Descendant& each : *below)
            QVERIFY(std::exchange(each.row, 0) > 0);
        const std::vector<Descendant> expected{
            {{"b"}, {"root"}, {"agent"}, {"key"}, GrantState::Held, EndReason::AncestorHeld, {100}},
            {{"a1"}, {"a"}, {"agent"}, {"key"}, GrantState::Live, EndReason::None, {100}},
            {{"a11"}, {"a1"}, {"agent"}, {"key"}, GrantState::Live, EndReason::None, {100}},
        };
        QCOMPARE(*below, expected);
    }

    void ending_all_below_leaves_the_grant_itself_and_what_had_ended()
    {
        Fixture fixture;
        addTrees(fixture);
        QVERIFY(fixture.ledger.setState({"a"}, GrantState::Expired, EndReason::TimeRanOut, UnixSeconds{20}));
        QVERIFY(fixture.ledger.setState({"b"}, GrantState::Held, EndReason::PausedByPerson, {}));
        const auto all = fixture.ledger.notEndedBelow({"root"});
        QVERIFY(fixture.ledger.endAll({}, GrantState::Expired, EndReason::TimeRanOut, UnixSeconds{30}));
        QVERIFY(fixture.ledger.endAll(*all, GrantState::Revoked, EndReason::AncestorEnded, UnixSeconds{30}));
        QVERIFY(fixture.ledger.endAll(*all, GrantState::Expired, EndReason::TimeRanOut, UnixSeconds{40})); // too late
        for (const char* below : {"b", "a1", "a11"}) {
            const auto ended = fixture.ledger.find({below});
            QCOMPARE((*ended)->state, GrantState::Revoked);
            QCOMPARE((*ended)->reason, EndReason::AncestorEnded);
            QCOMPARE((*ended)->endedAt, std::optional(UnixSeconds{30}));
            QVERIFY(!*fixture.ledger.isLive({below}));
        }
        QCOMPARE((*fixture.ledger.find({"a"}))->reason, EndReason::TimeRanOut);
        QCOMPARE((*fixture.ledger.find({"a"}))->endedAt, std::optional(UnixSeconds{20}));
        for (const char* live : {"root", "other", "other1"})
            QVERIFY(*fixture.ledger.isLive({live}));
        QVERIFY(!*fixture.ledger.isLive({"nobody"}));
    }

    void a_chain_of_any_length_goes_from_the_persons_grant_down_data()
    {
        QTest::addColumn<int>("length");
        for (int length = 1; length <= permissions::kMaxChain; ++length)
            QTest::addRow("%d", length) << length;
    }
    void a_chain_of_any_length_goes_from_the_persons_grant_down()
    {
        QFETCH(int, length);
        Fixture fixture;
        std::vector<Grant> added{fixture.add("0", 100)};
        for (int depth = 1; depth < length; ++depth)
            added.push_back(fixture.add(std::to_string(depth), 100 - depth, std::to_string(depth - 1), depth));
        fixture.add("sister", 100, "0", 1);
        QCOMPARE(*fixture.ledger.chainOf(added.back().id), added);
        QCOMPARE(fixture.ledger.descendantsOf({"0"})->size(), static_cast<std::size_t>(length));
    }

    void a_chain_that_is_broken_is_refused_data()
    {
        QTest::addColumn<QString>("change");
        QTest::newRow("a missing parent") << QStringLiteral("DELETE FROM grants WHERE grant_id = 'a'");
        QTest::newRow("a wrong depth") << QStringLiteral("UPDATE grants SET depth = 3 WHERE grant_id = 'a1'");
        QTest::newRow("a circle") << QStringLiteral("UPDATE grants SET parent_id = 'a1' WHERE grant_id = 'a'");
        QTest::newRow("its own parent") << QStringLiteral("UPDATE grants SET parent_id = 'a1' WHERE grant_id = 'a1'");
        QTest::newRow("a parent that can't be read")
            << QStringLiteral("UPDATE grants SET permission = '[]' WHERE grant_id = 'a'");
    }
    void a_chain_that_is_broken_is_refused()
    {
        QFETCH(QString, change);
        Fixture fixture;
        addTrees(fixture);
        fixture.must("PRAGMA foreign_keys = OFF"); // as somebody who edits the file
        fixture.must(change.toStdString());
        const auto chain = fixture.ledger.chainOf({"a1"});
        QVERIFY(!chain);
        QCOMPARE(chain.error().code, ErrorCode::StorageCorrupt);
    }

    void looking_below_ends_even_in_a_circle()
    {
        Fixture fixture;
        addTrees(fixture);
        fixture.must("UPDATE grants SET parent_id = 'a11' WHERE grant_id = 'a'");
        QCOMPARE(fixture.ledger.descendantsOf({"a"})->size(), 3U);
        QCOMPARE(fixture.ledger.notEndedBelow({"a"})->size(), 3U);
    }

    void nobody_has_no_chain()
    {
        Fixture fixture;
        const auto chain = fixture.ledger.chainOf({"nobody"});
        QVERIFY(!chain);
        QCOMPARE(chain.error().code, ErrorCode::NotFound);
    }

    void a_parent_cannot_go_without_its_children()
    {
        Fixture fixture;
        addTrees(fixture);
        QVERIFY(fixture.database->begin());
        QVERIFY(fixture.ledger.remove({"root"}));
        QVERIFY(!fixture.database->commit());
        QVERIFY(*fixture.ledger.find({"root"}));

        QVERIFY(fixture.database->begin());
        QVERIFY(fixture.ledger.remove({"root"}));
        for (const GrantId& id : {GrantId{"b"}, GrantId{"a11"}, GrantId{"a"}, GrantId{"a1"}})
            QVERIFY(fixture.ledger.remove(id));
        QVERIFY(fixture.database->commit());
        QCOMPARE(names(*fixture.ledger.ids()), (Names{"other", "other1"}));
    }
};

QTEST_GUILESS_MAIN(TestLedgerTree)
#include "tst_ledger_tree.moc"
