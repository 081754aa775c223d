// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/action_names.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::services;

namespace {

std::string nameOf(std::string_view operationId, std::string_view method, std::string_view path)
{
    const auto actions = actionNames({{operationId, method, path}});
    return actions ? actions->front().name() : actions.error().message;
}

} // namespace

class ActionNamesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_operation_is_named_by_its_id_or_its_path_data()
    {
        QTest::addColumn<QByteArray>("operationId");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("name");
        const auto row = [](const char* operationId, const char* path, const char* name) {
            QTest::newRow(
                qPrintable(QStringLiteral("%1 %2").arg(QLatin1StringView(operationId), QLatin1StringView(path))))
                << QByteArray(operationId) << QByteArray(path) << QByteArray(name);
        };
        row("payments.create", "/x", "payments.create");
        row("Payments.Create", "/x", "payments.create");
        row("payments:create", "/x", "payments.create");
        row("repos/listForOrg", "/orgs/{org}/repos", "repos.list-for-org");
        row("a.b.c.d", "/x", "a.b.c.d");
        row("createPayment", "/v1/payments", "payments.create-payment");
        row("create_payment", "/v1/payments", "payments.create_payment");
        row("create-payment", "/api/v12/payments", "payments.create-payment");
        row("getHTTPServer2Name", "/servers", "servers.get-http-server2-name");
        row("get", "/", "api.get");
        row("get", "/{id}", "api.get");
        row("get", "/v1/{id}/notes", "notes.get");
        row("get", "/v1beta/notes", "v1beta.get");
        row("List all the things!", "/things", "things.list-all-the-things");
        row("..payments..create..", "/x", "payments.create");
        row("payments.*", "/x", "x.payments");
        row("**", "/x/y", "x.y.post");
        row("\xc3\xa9t\xc3\xa9", "/x", "x.t");
        row("\xe6\x94\xaf\xe4\xbb\x98", "/pay", "pay.post");
        row("", "/payments", "payments.post");
        row("", "/v1/payments/{id}", "payments.id.post");
        row("", "/v2/payments/{paymentId}/refunds", "payments.payment-id.refunds.post");
        row("", "/", "api.post");
        row("", "/api/v1", "api.post");
        row("", "/files/{name}.txt", "files.name-txt.post");
        row("", "/{a}-{b}", "a-b.post");
        row("", "/payments/", "payments.post");
    }
    void an_operation_is_named_by_its_id_or_its_path()
    {
        QFETCH(QByteArray, operationId);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, name);
        QCOMPARE(nameOf(operationId.toStdString(), "POST", path.toStdString()), name.toStdString());
    }

    void the_same_operation_has_the_same_name_wherever_it_stands()
    {
        std::vector<Unnamed> operations = {{"list", "GET", "/payments"}, {"List", "POST", "/payments"},
            {"", "GET", "/payments/{id}"}, {"payments.id.get", "PUT", "/other"}, {"reports.read", "GET", "/reports"}};
        const auto named = [&] {
            std::map<std::pair<std::string_view, std::string_view>, std::string> out;
            const auto actions = actionNames(operations);
            for (std::size_t i = 0; i < operations.size(); ++i)
                out[{operations[i].method, operations[i].path}] = (*actions)[i].name();
            return out;
        };
        const auto before = named();
        std::ranges::sort(operations, {}, &Unnamed::path);
        do
            QVERIFY(named() == before);
        while (std::ranges::next_permutation(operations, {}, &Unnamed::path).found);
        // Those of one name differ only in what comes of method and path.
        QVERIFY((before.at({"GET", "/payments"}).starts_with("payments.list-")));
        QVERIFY((before.at({"POST", "/payments"}).starts_with("payments.list-")));
        QVERIFY((before.at({"GET", "/payments/{id}"}).starts_with("payments.id.get-")));
        QCOMPARE((before.at({"GET", "/reports"})), "reports.read");
    }

    void a_name_of_the_longest_length_stays_and_a_longer_one_is_cut()
    {
        const std::string longest = "payments." + std::string(permissions::kMaxActionBytes - 9, 'x');
        QCOMPARE(nameOf(longest, "GET", "/"), longest);
        const std::string cut = nameOf(longest + 'x', "GET", "/");
        QCOMPARE(cut.size(), permissions::kMaxActionBytes);
        QVERIFY(cut.starts_with("payments.xxx"));
        QVERIFY(cut != nameOf(longest + 'x', "PUT", "/"));
        // Without a dot in what is left.
        const std::string one = nameOf(std::string(500, 'y') + ".z", "GET", "/");
        QVERIFY2(one.starts_with("api.yyy"), one.c_str());
        QCOMPARE(one.size(), permissions::kMaxActionBytes);
        // With a dot at the very place of the cut.
        for (std::size_t size = 110; size < 125; ++size) {
            const std::string name = nameOf("a." + std::string(size, 'y') + "." + std::string(30, 'z'), "GET", "/");
            QVERIFY2(permissions::Action::parse(name), name.c_str());
        }
    }

    void two_operations_that_nothing_tells_apart_are_refused()
    {
        const auto actions = actionNames({{"a.b", "GET", "/x"}, {"a.b", "GET", "/x"}});
        QVERIFY(!actions);
        QCOMPARE(actions.error().code, ErrorCode::InvalidInput);
    }

    void a_name_that_imitates_a_suffix_is_not_taken_for_another()
    {
        const auto first = actionNames({{"a.b", "GET", "/x"}, {"A.b", "PUT", "/x"}});
        const std::string imitated = first->front().name();
        QVERIFY(!actionNames({{"a.b", "GET", "/x"}, {"A.b", "PUT", "/x"}, {imitated, "POST", "/y"}}));
    }
};

QTEST_GUILESS_MAIN(ActionNamesTest)
#include "tst_action_names.moc"
