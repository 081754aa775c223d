// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/catalogue_json.h"
#include "core/services/changes.h"
#include "core/services/openapi.h"
#include "tests/core/services/outline.h"

#include <QTest>

using namespace countersign;
using namespace countersign::services;
using Kind = OperationChange::Kind;

namespace {

Catalogue payments()
{
    for (const test::NamedDocument& document : test::documents()) {
        if (document.name == "payments.yaml")
            return *importOpenApi(document.text);
    }
    return {};
}

std::string replaced(std::string text, std::string_view what, std::string_view with)
{
    const std::size_t at = text.find(what);
    return at == std::string::npos ? "nothing to replace" : text.replace(at, what.size(), with);
}

} // namespace

class CatalogueJsonTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_was_written_reads_as_the_same()
    {
        for (const test::NamedDocument& document : test::documents()) {
            const Catalogue catalogue = *importOpenApi(document.text);
            const Result<std::string> json = catalogueJson(catalogue);
            QVERIFY2(json, document.name.c_str());
            const Result<Catalogue> again = parseCatalogue(*json);
            QVERIFY2(again, again ? "" : again.error().message.c_str());
            QVERIFY2(*again == catalogue, document.name.c_str());
            QCOMPARE(*catalogueJson(*again), *json);
        }
    }

    void what_is_not_ours_is_refused_data()
    {
        QTest::addColumn<std::string>("what");
        QTest::addColumn<std::string>("with");
        const auto row = [](const char* what, const char* with) {
            QTest::newRow(with) << std::string(what) << std::string(with);
        };
        row(R"("title")", R"("name")");
        row(R"("base_urls":[)", R"("base_urls":[5,)");
        row(R"("effect":"reads")", R"("effect":"looks")");
        row(R"("in":"path")", R"("in":"header")");
        row(R"("requirements")", R"("demands")");
        row(R"("requirements":{)", R"("requirements":{"more":1,)");
        row(R"("minimum_level":"L3")", R"("minimum_level":"L9")");
        row(R"("agent_signature":true)", R"("agent_signature":1)");
        row(R"("agent_signature":true)", R"("identity":"password")");
        row(R"("agent_signature":true)", R"("spend_limits":[{"currency":"EUR","per_day":"-1"}])");
        row(R"("action":"payments.create")", R"("action":"payments.cancel")"); // twice
        row(R"("action":"payments.create")", R"("action":"payments.zero")"); // out of order
        row(R"("action":"payments.create")", R"("action":"create")");
        row("{", "");
    }
    void what_is_not_ours_is_refused()
    {
        QFETCH(std::string, what);
        QFETCH(std::string, with);
        const std::string json = *catalogueJson(payments());
        QVERIFY(json.contains(what));
        QVERIFY(!parseCatalogue(replaced(json, what, with)));
    }

    void a_catalogue_that_is_too_large_to_keep_is_refused()
    {
        Catalogue large = payments();
        large.operations.front().summary = std::string(
            kMaxCatalogueBytes - catalogueJson(large)->size() + large.operations.front().summary.size(), 's');
        QCOMPARE(catalogueJson(large)->size(), kMaxCatalogueBytes);
        QVERIFY(parseCatalogue(*catalogueJson(large)));
        large.operations.front().summary += 's';
        QVERIFY(!catalogueJson(large));
        QCOMPARE(catalogueJson(large).error().code, ErrorCode::TooLarge);
    }

    void changes_are_told_apart()
    {
        const Catalogue before = payments();
        QVERIFY(changesBetween(before, before).empty());
        Catalogue after = before; // cancel, create, list, read
        after.operations[0].requirements.minimumLevel = TrustLevel::L4;
        after.operations[1].path = "/transfers";
        after.operations[2].summary = "Other words";
        after.operations.pop_back();
        Operation added = before.operations[3];
        added.action = *permissions::Action::parse("payments.approve");
        after.operations.insert(after.operations.begin(), added);
        const auto& old = before.operations;
        const std::vector<OperationChange> expected = {{Kind::Added, added},
            {Kind::Demands, after.operations[1], old[0].requirements},
            {Kind::Altered, after.operations[2], old[1].requirements}, {Kind::Removed, old[3], old[3].requirements}};
        const auto changes = changesBetween(before, after);
        QCOMPARE(changes.size(), expected.size());
        QVERIFY(changes == expected);
        QVERIFY(!changes[1].concernsGrants());
        QVERIFY(changes[0].concernsGrants() && changes[2].concernsGrants() && changes[3].concernsGrants());
    }

    void less_that_is_demanded_is_told_from_more_data()
    {
        const auto limit = [](const char* currency, const char* each) {
            return SpendLimit{*Currency::parse(currency), *Amount::parse(each), std::nullopt};
        };
        const Requirements level{.minimumLevel = TrustLevel::L2};
        const Requirements euros{.spendLimits = {limit("EUR", "100")}};
        QTest::addColumn<Requirements>("before");
        QTest::addColumn<Requirements>("after");
        QTest::addColumn<bool>("less");
        QTest::newRow("the same") << level << level << false;
        QTest::newRow("nothing, then a level") << Requirements() << level << false;
        QTest::newRow("a level, then nothing") << level << Requirements() << true;
        QTest::newRow("a level for a limit") << level << euros << true;
        QTest::newRow("a higher level") << level << Requirements{.minimumLevel = TrustLevel::L3} << false;
        QTest::newRow("a lower level") << level << Requirements{.minimumLevel = TrustLevel::L1} << true;
        QTest::newRow("a lower limit") << euros << Requirements{.spendLimits = {limit("EUR", "99")}} << false;
        QTest::newRow("a higher limit") << euros << Requirements{.spendLimits = {limit("EUR", "101")}} << true;
        QTest::newRow("one more currency")
            << euros << Requirements{.spendLimits = {limit("EUR", "100"), limit("USD", "1")}} << true;
        QTest::newRow("a first limit") << Requirements() << euros << false;
    }
    void less_that_is_demanded_is_told_from_more()
    {
        QFETCH(Requirements, before);
        QFETCH(Requirements, after);
        Catalogue was;
        was.operations = {payments().operations.front()};
        Catalogue is = was;
        was.operations.front().requirements = before;
        is.operations.front().requirements = after;
        is.operations.front().path += "/later"; // so that there is a change in any case
        const auto changes = changesBetween(was, is);
        QCOMPARE(changes.size(), std::size_t{1});
        QTEST(changes.front().demandsLess(), "less");
        is.operations.clear();
        QVERIFY(!changesBetween(was, is).front().demandsLess()); // what is gone can't be done
    }
};

QTEST_GUILESS_MAIN(CatalogueJsonTest)
#include "tst_catalogue_json.moc"
