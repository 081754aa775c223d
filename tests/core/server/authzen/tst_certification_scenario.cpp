// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts Basic Core, Batch Core and Discovery of AuthZEN's "Authorization API 1.0 – Certification Scenario", with
// its own requests. The fixture (section 4) is made as a person makes it: two agents ask and are granted something, the
// person calls them alice and bob, and adds the service whose records they are.
#include "tests/core/server/authzen/authzen_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;

namespace {
const std::string kAliceReads = "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},"
                                "\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}}";

std::string records(const std::string& actions)
{
    return "[{\"type\":\"agent_delegation\",\"locations\":[\"https://records.example/\"],\"actions\":[" + actions
        + "]}]";
}

struct Fixture {
    AuthzenWire wire;
    Credentials service;

    Fixture()
    {
        const WireAgent alice = wire.registerAgent();
        const WireAgent bob = wire.registerAgent();
        if (wire.grantedTo(alice, records("\"record.read\",\"record.write\"")).status() != 200
            || wire.grantedTo(bob, records("\"record.read\"")).status() != 200)
            qFatal("nothing was granted");
        wire.name(alice, "alice");
        wire.name(bob, "bob");
        service = wire.addService(QStringLiteral("https://records.example/"));
    }

    [[nodiscard]] WireAnswer ask(
        const std::string& path, const std::string& body, const std::vector<server::Field>& more = {})
    {
        std::vector<server::Field> fields = more;
        fields.push_back(service.basic());
        return wire.askFor(path, body, fields);
    }
};
} // namespace

class CertificationScenarioTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void basic_core_decides_data();
    void basic_core_decides();
    void basic_core_refuses_data();
    void basic_core_refuses();
    void basic_core_refuses_other_content_types_data();
    void basic_core_refuses_other_content_types();
    void basic_core_echoes_the_request_id();
    void basic_core_is_idempotent();
    void batch_core_data();
    void batch_core();
    void batch_core_without_evaluations_is_a_single_one_data();
    void batch_core_without_evaluations_is_a_single_one();
    void batch_core_refuses_what_is_no_json();
    void discovery();
};

void CertificationScenarioTest::basic_core_decides_data()
{
    QTest::addColumn<std::string>("body");
    QTest::addColumn<bool>("decision");
    const auto row = [](const char* name, std::string body, bool decision) {
        QTest::newRow(name) << std::move(body) << decision;
    };
    const auto asks = [](const std::string& who, const std::string& what) {
        return "{\"subject\":{\"type\":\"user\",\"id\":\"" + who + "\"},\"action\":{\"name\":\"" + what
            + "\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}}";
    };
    row("permit", kAliceReads, true);
    row("rule 2", asks("alice", "write"), true);
    row("rule 3", asks("bob", "read"), true);
    row("deny", asks("bob", "write"), false);
    row("optional context",
        kAliceReads.substr(0, kAliceReads.size() - 1)
            + ",\"context\":{\"time\":\"2025-06-27T18:03-07:00\",\"ip\":\"192.168.1.1\"}}",
        true);
    row("additional properties",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\",\"properties\":{\"department\":\"Sales\",\"role\":"
        "\"manager\"}},"
        "\"action\":{\"name\":\"read\",\"properties\":{\"method\":\"GET\"}},"
        "\"resource\":{\"type\":\"record\",\"id\":\"record-1\",\"properties\":{\"status\":\"active\",\"owner\":\"bob\"}"
        "}}",
        true);
    row("unknown fields",
        kAliceReads.substr(0, kAliceReads.size() - 1) + ",\"foo\":\"bar\",\"futureField\":{\"nested\":true}}", true);
}

void CertificationScenarioTest::basic_core_decides()
{
    QFETCH(std::string, body);
    QFETCH(bool, decision);
    Fixture fixture;
    const WireAnswer answer = fixture.ask(kOne, body);
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), "application/json");
    QVERIFY(answer.body.at("decision").is_bool());
    QVERIFY(answer.body.at("context").is_object());
    QCOMPARE(answer.body.at("decision"), json::Value(decision));
}

void CertificationScenarioTest::basic_core_refuses_data()
{
    QTest::addColumn<std::string>("body");
    const auto row = [](const char* name, const char* body) { QTest::newRow(name) << std::string(body); };
    row("no subject", "{\"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}}");
    row("no action",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}}");
    row("no resource", "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"}}");
    row("no subject.type",
        "{\"subject\":{\"id\":\"alice\"},\"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"record\",\"id\":"
        "\"record-1\"}}");
    row("no subject.id",
        "{\"subject\":{\"type\":\"user\"},\"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"record\",\"id\":"
        "\"record-1\"}}");
    row("no action.name",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{},\"resource\":{\"type\":\"record\",\"id\":"
        "\"record-1\"}}");
    row("no resource.type",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},\"resource\":{\"id\":"
        "\"record-1\"}}");
    row("no resource.id",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},\"resource\":{\"type\":"
        "\"record\"}}");
    row("malformed", "{\"subject\":{\"type\":\"user\",");
    row("empty", "");
    row("subject is a string",
        "{\"subject\":\"alice\",\"action\":{\"name\":\"read\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}"
        "}");
    row("action.name is a number",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":123},\"resource\":{\"type\":\"record\","
        "\"id\":\"record-1\"}}");
}

void CertificationScenarioTest::basic_core_refuses()
{
    QFETCH(std::string, body);
    Fixture fixture;
    QCOMPARE(fixture.ask(kOne, body).status(), 400);
    QCOMPARE(fixture.ask(kMany, body).status(), 400);
}

void CertificationScenarioTest::basic_core_refuses_other_content_types_data()
{
    QTest::addColumn<std::string>("type");
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""})
        QTest::newRow(type) << std::string(type);
}

void CertificationScenarioTest::basic_core_refuses_other_content_types()
{
    QFETCH(std::string, type);
    Fixture fixture;
    server::HttpRequest request;
    request.method = "POST";
    request.path = kOne;
    request.fields = {fixture.service.basic()};
    if (!type.empty())
        request.fields.push_back({"content-type", type});
    request.body = kAliceReads;
    QCOMPARE(fixture.wire.send(std::move(request)).status(), 400);
}

void CertificationScenarioTest::basic_core_echoes_the_request_id()
{
    Fixture fixture;
    const std::string id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
    QCOMPARE(fixture.ask(kOne, kAliceReads, {{"x-request-id", id}}).field("x-request-id"), id);
    QCOMPARE(fixture.ask(kMany, "{", {{"x-request-id", id}}).field("x-request-id"), id); // an error, too
    const WireAnswer without = fixture.ask(kOne, kAliceReads);
    QVERIFY(permits(without));
    QCOMPARE(without.field("x-request-id"), "");
}

void CertificationScenarioTest::basic_core_is_idempotent()
{
    Fixture fixture;
    for (int i = 0; i < 5; ++i)
        QVERIFY(permits(fixture.ask(kOne, kAliceReads)));
    QCOMPARE(fixture.wire.fixture().count(audit::LeafKind::ActionPermitted), 0);
}

void CertificationScenarioTest::batch_core_data()
{
    QTest::addColumn<std::string>("body");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char* name, const char* body, const char* expected) {
        QTest::newRow(name) << std::string(body) << std::string(expected);
    };
    row("an array",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},\"evaluations\":["
        "{\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}},{\"resource\":{\"type\":\"record\",\"id\":\"record-"
        "2\"}}]}",
        "11");
    row("in order",
        "{\"subject\":{\"type\":\"user\",\"id\":\"bob\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"},"
        "\"evaluations\":[{\"action\":{\"name\":\"read\"}},{\"action\":{\"name\":\"write\"}}]}",
        "10");
    row("without defaults",
        "{\"evaluations\":[{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},"
        "\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}},{\"subject\":{\"type\":\"user\",\"id\":\"bob\"},"
        "\"action\":{\"name\":\"write\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}}]}",
        "10");
    row("context inheritance",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},"
        "\"context\":{\"time\":\"2025-06-27T18:03-07:00\"},\"evaluations\":["
        "{\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}},{\"resource\":{\"type\":\"record\",\"id\":\"record-"
        "2\"},"
        "\"context\":{\"time\":\"2025-06-27T19:00-07:00\",\"source\":\"batch-override\"}}]}",
        "11");
    row("an evaluation with an error",
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"},\"action\":{\"name\":\"read\"},\"evaluations\":["
        "{\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}},{}]}",
        "10");
}

void CertificationScenarioTest::batch_core()
{
    QFETCH(std::string, body);
    QFETCH(std::string, expected);
    Fixture fixture;
    const WireAnswer answer = fixture.ask(kMany, body);
    QCOMPARE(decisions(answer), expected);
    QCOMPARE(answer.field("content-type"), "application/json");
    QVERIFY(!answer.body.contains("decision"));
}

void CertificationScenarioTest::batch_core_without_evaluations_is_a_single_one_data()
{
    QTest::addColumn<std::string>("body");
    QTest::newRow("none") << kAliceReads;
    QTest::newRow("an empty array") << kAliceReads.substr(0, kAliceReads.size() - 1) + ",\"evaluations\":[]}";
}

void CertificationScenarioTest::batch_core_without_evaluations_is_a_single_one()
{
    QFETCH(std::string, body);
    Fixture fixture;
    const WireAnswer answer = fixture.ask(kMany, body);
    QVERIFY(permits(answer));
    QVERIFY(!answer.body.contains("evaluations"));
}

void CertificationScenarioTest::batch_core_refuses_what_is_no_json()
{
    Fixture fixture;
    for (const char* body : {"", "{", "[]", "null", "{\"evaluations\":{}}", "{\"evaluations\":[1"})
        QCOMPARE(fixture.ask(kMany, body).status(), 400);
}

void CertificationScenarioTest::discovery()
{
    Fixture fixture;
    const WireAnswer answer = fixture.wire.get("/.well-known/authzen-configuration");
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), "application/json");
    QCOMPARE(answer.text("policy_decision_point"), fixture.wire.issuer());
    QCOMPARE(answer.text("access_evaluation_endpoint"), fixture.wire.url(kOne));
    QCOMPARE(answer.text("access_evaluations_endpoint"), fixture.wire.url(kMany));
    for (const char* absent : {"search_subject_endpoint", "search_resource_endpoint", "search_action_endpoint"})
        QVERIFY(!answer.body.contains(absent));
}

QTEST_GUILESS_MAIN(CertificationScenarioTest)
#include "tst_certification_scenario.moc"
