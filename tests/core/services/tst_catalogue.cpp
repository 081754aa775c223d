// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/catalogue.h"

#include <QTest>

using namespace countersign;
using namespace countersign::services;

namespace {

permissions::Action action(const char* name)
{
    return *permissions::Action::parse(name);
}

Operation operation(const char* name, const char* method, const char* path, TrustLevel level = TrustLevel::L0)
{
    return {.action = action(name),
        .method = method,
        .path = path,
        .summary = {},
        .effect = Effect::Changes,
        .arguments = {},
        .schemaDigest = "schema",
        .requirements = {.minimumLevel = level}};
}

Catalogue payments()
{
    return {.title = "Payments",
        .version = "1",
        .baseUrls = {"https://payments.example/"},
        .operations = {operation("payments.create", "POST", "/payments", TrustLevel::L3),
            operation("payments.read", "GET", "/payments/{id}", TrustLevel::L1),
            operation("reports.read", "GET", "/reports", TrustLevel::L2)}};
}

} // namespace

class CatalogueTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_operation_is_found_by_its_action()
    {
        const Catalogue catalogue = payments();
        QCOMPARE(catalogue.find(action("payments.read"))->path, "/payments/{id}");
        QVERIFY(catalogue.find(action("payments.cancel")) == nullptr);
        QVERIFY(catalogue.find(action("payments.*")) == nullptr);
    }

    void a_wildcard_covers_what_it_names()
    {
        const Catalogue catalogue = payments();
        QCOMPARE(catalogue.coveredBy(action("payments.*")).size(), std::size_t{2});
        QCOMPARE(catalogue.coveredBy(action("payments.create")).size(), std::size_t{1});
        QVERIFY(catalogue.coveredBy(action("accounts.**")).empty());
    }

    void each_operation_demands_its_own_and_a_wildcard_all_that_it_covers()
    {
        const Catalogue catalogue = payments();
        QCOMPARE(catalogue.demandedFor(action("payments.read")).minimumLevel, TrustLevel::L1);
        QCOMPARE(catalogue.demandedFor(action("payments.*")).minimumLevel, TrustLevel::L3);
    }

    void what_is_not_listed_must_meet_what_any_demands()
    {
        QCOMPARE(payments().demandedFor(action("payments.cancel")).minimumLevel, TrustLevel::L3);
        QVERIFY(Catalogue{}.demandedFor(action("payments.cancel")).isNothing());
    }

    void the_digest_covers_method_path_and_schema_and_no_more()
    {
        const Operation one = operation("payments.read", "GET", "/payments/{id}");
        QCOMPARE(one.digest().size(), std::size_t{43});
        Operation other = one;
        other.summary = "Another summary";
        other.requirements.minimumLevel = TrustLevel::L4;
        QCOMPARE(other.digest(), one.digest());
        for (std::string Operation::* member : {&Operation::method, &Operation::path, &Operation::schemaDigest}) {
            other = one;
            other.*member += 'x';
            QVERIFY(other.digest() != one.digest());
        }
    }
};

QTEST_GUILESS_MAIN(CatalogueTest)
#include "tst_catalogue.moc"
