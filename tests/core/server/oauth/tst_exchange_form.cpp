// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The form of a token exchange (RFC 8693) with one thing wrong; above all an access token in a link's place, which
// would lose its chain.
#include "tests/core/server/oauth/delegation_wire.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Wrong = std::function<Parameters(Family&)>;
} // namespace
Q_DECLARE_METATYPE(Wrong)

class ExchangeFormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void an_access_token_never_loses_its_chain_data();
    void an_access_token_never_loses_its_chain();
    void a_form_with_one_thing_wrong_is_refused_data();
    void a_form_with_one_thing_wrong_is_refused();
    void a_refusal_uses_nothing_up();
};

void ExchangeFormTest::an_access_token_never_loses_its_chain_data()
{
    QTest::addColumn<bool>("delegated");
    QTest::addColumn<std::string>("type");
    QTest::addColumn<bool>("withActor");
    for (const bool delegated : {true, false}) {
        for (const char* type : {"access_token", "jwt", "refresh_token", "id_token", "saml2", ""}) {
            for (const bool withActor : {true, false})
                QTest::addRow("%s as %s, %s", delegated ? "with act" : "without act", type,
                    withActor ? "with actor_token" : "without actor_token")
                    << delegated << (*type ? "urn:ietf:params:oauth:token-type:" + std::string(type) : std::string())
                    << withActor;
        }
    }
}

void ExchangeFormTest::an_access_token_never_loses_its_chain()
{
    QFETCH(bool, delegated);
    QFETCH(std::string, type);
    QFETCH(bool, withActor);
    Family family;
    const auto chain = family.two();
    const WireAgent& holder = delegated ? family.child : family.root;
    const std::string subject =
        delegated ? family.wire.exchange(family.child, chain).text("access_token") : family.top();
    for (const std::string& ancestors : {chain.front(), subject, std::string()}) {
        Parameters changes{{"subject_token", subject}, {"subject_token_type", type}, {"delegation_chain", ancestors}};
        if (!withActor) {
            changes.emplace_back("actor_token", "");
            changes.emplace_back("actor_token_type", "");
        }
        const WireAnswer answer = family.wire.exchange(holder, chain, changes);
        QCOMPARE(answer.status(), 400);
        QCOMPARE(answer.error(), "invalid_request");
        QVERIFY(!answer.body.contains("access_token"));
    }
    QCOMPARE(family.wire.fixture().grants().size(), delegated ? 2U : 1U);
}

void ExchangeFormTest::a_form_with_one_thing_wrong_is_refused_data()
{
    QTest::addColumn<Wrong>("wrong");
    QTest::addColumn<std::string>("error");
    QTest::addColumn<std::string>("says");
    const auto row = [](const char* name, Wrong wrong, const char* error, const char* says) {
        QTest::newRow(name) << std::move(wrong) << std::string(error) << std::string(says);
    };
    const auto change = [](Parameters changes) { return [changes](Family&) { return changes; }; };
    row("no subject_token", change({{"subject_token", ""}}), "invalid_request", "subject_token");
    row("no subject_token_type", change({{"subject_token_type", ""}}), "invalid_request", "subject_token_type");
    row("another subject_token_type", change({{"subject_token_type", "jwt"}}), "invalid_request", "subject_token_type");
    row("no actor_token", change({{"actor_token", ""}}), "invalid_request", "actor_token");
    row("no actor_token_type", change({{"actor_token_type", ""}}), "invalid_request", "actor_token_type");
    row("no chain", change({{"delegation_chain", ""}}), "invalid_request", "delegation_chain");
    row("only a space", change({{"delegation_chain", " "}}), "invalid_request", "one space");
    row(
        "a space too many", [](Family& family) { return Parameters{{"delegation_chain", family.top() + " "}}; },
        "invalid_request", "one space");
    row(
        "two spaces",
        [](Family& family) { return Parameters{{"delegation_chain", family.top() + "  " + family.top()}}; },
        "invalid_request", "one space");
    row("as many as there can't be", change({{"delegation_chain", "a b c d e f g h"}}), "invalid_request",
        "at most 7 links");
    row("a giant chain", change({{"delegation_chain", std::string(900'000, 'a')}}), "invalid_request", "bytes");
    row("a giant subject_token", change({{"subject_token", std::string(900'000, 'a')}}), "invalid_request", "bytes");
    row("not a link", change({{"subject_token", "a.b.c"}}), "invalid_request", "link 1: ");
    row(
        "another actor",
        [](Family& family) {
            return Parameters{{"actor_token", family.wire.exchangeForm(family.stranger, {"a", "b"})[4].second}};
        },
        "invalid_request", "of another agent");
    row(
        "the link as the actor", [](Family& family) { return Parameters{{"actor_token", family.two().back()}}; },
        "invalid_request", "The actor_token is refused");
    row("resource", change({{"resource", "https://payments.example/"}}), "invalid_target", "resource");
    row("audience", change({{"audience", "payments"}}), "invalid_target", "audience");
    row("scope", change({{"scope", "openid"}}), "invalid_scope", "scope");
    row("details", change({{"authorization_details", "[]"}}), "invalid_authorization_details", "authorization_details");
    row("another token", change({{"requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"}}),
        "invalid_request", "requested_token_type");
}

void ExchangeFormTest::a_form_with_one_thing_wrong_is_refused()
{
    QFETCH(Wrong, wrong);
    QFETCH(std::string, error);
    QFETCH(std::string, says);
    Family family;
    const WireAnswer answer = family.wire.exchange(family.child, family.two(), wrong(family));
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), error);
    QVERIFY2(answer.text("error_description").contains(says), answer.response.body.c_str());
    QCOMPARE(family.wire.fixture().grants().size(), 1U);
}

void ExchangeFormTest::a_refusal_uses_nothing_up()
{
    Family family;
    DelegationWire& wire = family.wire;
    const auto chain = family.two();
    const Parameters form = wire.signedBy(family.child, wire.exchangeForm(family.child, chain));
    // Without the nonce: the same form is sent again.
    const WireAnswer first = wire.post("/token", form, {{"dpop", wire.dpop(family.child, std::nullopt)}});
    QCOMPARE(first.error(), "use_dpop_nonce");
    // A parameter twice is refused before anything is looked at.
    Parameters doubled = form;
    doubled.emplace_back("subject_token", chain.back());
    QCOMPARE(
        wire.post("/token", doubled, {{"dpop", wire.dpop(family.child, wire.nonce())}}).error(), "invalid_request");
    QCOMPARE(wire.post("/token", form, {{"dpop", wire.dpop(family.child, first.field("dpop-nonce"))}}).status(), 200);
}

QTEST_GUILESS_MAIN(ExchangeFormTest)
#include "tst_exchange_form.moc"
