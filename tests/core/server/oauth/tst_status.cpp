// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What those learn who verify elsewhere: signed introspection answers (RFC 9701) and status lists (Token Status List).
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/jws.h"
#include "tests/core/server/oauth/delegation_wire.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::testing;

namespace {
constexpr const char* kJwtAnswer = "application/token-introspection+jwt";
constexpr int kBits = 2;

/// What the list at the token's own address says of it; -1: it can't be read.
int statusOf(DelegationWire& wire, const std::string& token)
{
    const crypto::PublicKey device = wire.fixture().identity().device.publicKey();
    const auto claims = crypto::verifyJwt(token, "at+jwt", device).value();
    const json::Object& reference = claims.at("status").as_object().at("status_list").as_object();
    const std::string uri = json::requiredString(reference, "uri").value();
    const WireAnswer answer = wire.get(uri.substr(wire.issuer().size()));
    if (answer.status() != 200 || answer.field("content-type") != "application/statuslist+jwt")
        return -1;
    const auto list = crypto::verifyJwt(answer.response.body, "statuslist+jwt", device).value();
    if (json::requiredString(list, "sub") != uri || json::requiredInteger(list, "iat") != wire.now().value
        || json::requiredInteger(list, "exp") != wire.now().value + 60)
        return -1;
    const json::Object& entries = list.at("status_list").as_object();
    if (entries.at("bits") != json::Value(kBits))
        return -1;
    QByteArray packed(4, '\0');
    packed.append(
        QByteArray::fromStdString(crypto::fromBase64url(json::requiredString(entries, "lst").value()).value()));
    const QByteArray bytes = qUncompress(packed);
    const auto index = static_cast<int>(json::requiredInteger(reference, "idx").value());
    if (index / 4 >= bytes.size())
        return -1;
    return (static_cast<unsigned char>(bytes.at(index / 4)) >> (index % 4 * kBits)) & 3;
}
} // namespace

class StatusTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_service_gets_a_signed_answer_that_is_for_it_alone();
    void an_agent_gets_a_signed_answer_about_its_own_token();
    void inactive_is_signed_too();
    void only_who_asks_for_the_type_gets_it_data();
    void only_who_asks_for_the_type_gets_it();
    void a_list_tells_live_held_and_ended_apart();
    void all_below_a_revoked_grant_are_invalid();
    void each_token_has_a_place_of_its_own();
    void there_is_no_other_list_data();
    void there_is_no_other_list();
};

void StatusTest::a_service_gets_a_signed_answer_that_is_for_it_alone()
{
    DelegationWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string token = wire.grantedTo(agent, delegableDetails(1)).text("access_token");
    const Credentials service = wire.addService(QStringLiteral("https://payments.example/"));
    const WireAnswer answer = wire.post("/introspect", {{"token", token}}, {service.basic(), {"accept", kJwtAnswer}});
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), kJwtAnswer);
    const auto claims = crypto::verifyJwt(
        answer.response.body, "token-introspection+jwt", wire.fixture().identity().device.publicKey());
    QVERIFY(claims);
    QCOMPARE(json::requiredString(*claims, "iss"), wire.issuer());
    QCOMPARE(json::requiredString(*claims, "aud"), service.id);
    QCOMPARE(json::requiredInteger(*claims, "iat"), wire.now().value);
    QVERIFY(!claims->contains("sub") && !claims->contains("exp"));
    const WireAnswer plain = wire.post("/introspect", {{"token", token}}, {service.basic()});
    QVERIFY(plain.isActive());
    QCOMPARE(claims->at("token_introspection"), json::Value(plain.body));
    QCOMPARE(plain.body.at("del_depth"), json::Value(0));
    QCOMPARE(plain.body.at("del_max_depth"), json::Value(1));
    QVERIFY(!plain.body.contains("act"));
}

void StatusTest::an_agent_gets_a_signed_answer_about_its_own_token()
{
    DelegationWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    const WireAnswer answer = wire.post(
        "/introspect", wire.signedBy(agent, {{"token", tokens.text("access_token")}}), {{"accept", kJwtAnswer}});
    const auto claims = crypto::verifyJwt(
        answer.response.body, "token-introspection+jwt", wire.fixture().identity().device.publicKey());
    QVERIFY(claims);
    QCOMPARE(json::requiredString(*claims, "aud"), agent.clientId);
}

void StatusTest::inactive_is_signed_too()
{
    DelegationWire wire;
    const Credentials service = wire.addService(QStringLiteral("https://payments.example/"));
    const WireAnswer answer = wire.post("/introspect", {{"token", "t"}}, {service.basic(), {"accept", kJwtAnswer}});
    const auto claims = crypto::verifyJwt(
        answer.response.body, "token-introspection+jwt", wire.fixture().identity().device.publicKey());
    QVERIFY(claims);
    QCOMPARE(claims->at("token_introspection"), json::Value(json::Object{{"active", false}}));
}

void StatusTest::only_who_asks_for_the_type_gets_it_data()
{
    QTest::addColumn<std::string>("accept");
    QTest::addColumn<bool>("jwt");
    const auto row = [](const char* accept, bool jwt) { QTest::newRow(accept) << std::string(accept) << jwt; };
    row("application/token-introspection+jwt", true);
    row("Application/Token-Introspection+JWT", true);
    row("application/json;q=0.5, application/token-introspection+jwt;q=1", true);
    row(" application/token-introspection+jwt ,", true);
    row("application/json", false);
    row("*/*", false);
    row("application/token-introspection+jwtx", false);
    row(",,,", false);
    row("", false);
}

void StatusTest::only_who_asks_for_the_type_gets_it()
{
    QFETCH(std::string, accept);
    QFETCH(bool, jwt);
    DelegationWire wire;
    const Credentials service = wire.addService(QStringLiteral("https://payments.example/"));
    const WireAnswer answer = wire.post("/introspect", {{"token", "t"}}, {service.basic(), {"accept", accept}});
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), jwt ? kJwtAnswer : "application/json");
}

void StatusTest::a_list_tells_live_held_and_ended_apart()
{
    DelegationWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.grantedTo(agent, delegableDetails(1));
    const std::string token = tokens.text("access_token");
    const GrantId grant{tokens.text("grant_id")};
    QCOMPARE(statusOf(wire, token), 0);
    QVERIFY(wire.fixture().run<void>([grant](authority::Context& context) { return pauseGrant(context, grant); }));
    QCOMPARE(statusOf(wire, token), 2);
    QVERIFY(wire.fixture().run<void>([grant](authority::Context& context) { return resumeGrant(context, grant); }));
    QCOMPARE(statusOf(wire, token), 0);
    QVERIFY(wire.fixture().revoke(grant));
    QCOMPARE(statusOf(wire, token), 1);
}

void StatusTest::all_below_a_revoked_grant_are_invalid()
{
    DelegationWire wire;
    const WireAgent root = wire.registerAgent();
    const WireAgent child = wire.registerAgent();
    const WireAnswer tokens = wire.grantedTo(root, delegableDetails(2));
    const std::string below =
        wire.exchange(child, wire.chain(tokens.text("access_token"), {&root, &child})).text("access_token");
    QCOMPARE(statusOf(wire, below), 0);
    QVERIFY(wire.fixture().revoke(GrantId{tokens.text("grant_id")}));
    QCOMPARE(statusOf(wire, below), 1);
}

void StatusTest::each_token_has_a_place_of_its_own()
{
    DelegationWire wire;
    const WireAgent agent = wire.registerAgent();
    WireAnswer tokens = wire.granted(agent);
    std::vector<std::int64_t> places;
    for (int i = 0; i < 20; ++i) {
        const WireAnswer told = wire.introspect(agent, tokens.text("access_token"));
        const json::Object& list = told.body.at("status").as_object().at("status_list").as_object();
        QCOMPARE(json::requiredString(list, "uri"), wire.url("/status/0"));
        places.push_back(json::requiredInteger(list, "idx").value());
        tokens = wire.refresh(agent, tokens.text("refresh_token"));
    }
    std::ranges::sort(places);
    QVERIFY(std::ranges::adjacent_find(places) == places.end());
}

void StatusTest::there_is_no_other_list_data()
{
    QTest::addColumn<std::string>("number");
    for (const char* number : {"", "1", "-1", "-0", "00", "+0", " 0", "0 ", "0/", "x", "9223372036854775807",
             "9223372036854775808", "99999999999999999999999", "0?x"})
        QTest::newRow(number) << std::string(number);
}

void StatusTest::there_is_no_other_list()
{
    QFETCH(std::string, number);
    DelegationWire wire;
    static_cast<void>(wire.granted(wire.registerAgent()));
    QCOMPARE(wire.get("/status/" + number).status(), 404);
    QCOMPARE(wire.post("/status/0", {}).status(), 405);
}

QTEST_GUILESS_MAIN(StatusTest)
#include "tst_status.moc"
