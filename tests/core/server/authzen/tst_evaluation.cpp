// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading evaluations: shapes, defaults, limits, and what numbers become.
#include "core/server/authzen/evaluation.h"

#include <QTest>

using namespace countersign;
using namespace countersign::server;

namespace {
const std::string kSubject = "\"subject\":{\"type\":\"agent\",\"id\":\"a\"}";
const std::string kAction = "\"action\":{\"name\":\"pay.send\"}";
const std::string kResource = "\"resource\":{\"type\":\"bill\",\"id\":\"7\"}";

std::string object(std::initializer_list<std::string> members)
{
    std::string out;
    for (const std::string& member : members)
        out += (out.empty() ? "{" : ",") + member;
    return out + '}';
}

std::string whole(const std::string& more)
{
    return object({kSubject, kAction, kResource, more});
}
} // namespace

class EvaluationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void arguments_keep_their_numbers();
    void wrong_types_are_refused_data();
    void wrong_types_are_refused();
    void defaults_are_replaced_as_a_whole();
    void a_required_member_that_lacks_comes_from_the_default();
    void a_wrong_item_is_its_own_error();
    void what_is_passed_on_is_whole_or_refused_data();
    void what_is_passed_on_is_whole_or_refused();
    void the_semantic_is_one_of_three_data();
    void the_semantic_is_one_of_three();
    void limits_hold_at_their_edge();
};

void EvaluationTest::arguments_keep_their_numbers()
{
    const auto read = readEvaluation(object({kSubject, kResource,
        "\"action\":{\"name\":\"pay.send\",\"properties\":{\"amount\":0.10000000000000000000000001}}"}));
    QVERIFY(read);
    QCOMPARE(permissions::valueJson(read->arguments.value()), "{\"amount\":0.10000000000000000000000001}");
    QVERIFY(!readEvaluation(object({kSubject, kAction, kResource}))->arguments); // none are stated
}

void EvaluationTest::wrong_types_are_refused_data()
{
    QTest::addColumn<std::string>("body");
    QTest::addColumn<std::string>("member");
    const auto row = [](std::string body, const char* member) {
        QTest::newRow(body.c_str()) << body << std::string(member);
    };
    row(object({kAction, kResource, "\"subject\":null"}), "subject");
    row(object({kAction, kResource, "\"subject\":[]"}), "subject");
    row(object({kAction, kResource, "\"subject\":{\"type\":1,\"id\":\"a\"}"}), "subject.type");
    row(object({kAction, kResource, "\"subject\":{\"type\":\"agent\",\"id\":{}}"}), "subject.id");
    row(object({kAction, kResource, "\"subject\":{\"type\":\"agent\",\"id\":\"a\",\"properties\":1}"}),
        "subject.properties");
    row(object({kSubject, kResource, "\"action\":{\"name\":\"x\",\"properties\":[]}"}), "action.properties");
    row(object({kSubject, kAction, "\"resource\":{\"type\":\"t\",\"id\":\"x\",\"properties\":null}"}),
        "resource.properties");
    row(whole("\"context\":[]"), "context");
    row("[]", "object");
    row("7", "object");
    row(object({kSubject, kSubject, kAction, kResource}), "JSON"); // a name twice
    row(whole("\"context\":{\"a\":1e999}"), "JSON");
    row(whole("\"context\":") + std::string(40, '[') + std::string(40, ']') + "}", "JSON");
}

void EvaluationTest::wrong_types_are_refused()
{
    QFETCH(std::string, body);
    QFETCH(std::string, member);
    for (const Error& error : {readEvaluation(body).error(), readEvaluations(body).error()}) {
        QCOMPARE(error.code, ErrorCode::InvalidRequest);
        QVERIFY2(error.message.contains(member), error.message.c_str());
    }
}

void EvaluationTest::defaults_are_replaced_as_a_whole()
{
    const auto read =
        readEvaluations(object({kSubject, kResource, "\"action\":{\"name\":\"pay.send\",\"properties\":{\"a\":1}}",
            "\"evaluations\":[{},{\"action\":{\"name\":\"pay.look\"}},{\"action\":{\"name\":\"pay.look\","
            "\"properties\":{\"b\":2}}}]"}));
    QVERIFY(read);
    QCOMPARE(read->items.size(), 3U);
    QCOMPARE(permissions::valueJson(read->items[0]->arguments.value()), "{\"a\":1}");
    QVERIFY(!read->items[1]->arguments);
    QCOMPARE(read->items[1]->action, "pay.look");
    QCOMPARE(permissions::valueJson(read->items[2]->arguments.value()), "{\"b\":2}");
}

void EvaluationTest::a_required_member_that_lacks_comes_from_the_default()
{
    const auto read = readEvaluations(object({kSubject, kAction, "\"resource\":{\"type\":\"bill\"}",
        "\"evaluations\":[{\"resource\":{\"id\":\"7\"}},{\"resource\":{\"type\":\"note\",\"id\":\"8\"}},{\"resource\":{"
        "}}]"}));
    QVERIFY(read);
    QCOMPARE(read->items[0]->resourceType, "bill");
    QCOMPARE(read->items[1]->resourceType, "note");
    QCOMPARE(read->items[2].error().code, ErrorCode::InvalidRequest); // nothing says which bill
}

void EvaluationTest::a_wrong_item_is_its_own_error()
{
    const auto read = readEvaluations(object({kSubject, kAction, kResource,
        "\"evaluations\":[1,{\"subject\":7},{\"context\":\"x\"},{},null,{\"action\":{\"name\":5}}]"}));
    QVERIFY(read);
    std::string good;
    for (const auto& item : read->items)
        good += item ? '1' : '0';
    QCOMPARE(good, "000100");
    // What all inherit is an error of the whole.
    QVERIFY(!readEvaluations(object({"\"subject\":7", kAction, kResource, "\"evaluations\":[{}]"})));
}

void EvaluationTest::what_is_passed_on_is_whole_or_refused_data()
{
    QTest::addColumn<std::string>("context");
    QTest::addColumn<bool>("isRead");
    QTest::addColumn<bool>("isDecision");
    const auto row = [](const char* context, bool isRead, bool isDecision) {
        QTest::newRow(context) << std::string(context) << isRead << isDecision;
    };
    row("{}", true, false);
    row("{\"method\":\"POST\",\"uri\":\"https://a.example/\"}", true, false); // about the request, not from an agent
    row("{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\"}", true, true);
    row("{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\",\"delegation_chain\":\"c\"}", true,
        true);
    const std::string good = "{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\"";
    const auto more = [&](const char* members, bool isRead) { row((good + members + '}').c_str(), isRead, isRead); };
    more(",\"signature\":\"s\",\"signature_input\":\"i\",\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":\"\"",
        true);
    more(",\"signature\":\"s\"", false);
    more(",\"signature_input\":\"i\"", false);
    more(",\"agent_signature\":\"a\",\"body\":\"\"", true);
    more(",\"agent_signature\":7", false);
    more(",\"agent_signature\":\"a\",\"signature\":\"s\",\"signature_input\":\"i\"", false);
    more(",\"headers\":[]", false);
    more(",\"headers\":{\"content-type\":7}", false);
    more(",\"headers\":{\"a\":\"1\",\"A\":\"2\"}", false);
    more(",\"headers\":{\"Authorization\":\"DPoP t\"}", false);
    more(",\"headers\":{\"content-digest\":\"sha-256=:x:\"}", false); // of what?
    more(",\"body\":\"a=\"", false);
    row("{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"https://a.example/#b\"}", false, false);
    const auto at = [&](const std::string& uri, bool isRead) {
        row(("{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"" + uri + "\"}").c_str(), isRead,
            isRead);
    };
    at("https://a.example/p?", false); // no record tells it from none
    at("https://a.example?", false);
    at("?", false);
    at("https://a.example/p?a", true);
    at("https://a.example/p??", true); // the query is "?"
    row("{\"signature\":\"s\",\"signature_input\":\"i\"}", false, false);
    row("{\"agent_signature\":\"a\"}", false, false);
    row("{\"access_token\":\"t\"}", false, false);
    row("{\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\"}", false, false);
    row("{\"delegation_chain\":\"c\"}", false, false);
    row("{\"access_token\":null,\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\"}", false, false);
    row("{\"access_token\":\"t\",\"dpop\":[\"p\"],\"method\":\"POST\",\"uri\":\"u\"}", false, false);
    row("{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"POST\",\"uri\":\"u\",\"delegation_chain\":null}", false,
        false);
}

void EvaluationTest::what_is_passed_on_is_whole_or_refused()
{
    QFETCH(std::string, context);
    QFETCH(bool, isRead);
    QFETCH(bool, isDecision);
    const auto read = readEvaluation(whole("\"context\":" + context));
    QCOMPARE(read.has_value(), isRead);
    if (read)
        QCOMPARE(read->passedOn.has_value(), isDecision);
}

void EvaluationTest::the_semantic_is_one_of_three_data()
{
    QTest::addColumn<std::string>("options");
    QTest::addColumn<int>("expected"); // -1: refused
    const auto row = [](const char* options, int expected) {
        QTest::newRow(options) << std::string(options) << expected;
    };
    row("{}", 0);
    row("{\"evaluations_semantic\":\"execute_all\"}", 0);
    row("{\"evaluations_semantic\":\"deny_on_first_deny\"}", 1);
    row("{\"evaluations_semantic\":\"permit_on_first_permit\",\"another_option\":\"value\"}", 2);
    row("{\"evaluations_semantic\":\"Execute_All\"}", -1);
    row("{\"evaluations_semantic\":1}", -1);
    row("{\"evaluations_semantic\":null}", -1);
    row("[]", -1);
}

void EvaluationTest::the_semantic_is_one_of_three()
{
    QFETCH(std::string, options);
    QFETCH(int, expected);
    const auto read = readEvaluations(whole("\"evaluations\":[{}],\"options\":" + options));
    QCOMPARE(read ? static_cast<int>(read->semantic) : -1, expected);
}

void EvaluationTest::limits_hold_at_their_edge()
{
    const auto many = [](std::size_t count) {
        std::string items = "{}";
        for (std::size_t i = 1; i < count; ++i)
            items += ",{}";
        return readEvaluations(whole("\"evaluations\":[" + items + "]")).has_value();
    };
    QVERIFY(many(kMaxEvaluations - 1));
    QVERIFY(many(kMaxEvaluations));
    QVERIFY(!many(kMaxEvaluations + 1));
    const auto large = [](std::size_t bytes) {
        const std::size_t rest = whole("\"x\":\"\"").size();
        const std::string body = whole("\"x\":\"" + std::string(bytes - rest, 'x') + "\"");
        return body.size() == bytes && readEvaluation(body).has_value();
    };
    QVERIFY(large(kMaxEvaluationBytes - 1));
    QVERIFY(large(kMaxEvaluationBytes));
    QVERIFY(!large(kMaxEvaluationBytes + 1));
}

QTEST_GUILESS_MAIN(EvaluationTest)
#include "tst_evaluation.moc"
