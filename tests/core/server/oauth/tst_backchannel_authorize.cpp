// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Delegation requests: what reaches the person, and what is refused before.
#include "core/server/oauth/delegation_form.h"

#include "core/consent/request.h"
#include "core/crypto/keys.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;

namespace {
std::string characters(std::size_t count, const std::string& one = "x")
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += one;
    return out;
}

std::string detail(const std::string& members)
{
    return R"([{"type":"agent_delegation","locations":["https://payments.example/"],"actions":["payments.read"])"
        + members + "}]";
}
} // namespace

class BackchannelAuthorizeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_request_reaches_the_person_as_it_was_asked();
    void what_the_standards_allow_is_accepted_data();
    void what_the_standards_allow_is_accepted();
    void what_can_not_be_used_is_refused_data();
    void what_can_not_be_used_is_refused();
    void every_member_passes_through();
    void a_replacement_ends_the_grant_that_it_names();
    void equal_requests_merge_whatever_the_order_of_their_parameters();
    void requests_that_differ_in_anything_do_not_merge();
    void over_the_cap_the_agent_is_told_to_wait();
    void a_doubled_parameter_is_refused();
};

void BackchannelAuthorizeTest::a_request_reaches_the_person_as_it_was_asked()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer answer = wire.ask(agent, {{"requested_expiry", "120"}});
    QCOMPARE(answer.status(), 200);
    QVERIFY(answer.text("auth_req_id").size() >= 32);
    QCOMPARE(json::requiredInteger(answer.body, "expires_in"), 120);
    QCOMPARE(json::requiredInteger(answer.body, "interval"), 5);

    const auto waiting = wire.fixture().waiting();
    QCOMPARE(waiting.size(), 1U);
    const consent::Request& request = waiting.front().request;
    QCOMPARE(request.agent.value, agent.clientId);
    QCOMPARE(request.asked, payments(wire.now()));
    QCOMPARE(request.bindingMessage, "Last week's invoices.");
    QCOMPARE(request.openid, true);
    QVERIFY(request.dpopKey == agent.jkt());
    QCOMPARE(request.expiresAt, wire.now() + std::chrono::seconds(120));
    QVERIFY(request.publicId != answer.text("auth_req_id"));
}

void BackchannelAuthorizeTest::what_the_standards_allow_is_accepted_data()
{
    QTest::addColumn<Parameters>("changes");
    const auto row = [](const char* name, Parameters changes) { QTest::newRow(name) << std::move(changes); };
    row("without openid", {{"scope", ""}});
    row("openid twice and spaces", {{"scope", " openid  openid "}});
    row("no reason", {{"binding_message", ""}});
    row("the longest reason", {{"binding_message", characters(consent::kMaxBindingMessage)}});
    row("the longest reason, in characters of four bytes",
        {{"binding_message", characters(consent::kMaxBindingMessage, "😀")}});
    row("no dpop_jkt", {{"dpop_jkt", ""}});
    row("the shortest time", {{"requested_expiry", "1"}});
    row("the longest time", {{"requested_expiry", "3600"}});
    row("a wish for an authentication level", {{"acr_values", "urn:mace:incommon:iap:silver"}});
    row("a parameter of no standard", {{"x_trace", "1"}});
    row("no end asked", {{"authorization_details", detail("")}});
    row("a new grant, said so", {{"grant_management_action", "create"}});
}

void BackchannelAuthorizeTest::what_the_standards_allow_is_accepted()
{
    QFETCH(Parameters, changes);
    OAuthWire wire;
    const WireAnswer answer = wire.ask(wire.registerAgent(), changes);
    QVERIFY2(answer.status() == 200, answer.response.body.c_str());

    const std::string urn = crypto::thumbprintUrn(wire.fixture().authority().person());
    const WireAgent other = wire.registerAgent();
    QCOMPARE(wire.ask(other, changed(changes, {{"login_hint", urn}})).status(), 200);
    const json::Object subject{{"format", "iss_sub"}, {"iss", wire.issuer()}, {"sub", urn}};
    QCOMPARE(wire.ask(other, changed(changes, {{"login_hint", json::serialize(subject)}})).status(), 200);
}

void BackchannelAuthorizeTest::what_can_not_be_used_is_refused_data()
{
    QTest::addColumn<Parameters>("changes");
    QTest::addColumn<std::string>("error");
    const auto row = [](const char* name, Parameters changes, const char* error) {
        QTest::newRow(name) << std::move(changes) << std::string(error);
    };
    row("another scope", {{"scope", "openid profile"}}, "invalid_scope");
    row("no hint", {{"login_hint", ""}}, "invalid_request");
    row("two hints", {{"id_token_hint", "x"}}, "invalid_request");
    row("another hint", {{"login_hint", ""}, {"login_hint_token", "x"}}, "invalid_request");
    row("somebody else", {{"login_hint", "mallory@example.org"}}, "unknown_user_id");
    row("Me", {{"login_hint", "Me"}}, "unknown_user_id");
    row("somebody else's key", {{"login_hint", "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + characters(43, "A")}},
        "unknown_user_id");
    row("a subject of another issuer", {{"login_hint", R"({"format":"iss_sub","iss":"https://e.example","sub":"me"})"}},
        "unknown_user_id");
    row("a subject that is cut off", {{"login_hint", R"({"format":"iss_sub")"}}, "unknown_user_id");
    row("a reason of 161 characters", {{"binding_message", characters(consent::kMaxBindingMessage + 1)}},
        "invalid_binding_message");
    row("a reason of 161 long characters", {{"binding_message", characters(consent::kMaxBindingMessage + 1, "ä")}},
        "invalid_binding_message");
    row("a reason that turns the line", {{"binding_message", "pay \u202e001 EUR"}}, "invalid_binding_message");
    row("a reason with invisible characters", {{"binding_message", "pay\u200b ment"}}, "invalid_binding_message");
    row("a reason with line breaks", {{"binding_message", "a\nb"}}, "invalid_binding_message");
    row("a reason with escape codes", {{"binding_message", "\x1b[31mred"}}, "invalid_binding_message");
    row("no time at all", {{"requested_expiry", "0"}}, "invalid_request");
    row("a time that is too long", {{"requested_expiry", "3601"}}, "invalid_request");
    row("a negative time", {{"requested_expiry", "-1"}}, "invalid_request");
    row("a time that is no number", {{"requested_expiry", "60s"}}, "invalid_request");
    row("a time with a fraction", {{"requested_expiry", "60.5"}}, "invalid_request");
    row("a time beyond all integers", {{"requested_expiry", "99999999999999999999"}}, "invalid_request");
    row("a thumbprint that is too short", {{"dpop_jkt", characters(42, "A")}}, "invalid_request");
    row("a thumbprint that is not base64url", {{"dpop_jkt", characters(42, "A") + "="}}, "invalid_request");
    row("a signed request", {{"request", "a.b.c"}}, "invalid_request");
    row("a request by reference", {{"request_uri", "https://e.example/r"}}, "invalid_request");
    row("ping mode", {{"client_notification_token", "t"}}, "invalid_request");
    row("a user code", {{"user_code", "1234"}}, "invalid_request");
    row("a resource", {{"resource", "https://payments.example/"}}, "invalid_target");
    row("no details", {{"authorization_details", ""}}, "invalid_request");
    row("details that are no JSON", {{"authorization_details", "["}}, "invalid_authorization_details");
    row("no detail", {{"authorization_details", "[]"}}, "invalid_authorization_details");
    row("another type", {{"authorization_details", R"([{"type":"payment_initiation"}])"}},
        "invalid_authorization_details");
    row("a member that is not known", {{"authorization_details", detail(R"(,"any":1)")}},
        "invalid_authorization_details");
    row("a number of uses that is none", {{"authorization_details", detail(R"(,"uses":0)")}},
        "invalid_authorization_details");
    row("a constraint that is not known",
        {{"authorization_details", detail(R"(,"constraints":{"/a":{"regex":".*"}})")}},
        "invalid_authorization_details");
    row("a grant to replace, without saying so", {{"grant_id", "g"}}, "invalid_request");
    row("a replacement of nothing", {{"grant_management_action", "replace"}}, "invalid_request");
    row("a replacement of no grant of its own", {{"grant_management_action", "replace"}, {"grant_id", "g"}},
        "invalid_grant_id");
    row("a new grant with an id", {{"grant_management_action", "create"}, {"grant_id", "g"}}, "invalid_request");
    row("a merger", {{"grant_management_action", "merge"}, {"grant_id", "g"}}, "invalid_request");
    row("a member twice", {{"authorization_details", detail(R"(,"actions":["payments.create"])")}},
        "invalid_authorization_details");
    row("an end in the past", {{"authorization_details", detail(R"(,"expires_at":1)")}},
        "invalid_authorization_details");
    row("a place that is not absolute",
        {{"authorization_details", R"([{"type":"agent_delegation","locations":["/x"],"actions":["a.b"]}])"}},
        "invalid_target");
    row("deep details", {{"authorization_details", characters(100, "[") + characters(100, "]")}},
        "invalid_authorization_details");
}

void BackchannelAuthorizeTest::what_can_not_be_used_is_refused()
{
    QFETCH(Parameters, changes);
    QFETCH(std::string, error);
    OAuthWire wire;
    const WireAnswer answer = wire.ask(wire.registerAgent(), changes);
    QCOMPARE(answer.error(), error);
    QCOMPARE(answer.status(), 400);
    QVERIFY(!answer.text("error_description").empty());
    QVERIFY(wire.fixture().waiting().empty());
}

void BackchannelAuthorizeTest::every_member_passes_through()
{
    const std::string every =
        R"([{"type":"agent_delegation","locations":["https://payments.example/"],"actions":["payments.*"],)"
        R"("constraints":{"/recipient":{"one_of":["acme","globex"]},"/note":{"pattern":"INV-*"}},)"
        R"("spend":{"amount_at":"/amount","currency":"EUR","per_action":"500.00","per_day":"5000.00",)"
        R"("zone":"Europe/Berlin","total":"20000.00"},"uses":200,"rate":{"count":20,"seconds":60},)"
        R"("daily_window":{"from":"22:00","to":"06:00","zone":"Europe/Berlin"},"max_depth":2,)"
        R"("step_up":{"above":"400.00","first_seen":["/recipient"]}}])";
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer asked = wire.ask(agent, {{"authorization_details", every}});
    QVERIFY2(asked.status() == 200, asked.response.body.c_str());
    QCOMPARE(wire.fixture().waiting().front().request.asked, permissionOf(every));
    QVERIFY(wire.fixture().approve());
    const WireAnswer tokens = wire.poll(agent, asked.text("auth_req_id"));
    QVERIFY2(tokens.status() == 200, tokens.response.body.c_str());
    permissions::Permission granted = permissionOf(json::serialize(tokens.body.at("authorization_details")));
    QVERIFY(granted.details.front().expiresAt.has_value());
    granted.details.front().expiresAt.reset();
    QCOMPARE(granted, permissionOf(every));
}

void BackchannelAuthorizeTest::a_replacement_ends_the_grant_that_it_names()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer before = wire.granted(agent);
    const Parameters replace{{"grant_management_action", "replace"}, {"grant_id", before.text("grant_id")}};
    QCOMPARE(wire.ask(wire.registerAgent(), replace).error(), "invalid_grant_id"); // another agent's
    const WireAnswer asked = wire.ask(agent, replace);
    QVERIFY2(asked.status() == 200, asked.response.body.c_str());
    QCOMPARE(wire.fixture().waiting().front().request.purpose, consent::Purpose::Replacement);
    QVERIFY(wire.introspect(agent, before.text("access_token")).isActive());
    QVERIFY(wire.fixture().approve());
    const WireAnswer after = wire.poll(agent, asked.text("auth_req_id"));
    QCOMPARE(after.status(), 200);
    QVERIFY(after.text("grant_id") != before.text("grant_id"));
    QVERIFY(!wire.introspect(agent, before.text("access_token")).isActive());
    const grants::Grant old = wire.fixture().grant(GrantId{before.text("grant_id")});
    QCOMPARE(old.reason, grants::EndReason::Replaced);
    QCOMPARE(
        wire.ask(agent, changed(replace, {{"binding_message", "again"}})).error(), "invalid_grant_id"); // it has ended
}

void BackchannelAuthorizeTest::equal_requests_merge_whatever_the_order_of_their_parameters()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    Parameters form = wire.delegation(agent);
    const WireAnswer first = wire.post("/bc-authorize", wire.signedBy(agent, form));
    std::ranges::reverse(form);
    const WireAnswer second =
        wire.post("/bc-authorize", wire.signedBy(agent, changed(form, {{"client_id", agent.clientId}})));
    QCOMPARE(second.status(), 200);
    QCOMPARE(wire.fixture().waiting().size(), 1U);
    QCOMPARE(wire.fixture().waiting().front().request.timesAsked, 2);
    QCOMPARE(wire.poll(agent, first.text("auth_req_id")).error(), "access_denied");
    QCOMPARE(wire.poll(agent, second.text("auth_req_id")).error(), "authorization_pending");
}

void BackchannelAuthorizeTest::requests_that_differ_in_anything_do_not_merge()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    QCOMPARE(wire.ask(agent).status(), 200);
    QCOMPARE(wire.ask(agent, {{"binding_message", "Last week's invoices,"}}).status(), 200);
    QCOMPARE(wire.ask(agent, {{"requested_expiry", "301"}}).status(), 200);
    QCOMPARE(wire.ask(agent, {{"scope", ""}}).status(), 200);
    QCOMPARE(wire.ask(wire.registerAgent()).status(), 200);
    QCOMPARE(wire.fixture().waiting().size(), 5U);
}

void BackchannelAuthorizeTest::over_the_cap_the_agent_is_told_to_wait()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    for (int i = 0; i < consent::kMaxWaitingPerAgent; ++i)
        QCOMPARE(wire.ask(agent, {{"binding_message", "reason " + std::to_string(i)}}).status(), 200);
    const WireAnswer answer = wire.ask(agent, {{"binding_message", "one more"}});
    QCOMPARE(answer.status(), 429);
    QCOMPARE(answer.error(), "temporarily_unavailable");
    QVERIFY(!answer.field("retry-after").empty());
    QCOMPARE(wire.fixture().status().refusedRequests, 1U);
}

void BackchannelAuthorizeTest::a_doubled_parameter_is_refused()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    Parameters form = wire.signedBy(agent, wire.delegation(agent));
    form.emplace_back("login_hint", "me");
    const WireAnswer answer = wire.post("/bc-authorize", form);
    QCOMPARE(answer.error(), "invalid_request");
    QVERIFY(answer.text("error_description").contains("login_hint"));
}

QTEST_GUILESS_MAIN(BackchannelAuthorizeTest)
#include "tst_backchannel_authorize.moc"
