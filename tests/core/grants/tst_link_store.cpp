// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/link_store.h"

#include "tests/core/grants/ledger_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;

class TestLinkStore : public QObject {
    Q_OBJECT

    struct Fixture : test::LedgerFixture {
        Fixture()
        {
            add("root", 100);
            add("child", 100, "root", 1);
            add("sister", 100, "root", 1);
        }
    };

private Q_SLOTS:
    void a_link_is_found_by_its_hash_and_by_its_grant()
    {
        Fixture fixture;
        const StoredLink link{"hash", {"child"}, "a.b.c", {}, 7};
        QVERIFY(fixture.links.add(link));
        QCOMPARE(**fixture.links.find("hash"), link);
        QCOMPARE(**fixture.links.ofGrant({"child"}), link);
        QVERIFY(!*fixture.links.find("other"));
        QVERIFY(!*fixture.links.ofGrant({"root"}));
    }

    void a_link_makes_one_grant_and_a_grant_has_one_link()
    {
        Fixture fixture;
        QVERIFY(fixture.links.add({"hash", {"child"}, "a.b.c"}));
        QVERIFY(!fixture.links.add({"hash", {"sister"}, "a.b.c"}));
        QVERIFY(!fixture.links.add({"hash2", {"child"}, "a.b.c"}));
        QVERIFY(fixture.links.add({"hash2", {"sister"}, "a.b.c"}));
    }

    void a_link_is_used_up_once()
    {
        Fixture fixture;
        QVERIFY(fixture.links.add({"hash", {"child"}, "a.b.c"}));
        QVERIFY(fixture.links.add({"hash2", {"sister"}, "a.b.c"}));
        QVERIFY(fixture.links.setExchanged("hash", {20}));
        QCOMPARE((*fixture.links.find("hash"))->exchangedAt, std::optional(UnixSeconds{20}));
        QCOMPARE(fixture.links.setExchanged("hash", {30}).error().code, ErrorCode::Replayed);
        QCOMPARE((*fixture.links.find("hash"))->exchangedAt, std::optional(UnixSeconds{20}));
        QVERIFY(!(*fixture.links.find("hash2"))->exchangedAt);
        QCOMPARE(fixture.links.setExchanged("other", {30}).error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestLinkStore)
#include "tst_link_store.moc"
