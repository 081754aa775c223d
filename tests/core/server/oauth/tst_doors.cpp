// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The endpoints through the real server: each door serves what is its own, under one issuer.
#include "app/countersignctl/http_client.h"
#include "app/countersignctl/oauth_agent.h"
#include "core/base/json.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"
#include "tests/app/running_program.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::ctl;
using namespace countersign::testing;

namespace {
QString runtimeFolder()
{
    return qEnvironmentVariable("XDG_RUNTIME_DIR");
}

SocketPath socketAt(const char* name)
{
    return {runtimeFolder().toStdString() + "/countersign/" + name};
}

HttpCall formCall(const std::string& path, const testing::Parameters& form, std::vector<HttpField> fields = {})
{
    fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return {.method = "POST", .path = path, .fields = std::move(fields), .body = formText(form)};
}

json::Object bodyOf(const Result<HttpAnswer>& answer)
{
    return answer ? json::parseObject(answer->body).value_or(json::Object()) : json::Object();
}
} // namespace

class DoorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_issuer_is_the_same_through_both_doors();
    void a_token_is_fetched_through_the_agents_socket_with_the_issuers_url();
    void the_control_door_and_the_agents_doors_are_apart();
    void answers_are_never_cached();
    void an_oversize_form_is_refused();
    void a_head_request_has_no_body();

private:
    [[nodiscard]] Endpoint loopback() const
    {
        const std::string issuer = m_program.issuer();
        return LoopbackPort{static_cast<std::uint16_t>(std::stoi(issuer.substr(issuer.rfind(':') + 1)))};
    }

    RunningProgram m_program{runtimeFolder()};
};

void DoorsTest::the_issuer_is_the_same_through_both_doors()
{
    const HttpCall metadata{
        .method = "GET", .path = "/.well-known/oauth-authorization-server", .fields = {}, .body = {}};
    for (const Endpoint& door : {loopback(), Endpoint(socketAt("agents.sock"))}) {
        const auto answer = call(door, metadata);
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        QCOMPARE(json::requiredString(bodyOf(answer), "issuer"), m_program.issuer());
    }
}

void DoorsTest::a_token_is_fetched_through_the_agents_socket_with_the_issuers_url()
{
    const Endpoint door = socketAt("agents.sock");
    const SystemClock clock;
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const auto registered = call(door,
        {.method = "POST",
            .path = "/register",
            .fields = {{"Content-Type", "application/json"}},
            .body = OAuthWire::registrationOf(key.publicKey())});
    QVERIFY(registered);
    QCOMPARE(registered->status, 201);
    const std::string client = json::requiredString(bodyOf(registered), "client_id").value();
    const auto assertion = [&] {
        const json::Object claims{{"iss", client}, {"sub", client}, {"aud", m_program.issuer()},
            {"jti", crypto::randomToken(16)}, {"exp", clock.now().value + 60}};
        return crypto::signJwt("JWT", claims, key).value();
    };
    const std::string details =
        R"([{"type":"agent_delegation","locations":["https://payments.example/"],"actions":["payments.read"]}])";
    const testing::Parameters request{
        {"scope", "openid"}, {"login_hint", "me"}, {"binding_message", "approve"}, {"authorization_details", details}};
    const auto accepted = call(door, formCall("/bc-authorize", OAuthWire::withAssertion(request, assertion())));
    QVERIFY(accepted);
    QVERIFY2(accepted->status == 200, accepted->body.c_str());

    const testing::Parameters form{{"grant_type", "urn:openid:params:grant-type:ciba"},
        {"auth_req_id", json::requiredString(bodyOf(accepted), "auth_req_id").value()}};
    std::optional<std::string> nonce;
    const auto poll = [&](const std::string& url) {
        const std::string proof = crypto::signDpop(key, "POST", url, clock.now(), nonce, std::nullopt).value();
        auto answer = call(door, formCall("/token", OAuthWire::withAssertion(form, assertion()), {{"DPoP", proof}}));
        if (answer)
            nonce = std::string(answer->field("dpop-nonce").value_or(std::string_view()));
        return bodyOf(answer);
    };
    QCOMPARE(json::requiredString(poll(m_program.issuer() + "/token"), "error"), "use_dpop_nonce");
    QCOMPARE(json::requiredString(poll("http://localhost/token"), "error"), "invalid_dpop_proof");
    QTRY_VERIFY_WITH_TIMEOUT(poll(m_program.issuer() + "/token").contains("access_token"), 20'000);
}

void DoorsTest::the_control_door_and_the_agents_doors_are_apart()
{
    const auto status = [](const Endpoint& door, const std::string& method, const std::string& path) {
        const auto answer = call(door, {.method = method, .path = path, .fields = {}, .body = {}});
        return answer ? answer->status : 0;
    };
    for (const Endpoint& door : {loopback(), Endpoint(socketAt("agents.sock"))}) {
        QCOMPARE(status(door, "GET", "/status"), 404);
        QCOMPARE(status(door, "POST", "/stop"), 404);
    }
    const Endpoint control = socketAt("control.sock");
    QCOMPARE(status(control, "GET", "/status"), 200);
    QCOMPARE(status(control, "GET", "/jwks"), 404);
    QCOMPARE(status(control, "POST", "/token"), 404);
}

void DoorsTest::answers_are_never_cached()
{
    const auto answer = call(loopback(), formCall("/token", {}));
    QVERIFY(answer);
    QCOMPARE(answer->status, 400);
    QCOMPARE(answer->field("cache-control"), "no-store");
    QCOMPARE(answer->field("content-type"), "application/json");
}

void DoorsTest::an_oversize_form_is_refused()
{
    const std::string most(server::kMaxBodyBytes - std::string_view("a=").size(), 'x');
    const auto fits = call(loopback(), formCall("/token", {{"a", most}}));
    QVERIFY(fits);
    QCOMPARE(fits->status, 400);
    const auto tooLarge = call(loopback(), formCall("/token", {{"a", most + 'x'}}));
    QVERIFY(tooLarge);
    QCOMPARE(tooLarge->status, 413);
}

void DoorsTest::a_head_request_has_no_body()
{
    const auto answer = call(loopback(), {.method = "HEAD", .path = "/jwks", .fields = {}, .body = {}});
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QVERIFY(answer->body.empty());
}

QTEST_GUILESS_MAIN(DoorsTest)
#include "tst_doors.moc"
