// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may ask for an evaluation, about what, and what a dry run tells.
#include "core/crypto/agent_signature.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/keys.h"
#include "tests/core/server/authzen/authzen_wire.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;

namespace {
std::string question(const std::string& subject, const std::string& resource = "https://payments.example/",
    const std::string& action = "payments.read", const std::string& properties = "{}")
{
    return json::serialize(json::Object{{"subject", {{"type", "agent"}, {"id", subject}}},
        {"action", {{"name", action}, {"properties", json::parse(properties).value()}}},
        {"resource", {{"type", "payments"}, {"id", resource}}}});
}

struct Scene {
    AuthzenWire wire;
    WireAgent agent = wire.registerAgent();
    WireAgent other = wire.registerAgent();
    WireAnswer tokens = wire.granted(agent);
    Credentials service = wire.addService(QStringLiteral("https://payments.example/"));

    [[nodiscard]] std::string token() const { return tokens.text("access_token"); }
    [[nodiscard]] WireAnswer byService(const std::string& body, const std::string& path = kOne)
    {
        return wire.askFor(path, body, {service.basic()});
    }
    [[nodiscard]] WireAnswer byAgent(const std::string& body, const std::string& path = kOne)
    {
        return wire.askFor(path, body, wire.asAgent(agent, token(), path));
    }
    /// With the field Agent-Signature beside a proof of its own.
    [[nodiscard]] WireAnswer signedBy(
        const crypto::PrivateKey& key, UnixSeconds at, const std::string& nonce = crypto::randomToken())
    {
        const std::string body = question(agent.clientId);
        const std::string digest = crypto::sha256(body);
        auto fields = wire.asAgent(agent, token());
        fields.push_back({std::string(crypto::kAgentSignatureField),
            crypto::signAgentRequest({"POST", wire.url(kOne), digest}, key, at, nonce).value()});
        return wire.askFor(kOne, body, std::move(fields));
    }
};

using Fields = std::function<std::vector<server::Field>(Scene&)>;
} // namespace
Q_DECLARE_METATYPE(Fields)

class EvaluationCallersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_subject_is_named_in_three_ways_data();
    void a_subject_is_named_in_three_ways();
    void an_agent_asks_about_itself();
    void an_agent_asks_about_nobody_else();
    void a_service_asks_about_its_own_location_data();
    void a_service_asks_about_its_own_location();
    void an_action_has_its_resource_before_it_where_it_has_no_dot();
    void a_hostile_action_or_resource_is_a_no_data();
    void a_hostile_action_or_resource_is_a_no();
    void what_a_caller_says_of_itself_counts_for_nothing();
    void wrong_credentials_are_challenged_data();
    void wrong_credentials_are_challenged();
    void a_proof_is_used_once_and_needs_the_nonce();
    void a_signed_question_is_taken_within_its_window_data();
    void a_signed_question_is_taken_within_its_window();
    void a_signed_question_is_used_up_over_a_restart_too();
    void a_row_ends_where_it_is_told_to();
    void each_evaluation_has_its_own_error();
    void only_post_is_understood();
};

void EvaluationCallersTest::a_subject_is_named_in_three_ways_data()
{
    QTest::addColumn<int>("way");
    QTest::addColumn<bool>("known");
    QTest::newRow("client_id") << 0 << true;
    QTest::newRow("the registered key") << 1 << true;
    QTest::newRow("the person's name for it") << 2 << true;
    QTest::newRow("its own name") << 3 << false;
    QTest::newRow("nothing") << 4 << false;
    QTest::newRow("another client's id") << 5 << false;
}

void EvaluationCallersTest::a_subject_is_named_in_three_ways()
{
    QFETCH(int, way);
    QFETCH(bool, known);
    Scene scene;
    scene.wire.name(scene.agent, "night shift");
    const std::vector<std::string> names{scene.agent.clientId,
        crypto::thumbprintUrn(scene.agent.key.publicKey().thumbprint()), "night shift", "reconcile-bot", "",
        scene.other.clientId};
    const WireAnswer answer = scene.byService(question(names[static_cast<std::size_t>(way)]));
    QCOMPARE(answer.status(), 200);
    QCOMPARE(permits(answer), known);
}

void EvaluationCallersTest::an_agent_asks_about_itself()
{
    Scene scene;
    const WireAnswer yes = scene.byAgent(question(scene.agent.clientId));
    QVERIFY2(permits(yes), yes.response.body.c_str());
    const json::Object& context = yes.body.at("context").as_object();
    QCOMPARE(context.at("dry_run"), json::Value(true));
    QCOMPARE(json::requiredString(context, "grant_id"), scene.tokens.text("grant_id"));
    const WireAnswer no = scene.byAgent(question(scene.agent.clientId, "https://payments.example/", "payments.refund"));
    QCOMPARE(no.status(), 200);
    QVERIFY(!permits(no));
    QCOMPARE(contextText(no.body, "reason"), "action");
    QCOMPARE(scene.wire.fixture().count(audit::LeafKind::ActionDenied), 0);
}

void EvaluationCallersTest::an_agent_asks_about_nobody_else()
{
    Scene scene;
    for (const std::string& subject : {scene.other.clientId, std::string("nobody"), std::string()})
        QCOMPARE(scene.byAgent(question(subject)).status(), 403);
    // Nor does it pass on what agents send.
    const std::string passing = "{\"subject\":{\"type\":\"agent\",\"id\":\"" + scene.agent.clientId
        + "\"},\"action\":{\"name\":\"payments.read\"},\"resource\":{\"type\":\"p\",\"id\":\"https://payments.example/"
          "\"},"
          "\"context\":{\"access_token\":\"t\",\"dpop\":\"p\",\"method\":\"GET\",\"uri\":\"https://payments.example/"
          "\"}}";
    QCOMPARE(scene.byAgent(passing).status(), 403);
}

void EvaluationCallersTest::a_service_asks_about_its_own_location_data()
{
    QTest::addColumn<std::string>("resource");
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("permitted");
    const auto row = [](const char* resource, int status, bool permitted) {
        QTest::newRow(resource) << std::string(resource) << status << permitted;
    };
    row("https://payments.example/", 200, true);
    row("https://payments.example/api/7", 200, true);
    row("7", 200, true); // its own /payments/7
    row("https://other.example/", 403, false);
    row("https://payments.example.org/", 403, false);
    row("https://payments.example:8443/", 403, false);
    row("http://payments.example/", 403, false);
}

void EvaluationCallersTest::a_service_asks_about_its_own_location()
{
    QFETCH(std::string, resource);
    QFETCH(int, status);
    QFETCH(bool, permitted);
    Scene scene;
    const WireAnswer answer = scene.byService(question(scene.agent.clientId, resource));
    QCOMPARE(answer.status(), status);
    QCOMPARE(permits(answer), permitted);
    const std::string many = "{\"evaluations\":[" + question(scene.agent.clientId, resource) + "]}";
    QCOMPARE(decisions(scene.byService(many, kMany)), permitted ? "1" : "0");
}

void EvaluationCallersTest::an_action_has_its_resource_before_it_where_it_has_no_dot()
{
    Scene scene;
    QVERIFY(permits(scene.byService(question(scene.agent.clientId, "7", "read"))));
    QVERIFY(permits(scene.byService(question(scene.agent.clientId, "7", "payments.read"))));
    QVERIFY(!permits(scene.byService(question(scene.agent.clientId, "7", "delete"))));
}

void EvaluationCallersTest::a_hostile_action_or_resource_is_a_no_data()
{
    QTest::addColumn<std::string>("resource");
    QTest::addColumn<std::string>("action");
    const auto row = [](const char* resource, const char* action) {
        QTest::addRow("%s %s", resource, action) << std::string(resource) << std::string(action);
    };
    for (const char* resource :
        {"..", "../../etc", "a/../b", "a//b", "/a", "a?b", "a#b", "a b", "%2e%2e", "a\\b", "a\nb",
            "https://payments.example", "https://payments.example/../x", "https://x@payments.example/", "https://"})
        row(resource, "payments.read");
    for (const char* action : {"payments.*", "payments.**", "*", "", ".", "read.", ".read", "Payments.Read", "a b"})
        row("7", action);
}

void EvaluationCallersTest::a_hostile_action_or_resource_is_a_no()
{
    QFETCH(std::string, resource);
    QFETCH(std::string, action);
    Scene scene;
    const WireAnswer answer = scene.byService(question(scene.agent.clientId, resource, action));
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QVERIFY(!contextText(answer.body, "reason").empty());
}

void EvaluationCallersTest::what_a_caller_says_of_itself_counts_for_nothing()
{
    // The scenario's Properties part would have it otherwise: a stated role is no authority here.
    Scene scene;
    const std::string body = "{\"subject\":{\"type\":\"agent\",\"id\":\"" + scene.agent.clientId
        + "\",\"properties\":{\"role\":\"admin\"}},\"action\":{\"name\":\"payments.refund\"},"
          "\"resource\":{\"type\":\"payments\",\"id\":\"7\",\"properties\":{\"owner\":\""
        + scene.agent.clientId + "\"}}}";
    QVERIFY(!permits(scene.byService(body)));
    // Nor does more that is stated take away what was granted.
    QVERIFY(permits(scene.byService(question(scene.agent.clientId, "7", "read", "{\"soft\":true}"))));
}

void EvaluationCallersTest::wrong_credentials_are_challenged_data()
{
    QTest::addColumn<Fields>("fields");
    const auto row = [](const char* name, Fields fields) { QTest::newRow(name) << std::move(fields); };
    row("none", [](Scene&) { return std::vector<server::Field>{}; });
    row("another secret", [](Scene& scene) {
        return std::vector<server::Field>{{"authorization", "Basic " + crypto::base64(scene.service.id + ":x")}};
    });
    row("both at once", [](Scene& scene) {
        auto fields = scene.wire.asAgent(scene.agent, scene.token());
        fields.push_back(scene.service.basic());
        return fields;
    });
    row("bearer",
        [](Scene& scene) { return std::vector<server::Field>{{"authorization", "Bearer " + scene.token()}}; });
    row("no proof",
        [](Scene& scene) { return std::vector<server::Field>{{"authorization", "DPoP " + scene.token()}}; });
    row("a proof of another key", [](Scene& scene) { return scene.wire.asAgent(scene.other, scene.token()); });
    row("a proof for another endpoint",
        [](Scene& scene) { return scene.wire.asAgent(scene.agent, scene.token(), kMany); });
    row("a proof for another token", [](Scene& scene) {
        auto fields = scene.wire.asAgent(scene.agent, "another");
        fields.front().value = "DPoP " + scene.token();
        return fields;
    });
    row("a refresh token",
        [](Scene& scene) { return scene.wire.asAgent(scene.agent, scene.tokens.text("refresh_token")); });
    row("no token", [](Scene& scene) { return scene.wire.asAgent(scene.agent, ""); });
    row("a revoked grant", [](Scene& scene) {
        static_cast<void>(scene.wire.revoke(scene.agent, scene.tokens.text("refresh_token")));
        return scene.wire.asAgent(scene.agent, scene.token());
    });
}

void EvaluationCallersTest::wrong_credentials_are_challenged()
{
    QFETCH(Fields, fields);
    Scene scene;
    const WireAnswer answer = scene.wire.askFor(kOne, question(scene.agent.clientId), fields(scene));
    QCOMPARE(answer.status(), 401);
    QVERIFY(!answer.field("www-authenticate").empty());
    QVERIFY(!answer.field("dpop-nonce").empty());
    QVERIFY(json::parse(answer.response.body).value().is_string()); // an error message
}

void EvaluationCallersTest::a_proof_is_used_once_and_needs_the_nonce()
{
    Scene scene;
    const std::string body = question(scene.agent.clientId);
    const std::string url = scene.wire.url(kOne);
    const auto ask = [&](const std::optional<std::string>& nonce) {
        return scene.wire.askFor(kOne, body,
            {{"authorization", "DPoP " + scene.token()},
                {"dpop", scene.wire.proof(scene.agent, "POST", url, scene.token(), nonce)}});
    };
    const WireAnswer first = ask(std::nullopt);
    QCOMPARE(first.status(), 401);
    QVERIFY(first.field("www-authenticate").contains("use_dpop_nonce"));
    QVERIFY(permits(ask(first.field("dpop-nonce"))));
    const auto fields = scene.wire.asAgent(scene.agent, scene.token());
    QVERIFY(permits(scene.wire.askFor(kOne, body, fields)));
    QCOMPARE(scene.wire.askFor(kOne, body, fields).status(), 401);
}

void EvaluationCallersTest::a_signed_question_is_taken_within_its_window_data()
{
    QTest::addColumn<int>("age");
    QTest::addColumn<bool>("taken");
    QTest::newRow("too far ahead") << -6 << false;
    QTest::newRow("ahead") << -5 << true;
    QTest::newRow("old") << 300 << true;
    QTest::newRow("too old") << 301 << false;
}

void EvaluationCallersTest::a_signed_question_is_taken_within_its_window()
{
    QFETCH(int, age);
    QFETCH(bool, taken);
    Scene scene;
    const WireAnswer answer = scene.signedBy(scene.agent.dpopKey, scene.wire.now() - std::chrono::seconds(age));
    QCOMPARE(answer.status(), taken ? 200 : 401);
    QCOMPARE(permits(answer), taken);
    QCOMPARE(scene.signedBy(scene.other.dpopKey, scene.wire.now()).status(), 401); // by another key
}

void EvaluationCallersTest::a_signed_question_is_used_up_over_a_restart_too()
{
    Scene scene;
    const UnixSeconds signedAt = scene.wire.now();
    const std::string nonce = crypto::randomToken();
    QVERIFY(permits(scene.signedBy(scene.agent.dpopKey, signedAt, nonce)));
    for (const auto passed : {0s, 299s, 1s}) {
        scene.wire.fixture().clock().advance(passed);
        for (int i = 0; i < 2; ++i) { // before the restart, and after it
            QCOMPARE(scene.signedBy(scene.agent.dpopKey, signedAt, nonce).status(), 401);
            const WireAnswer fresh = scene.signedBy(scene.agent.dpopKey, signedAt); // as old, its nonce its own
            QVERIFY2(permits(fresh), fresh.response.body.c_str());
            if (i == 0)
                scene.wire.restart();
        }
    }
}

void EvaluationCallersTest::a_row_ends_where_it_is_told_to()
{
    Scene scene;
    const auto ask = [&](const char* semantic) {
        return decisions(scene.byService("{\"subject\":{\"type\":\"agent\",\"id\":\"" + scene.agent.clientId
                + "\"},\"resource\":{\"type\":\"payments\",\"id\":\"7\"},\"options\":{\"evaluations_semantic\":\""
                + semantic
                + "\"},\"evaluations\":[{\"action\":{\"name\":\"read\"}},{\"action\":{\"name\":\"refund\"}},"
                  "{\"action\":{\"name\":\"create\"}}]}",
            kMany));
    };
    QCOMPARE(ask("execute_all"), "101");
    QCOMPARE(ask("deny_on_first_deny"), "10");
    QCOMPARE(ask("permit_on_first_permit"), "1");
}

void EvaluationCallersTest::each_evaluation_has_its_own_error()
{
    Scene scene;
    const WireAnswer answer = scene.byAgent("{\"subject\":{\"type\":\"agent\",\"id\":\"" + scene.agent.clientId
            + "\"},\"action\":{\"name\":\"payments.read\"},\"evaluations\":["
              "{\"resource\":{\"type\":\"p\",\"id\":\"https://payments.example/\"}},"
              "{\"resource\":{\"type\":\"p\",\"id\":\"7\"}},{\"resource\":{\"type\":\"p\"}},"
              "{\"subject\":{\"type\":\"agent\",\"id\":\"nobody\"},\"resource\":{\"type\":\"p\",\"id\":\"https://"
              "payments.example/\"}},"
              "{\"resource\":{\"type\":\"p\",\"id\":\"https://payments.example/\"},\"context\":{\"access_token\":\"t\","
              "\"dpop\":\"p\",\"method\":\"GET\",\"uri\":\"https://payments.example/\"}}]}",
        kMany);
    QCOMPARE(decisions(answer), "10000");
    const auto statusOf = [&](std::size_t index) {
        const json::Value& context = answer.body.at("evaluations").as_array().at(index).at("context");
        const json::Value* error = context.as_object().if_contains("error");
        return error ? error->at("status").as_int64() : 0;
    };
    QCOMPARE(statusOf(1), 0); // a no: an agent names resources by their URL
    QCOMPARE(statusOf(2), 400);
    QCOMPARE(statusOf(3), 403);
    QCOMPARE(statusOf(4), 400);
}

void EvaluationCallersTest::only_post_is_understood()
{
    Scene scene;
    QCOMPARE(scene.wire.get(kOne).status(), 405);
    QCOMPARE(scene.wire.get(kMany).status(), 405);
    QCOMPARE(scene.wire.post("/.well-known/authzen-configuration", {}).status(), 405);
}

QTEST_GUILESS_MAIN(EvaluationCallersTest)
#include "tst_evaluation_callers.moc"
