// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The control socket's answers, from a real authority.
#include "core/server/control/control_api.h"

#include "core/base/json.h"
#include "core/server/control/control_json.h"
#include "core/server/control/timeline_query.h"
#include "tests/core/server/handled.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <future>
#include <unistd.h>
#include <utility>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Told {
    int status = 0;
    std::vector<server::Field> fields;
    json::Object body;

    [[nodiscard]] std::string text(std::string_view name) const
    {
        return json::requiredString(body, name).value_or(std::string());
    }
    [[nodiscard]] std::int64_t number(std::string_view name) const
    {
        return json::requiredInteger(body, name).value_or(-1);
    }
    [[nodiscard]] const json::Array& list(std::string_view name) const { return body.at(name).as_array(); }
};
} // namespace

class ControlApiTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void status_tells_how_it_stands();
    void status_names_troubles();
    void grants_are_listed_with_what_they_permit();
    void grants_make_a_tree_with_meters();
    void held_grants_say_what_they_wait_for_data();
    void held_grants_say_what_they_wait_for();
    void ended_grants_are_listed_on_demand();
    void revoking_a_grant_ends_it();
    void revoking_what_is_unknown_is_an_error();
    void stop_ends_everything();
    void the_timeline_comes_in_pages();
    void the_timeline_is_filtered();
    void the_story_of_an_entry_is_told();
    void a_check_is_begun_followed_and_cancelled();
    void a_timeline_query_that_is_not_understood_is_refused_data();
    void a_timeline_query_that_is_not_understood_is_refused();
    void doctor_tells_where_things_are();
    void nothing_that_widens_is_reachable_data();
    void nothing_that_widens_is_reachable();
    void other_methods_are_refused();
    void through_another_door_there_is_nothing();

private:
    Told call(const std::string& method, const std::string& target, server::Door door = server::Door::ControlSocket)
    {
        server::HttpRequest request;
        request.door = door;
        request.method = method;
        request.target = target;
        request.path = target.substr(0, target.find('?'));
        request.query = target.contains('?') ? target.substr(target.find('?') + 1) : std::string();
        server::HttpResponse response = handled(m_handler, std::move(request));
        return {response.status, response.fields, json::parseObject(response.body).value_or(json::Object())};
    }

    AuthorityFixture m_fixture;
    server::Handler m_handler = server::makeControlApi(m_fixture.authority());
};

void ControlApiTest::status_tells_how_it_stands()
{
    const Told told = call("GET", "/status");
    QCOMPARE(told.status, 200);
    QCOMPARE(told.text("issuer"), m_fixture.authority().issuer());
    QCOMPARE(told.text("device"), m_fixture.identity().device.publicKey().thumbprint().value);
    QVERIFY(told.number("log_size") >= 1);
    QCOMPARE(told.list("troubles").size(), 0U);
}

void ControlApiTest::status_names_troubles()
{
    AuthorityFixture sealed(AuthorityFixture::PersonKey::Sealed);
    server::Handler other = server::makeControlApi(sealed.authority());
    std::swap(m_handler, other);
    const Told told = call("GET", "/status");
    std::swap(m_handler, other);
    QCOMPARE(told.list("troubles"), json::Array{"person_key_sealed"});
}

void ControlApiTest::grants_are_listed_with_what_they_permit()
{
    const TestAgent agent = m_fixture.registerAgent("Ledger\u202ebot");
    const GrantId grant = m_fixture.tokensFor(agent).grant;
    const Told told = call("GET", "/grants");
    QCOMPARE(told.status, 200);
    const json::Object& first = told.list("grants").front().as_object();
    QCOMPARE(json::requiredString(first, "id"), grant.value);
    QCOMPARE(json::requiredString(first, "state"), "live");
    QCOMPARE(json::requiredString(first, "client_id"), agent.id().value);
    QCOMPARE(json::requiredInteger(first, "expires_at"), m_fixture.grant(grant).expiresAt.value);
    QVERIFY(!json::requiredString(first, "agent_name")->contains("\u202e"));
    QVERIFY(!json::requiredStrings(first, "may")->empty());
    QVERIFY(first.at("authorization_details").is_array());
    QVERIFY(first.at("ended_at").is_null());
    QCOMPARE(told.number("left_out"), 0);
}

void ControlApiTest::grants_make_a_tree_with_meters()
{
    authority::GrantRow root;
    root.grant.id = GrantId{"root"};
    root.ownName = QStringLiteral("night shift");
    root.meters = {{authority::Meter::Kind::Uses, 12, 200, {}},
        {authority::Meter::Kind::PerDay, 120'500'000, 500'000'000, Currency::parse("EUR").value()},
        {authority::Meter::Kind::Total, 0, 9'223'372'036'854'775'807, Currency::parse("USDC").value()}};
    authority::GrantRow child;
    child.grant.id = GrantId{"child"};
    child.grant.parent = root.grant.id;
    child.grant.depth = 1;
    child.grant.state = grants::GrantState::Held;
    child.grant.reason = grants::EndReason::AncestorHeld;
    child.narrowed = {QStringLiteral("only 20 times")};
    const json::Object told = server::grantsJson({child, root}, server::ListedGrants::Active);
    const json::Object& below = told.at("grants").as_array().at(0).as_object();
    QCOMPARE(json::requiredString(below, "parent"), "root");
    QCOMPARE(below.at("depth"), json::Value(1));
    QCOMPARE(json::requiredString(below, "reason"), "ancestor_held");
    QCOMPARE(below.at("narrowed"), json::Value(json::Array{"only 20 times"}));
    QCOMPARE(below.at("waits_for"),
        json::Value(json::Array{"The grant that it comes from is held: it goes on with that one."}));
    QVERIFY(!below.contains("own_name"));
    const json::Object& above = told.at("grants").as_array().at(1).as_object();
    QVERIFY(!above.contains("parent"));
    QCOMPARE(above.at("waits_for"), json::Value(json::Array{}));
    QCOMPARE(json::requiredString(above, "own_name"), "night shift");
    QCOMPARE(above.at("meters"),
        json::parse(R"([{"kind":"uses","used":12,"limit":200},)"
                    R"({"kind":"per_day","used":"120.50","limit":"500.00","currency":"EUR"},)"
                    R"({"kind":"total","used":"0.00","limit":"9223372036854.775807","currency":"USDC"}])")
            .value());
}

void ControlApiTest::held_grants_say_what_they_wait_for_data()
{
    QTest::addColumn<int>("reason");
    QTest::addColumn<bool>("isHeld");
    // Whatever holds a grant is told; what ends one is nothing that it would wait for.
    for (int i = 0; i <= std::to_underlying(grants::EndReason::ScreeningHit); ++i) {
        using enum grants::EndReason;
        const auto reason = static_cast<grants::EndReason>(i);
        const bool isHeld =
            std::ranges::contains(std::array{ClockMoved, RefreshTokenReused, PausedByPerson, AncestorHeld,
                                      AncestorNarrowed, OperationsChanged, WaitingForEvidence},
                reason);
        QTest::addRow("%s", std::string(grants::endReasonName(reason)).c_str()) << i << isHeld;
    }
}

void ControlApiTest::held_grants_say_what_they_wait_for()
{
    QFETCH(const int, reason);
    QFETCH(const bool, isHeld);
    authority::GrantRow row;
    row.grant.state = grants::GrantState::Held;
    row.grant.reason = static_cast<grants::EndReason>(reason);
    row.waitsFor = {QStringLiteral("reconcile-bot: its screening is too old")};
    services::OperationChange change;
    change.kind = services::OperationChange::Kind::Altered;
    change.operation.action = permissions::Action::parse("payments.create").value();
    change.operation.method = "POST";
    change.operation.path = "/payments";
    row.changedOperations = {change};
    const json::Object told = server::grantsJson({row}, server::ListedGrants::Active);
    const json::Object& grant = told.at("grants").as_array().at(0).as_object();
    const auto waits = json::requiredStrings(grant, "waits_for").value();
    QCOMPARE(waits.size(), isHeld ? std::size_t{2} : std::size_t{1});
    QCOMPARE(waits.back(), "reconcile-bot: its screening is too old");
    QCOMPARE(grant.at("changed_operations"),
        json::parse(R"([{"change":"altered","action":"payments.create","method":"POST","path":"/payments",)"
                    R"("demands_less":false}])")
            .value());
}

void ControlApiTest::ended_grants_are_listed_on_demand()
{
    const GrantId grant = m_fixture.tokensFor(m_fixture.registerAgent("ended")).grant;
    QVERIFY(m_fixture.revoke(grant));
    const auto lists = [&](const std::string& target) {
        return std::ranges::any_of(call("GET", target).list("grants"),
            [&](const json::Value& each) { return each.at("id") == json::Value(std::string_view(grant.value)); });
    };
    QVERIFY(!lists("/grants"));
    QVERIFY(!lists("/grants?which=active"));
    QVERIFY(lists("/grants?which=all"));
    QCOMPARE(call("GET", "/grants?which=some").status, 400);
}

void ControlApiTest::revoking_a_grant_ends_it()
{
    const authority::TokenSet tokens = m_fixture.tokensFor(m_fixture.registerAgent("revoked"));
    const Told told = call("POST", "/grants/" + tokens.grant.value + "/revoke");
    QCOMPARE(told.status, 200);
    QCOMPARE(told.text("revoked"), tokens.grant.value);
    QVERIFY(!m_fixture.isActive(tokens.accessToken));
    QCOMPARE(m_fixture.grant(tokens.grant).reason, grants::EndReason::RevokedByPerson);
}

void ControlApiTest::revoking_what_is_unknown_is_an_error()
{
    QCOMPARE(call("POST", "/grants/unknown/revoke").status, 404);
    for (const char* target :
        {"/grants//revoke", "/grants/../revoke", "/grants/a%2Fb/revoke", "/grants/a/b/revoke", "/grants/revoke"})
        QCOMPARE(call("POST", target).status, 404);
}

void ControlApiTest::stop_ends_everything()
{
    const authority::TokenSet one = m_fixture.tokensFor(m_fixture.registerAgent("one"));
    const authority::TokenSet two = m_fixture.tokensFor(m_fixture.registerAgent("two"));
    QCOMPARE(call("POST", "/stop").status, 200);
    QVERIFY(!m_fixture.isActive(one.accessToken));
    QVERIFY(!m_fixture.isActive(two.accessToken));
    QCOMPARE(call("GET", "/status").number("live_grants"), 0);
}

void ControlApiTest::the_timeline_comes_in_pages()
{
    const std::int64_t size = call("GET", "/status").number("log_size");
    QVERIFY(size > 3);
    std::int64_t seen = 0;
    std::int64_t last = size;
    std::string target = "/timeline?count=2";
    while (true) {
        const Told page = call("GET", target);
        QCOMPARE(page.status, 200);
        for (const json::Value& entry : page.list("entries")) {
            QCOMPARE(entry.at("index").to_number<std::int64_t>(), --last);
            QVERIFY(!entry.at("sentence").as_string().empty());
            QVERIFY(entry.at("leaf").is_object());
            ++seen;
        }
        if (page.body.at("next").is_null())
            break;
        target = "/timeline?count=2&before=" + std::to_string(page.number("next"));
    }
    QCOMPARE(seen, size);
}

void ControlApiTest::the_timeline_is_filtered()
{
    const GrantId grant = m_fixture.tokensFor(m_fixture.registerAgent("filtered")).grant;
    const Told ofGrant = call("GET", "/timeline?grant=" + grant.value + "&kind=consent_given,token_issued");
    QCOMPARE(ofGrant.list("entries").size(), 2U);
    for (const json::Value& entry : ofGrant.list("entries"))
        QCOMPARE(std::string_view(entry.at("grant_id").as_string()), std::string_view(grant.value));
    QCOMPARE(call("GET", "/timeline?to=1").list("entries").size(), 0U);
}

void ControlApiTest::the_story_of_an_entry_is_told()
{
    const std::string newest = std::to_string(call("GET", "/status").number("log_size") - 1);
    const Told told = call("GET", "/timeline/" + newest);
    QCOMPARE(told.status, 200);
    QCOMPARE(told.body.at("entry").as_object(), call("GET", "/timeline?count=1").list("entries").front().as_object());
    QVERIFY(!told.body.at("proof").at("leaf_hash").as_string().empty());
    QVERIFY(!told.body.contains("sent"));
    for (const char* target : {"/timeline/9223372036854775807", "/timeline/9223372036854775808", "/timeline/-1",
             "/timeline/", "/timeline/1x", "/timeline/1/2", "/timeline/%31"})
        QCOMPARE(call("GET", target).status, 404);
    QCOMPARE(call("POST", "/timeline/0").status, 405);
    QCOMPARE(call("GET", "/timeline/0", server::Door::AgentSocket).status, 404);
}

void ControlApiTest::a_check_is_begun_followed_and_cancelled()
{
    QCOMPARE(call("GET", "/check").status, 404);
    QCOMPARE(call("DELETE", "/check").status, 404);
    const Told begun = call("POST", "/check");
    QCOMPARE(begun.status, 200);
    QCOMPARE(begun.body.at("began"), json::Value(true));
    QCOMPARE(begun.text("state"), "running");
    QTRY_COMPARE(call("GET", "/check").text("state"), "whole");
    const Told ended = call("GET", "/check");
    QCOMPARE(ended.number("id"), begun.number("id"));
    QCOMPARE(ended.number("entries"), call("GET", "/status").number("log_size"));
    QVERIFY(call("GET", "/status").number("log_checked_at") > 0);

    std::promise<void> released; // the readers are busy: the next check waits
    const auto wait = released.get_future().share();
    for (int reader = 0; reader < 8; ++reader)
        m_fixture.authority().runAside([wait] { wait.wait(); });
    const Told second = call("POST", "/check");
    QCOMPARE(second.number("id"), begun.number("id") + 1);
    const Told joined = call("POST", "/check");
    QCOMPARE(joined.body.at("began"), json::Value(false));
    QCOMPARE(joined.number("id"), second.number("id"));
    QCOMPARE(call("DELETE", "/check").text("state"), "running"); // it ends soon
    released.set_value();
    QTRY_COMPARE(call("GET", "/check").text("state"), "cancelled");
    QCOMPARE(call("PUT", "/check").status, 405);
    QCOMPARE(call("POST", "/check", server::Door::Loopback).status, 404);
}

void ControlApiTest::a_timeline_query_that_is_not_understood_is_refused_data()
{
    QTest::addColumn<std::string>("query");
    for (const char* query :
        {"count=0", "count=501", "count=x", "count=1&count=2", "before=-1", "before=1x", "kind=unheard_of",
            "kind=consent_given,,token_issued", "kinds=consent_given", "from=yesterday", "agent=%ff", "page=2"})
        QTest::newRow(query) << std::string(query);
}

void ControlApiTest::a_timeline_query_that_is_not_understood_is_refused()
{
    QFETCH(std::string, query);
    const Told told = call("GET", "/timeline?" + query);
    QCOMPARE(told.status, 400);
    QCOMPARE(told.text("error"), "invalid_request");
    QVERIFY(server::readTimelineQuery("count=500&before=0&from=0&to=9"));
    QCOMPARE(server::readTimelineQuery("")->count, server::kDefaultTimelinePage);
}

void ControlApiTest::doctor_tells_where_things_are()
{
    const Told told = call("GET", "/doctor");
    QCOMPARE(told.status, 200);
    QCOMPARE(told.text("data_folder"), m_fixture.folder().toStdString());
    QCOMPARE(told.number("pid"), static_cast<std::int64_t>(::getpid()));
}

void ControlApiTest::nothing_that_widens_is_reachable_data()
{
    QTest::addColumn<std::string>("target");
    for (const char* target : {"/approve", "/deny", "/unlock", "/resume", "/services", "/requests", "/grants/x/approve",
             "/grants/x/resume", "/clock", "/token", "/register", "/"})
        QTest::newRow(target) << std::string(target);
}

void ControlApiTest::nothing_that_widens_is_reachable()
{
    QFETCH(std::string, target);
    QCOMPARE(call("POST", target).status, 404);
    QCOMPARE(call("GET", target).status, 404);
}

void ControlApiTest::other_methods_are_refused()
{
    QCOMPARE(call("POST", "/status").status, 405);
    QCOMPARE(call("GET", "/stop").status, 405);
    QCOMPARE(call("DELETE", "/grants/x/revoke").status, 405);
}

void ControlApiTest::through_another_door_there_is_nothing()
{
    for (const server::Door door : {server::Door::Loopback, server::Door::AgentSocket}) {
        QCOMPARE(call("GET", "/status", door).status, 404);
        QCOMPARE(call("POST", "/stop", door).status, 404);
    }
}

QTEST_GUILESS_MAIN(ControlApiTest)
#include "tst_control_api.moc"
