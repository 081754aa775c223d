// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The terminal program itself, as a process, against a running program.
#include "core/authority/catalogue_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "tests/app/running_program.h"
#include "tests/app/terminal.h"
#include "tests/support/actions.h"
#include "tests/support/must.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <optional>
#include <unistd.h>

using namespace countersign;
using namespace countersign::testing;

namespace {
QString runtimeFolder()
{
    return qEnvironmentVariable("XDG_RUNTIME_DIR");
}
} // namespace

class CountersignctlTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_program.emplace(runtimeFolder()); }
    void cleanup()
    {
        m_program.reset();
        QDir(agentFolder()).removeRecursively();
    }

    void help_lists_the_commands_and_no_approve();
    void wrong_usage_has_its_own_status_data();
    void wrong_usage_has_its_own_status();
    void status_is_told_to_people_and_to_programs();
    void what_is_not_running_has_its_own_status();
    void the_sample_agent_gets_a_grant_uses_it_and_gives_it_back();
    void denied_expired_and_withdrawn_have_their_own_statuses();
    void the_sample_agent_keeps_its_key_to_itself();
    void a_key_file_that_others_can_read_is_refused();
    void an_agent_that_the_server_forgot_registers_again();
    void grants_are_listed_and_revoked();
    void held_grants_say_what_they_wait_for();
    void ids_that_begin_with_a_dash_are_no_options();
    void everything_is_stopped_on_demand();
    void the_timeline_is_listed_and_filtered();
    void hostile_names_do_not_reach_the_terminal();
    void doctor_is_content_with_what_is_right();
    void doctor_says_what_is_wrong_and_what_to_do();

private:
    [[nodiscard]] QString issuer() const { return QString::fromStdString(m_program->issuer()); }

    std::optional<RunningProgram> m_program;
};

void CountersignctlTest::help_lists_the_commands_and_no_approve()
{
    const Ran help = run({QStringLiteral("--help")});
    QCOMPARE(help.status, 0);
    for (const char* command :
        {"status", "ask", "delegate", "chain", "grants", "revoke", "timeline", "check", "export", "verify", "doctor"}) {
        QVERIFY(help.out.contains(QByteArray("  ") + command + " "));
        const Ran own = run({QString::fromLatin1(command), QStringLiteral("--help")});
        QCOMPARE(own.status, 0);
        QVERIFY(own.out.contains("--json"));
        QVERIFY(own.out.contains("Exit status"));
        QVERIFY(own.out.startsWith(QByteArray("Usage: countersignctl ") + command));
    }
    QVERIFY(!help.out.contains("\n  approve"));
    QVERIFY(run({QStringLiteral("--version")}).out.startsWith("countersignctl "));
}

void CountersignctlTest::wrong_usage_has_its_own_status_data()
{
    QTest::addColumn<QStringList>("arguments");
    for (const char* line : {"", "approve", "unheard-of", "status --colour", "revoke", "revoke --everything abc",
             "ask --for soon", "ask --then dance", "ask --withdraw-after 0s", "ask --issuer https://elsewhere.example",
             "ask --for 5m --authorization-details [{}]", "ask --authorization-details /nowhere", "ask --chain \"a",
             "ask --ephemeral --keep-tokens", "delegate", "delegate --to a --to-key b", "delegate --to a",
             "delegate --to a --chain /nowhere", "chain", "chain \"a\"", "chain \"a\" --jwks /nowhere",
             "chain /nowhere --jwks x"})
        QTest::newRow(line) << QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

void CountersignctlTest::wrong_usage_has_its_own_status()
{
    QFETCH(QStringList, arguments);
    const Ran ran = run(arguments);
    QCOMPARE(ran.status, 2);
    QVERIFY(ran.out.isEmpty());
    QVERIFY(ran.err.startsWith("countersignctl: "));
}

void CountersignctlTest::status_is_told_to_people_and_to_programs()
{
    const Ran people = run({QStringLiteral("status")});
    QCOMPARE(people.status, 0);
    QVERIFY(people.out.contains(issuer().toUtf8()));
    QVERIFY(!people.out.contains('\x1b'));
    const Ran programs = run({QStringLiteral("status"), QStringLiteral("--json")});
    QCOMPARE(programs.status, 0);
    QCOMPARE(programs.text("issuer"), m_program->issuer());
    QCOMPARE(programs.json().at("live_grants"), json::Value(0));
}

void CountersignctlTest::what_is_not_running_has_its_own_status()
{
    m_program.reset();
    for (const char* command : {"status", "grants", "timeline", "doctor"})
        QCOMPARE(run({QString::fromLatin1(command)}).status, 3);
    const Ran programs = run({QStringLiteral("status"), QStringLiteral("--json")});
    QCOMPARE(programs.status, 3);
    QCOMPARE(programs.text("error"), "not_running");
}

void CountersignctlTest::the_sample_agent_gets_a_grant_uses_it_and_gives_it_back()
{
    const QString location = QStringLiteral("https://ledger.example/");
    const Ran ran = run({QStringLiteral("ask"), QStringLiteral("--json"), QStringLiteral("--name"),
        QStringLiteral("night-shift"), QStringLiteral("--location"), location, QStringLiteral("--action"),
        QStringLiteral("ledger.read"), QStringLiteral("--action"), QStringLiteral("ledger.write"),
        QStringLiteral("--for"), QStringLiteral("30m"), QStringLiteral("--message"), QStringLiteral("please approve"),
        QStringLiteral("--then"), QStringLiteral("introspect"), QStringLiteral("--then"), QStringLiteral("refresh"),
        QStringLiteral("--then"), QStringLiteral("revoke"), QStringLiteral("--then"), QStringLiteral("introspect")});
    QVERIFY2(ran.status == 0, ran.out + ran.err);
    const json::Object told = ran.json();
    QCOMPARE(textIn(told, "token_type"), "DPoP");
    const json::Object& detail = told.at("authorization_details").as_array().front().as_object();
    QCOMPARE(detail.at("locations"), json::Value(json::Array{"https://ledger.example/"}));
    QCOMPARE(detail.at("actions").as_array().size(), 2U);
    const json::Array& steps = told.at("steps").as_array();
    QCOMPARE(steps.size(), 4U);
    QCOMPARE(steps.front().at("active"), json::Value(true));
    QCOMPARE(steps.back().at("active"), json::Value(false));
    QVERIFY(!told.contains("access_token"));
    QVERIFY(!ran.out.contains("refresh_token"));
}

void CountersignctlTest::denied_expired_and_withdrawn_have_their_own_statuses()
{
    const auto ask = [](const char* name, QStringList more) {
        return QStringList{QStringLiteral("ask"), QStringLiteral("--ephemeral"), QStringLiteral("--name"),
                   QString::fromLatin1(name)}
        + more;
    };
    Started denied(ask("denied", {QStringLiteral("--message"), QStringLiteral("please deny")}));
    Started expired(
        ask("expired", {QStringLiteral("--expires-after"), QStringLiteral("3s"), QStringLiteral("--json")}));
    Started withdrawn(
        ask("withdrawn", {QStringLiteral("--withdraw-after"), QStringLiteral("2s"), QStringLiteral("--json")}));
    QCOMPARE(denied.finish().status, 4);
    const Ran late = expired.finish();
    QCOMPARE(late.status, 5);
    QCOMPARE(late.text("error"), "expired_token");
    const Ran back = withdrawn.finish();
    QCOMPARE(back.status, 0);
    QCOMPARE(back.json().at("withdrawn"), json::Value(true));
    QVERIFY(!QDir(agentFolder()).exists()); // ephemeral keys are kept nowhere
}

void CountersignctlTest::the_sample_agent_keeps_its_key_to_itself()
{
    const QStringList ask{QStringLiteral("ask"), QStringLiteral("--withdraw-after"), QStringLiteral("1s")};
    const Ran first = run(ask);
    QVERIFY2(first.status == 0, first.err);
    QVERIFY(first.err.contains("Registered as"));
    const QDir folder(agentFolder());
    QCOMPARE(QFile::permissions(folder.path()) & 0x0077, QFile::Permissions());
    const QStringList files = folder.entryList(QDir::Files);
    QCOMPARE(files.size(), 1);
    QCOMPARE(QFile::permissions(folder.filePath(files.constFirst())) & 0x0077, QFile::Permissions());
    // The second time it is the same agent.
    const Ran second = run(ask);
    QCOMPARE(second.status, 0);
    QVERIFY(!second.err.contains("Registered as"));
}

void CountersignctlTest::a_key_file_that_others_can_read_is_refused()
{
    const QStringList ask{QStringLiteral("ask"), QStringLiteral("--withdraw-after"), QStringLiteral("1s")};
    QCOMPARE(run(ask).status, 0);
    const QDir folder(agentFolder());
    QFile file(folder.filePath(folder.entryList(QDir::Files).constFirst()));
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    const Ran ran = run(ask);
    QCOMPARE(ran.status, 1);
    QVERIFY(ran.err.contains("may be read by others"));

    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
    QVERIFY(file.write("{\"key\":\"AAAA\"}") > 0);
    file.close();
    const Ran damaged = run(ask);
    QCOMPARE(damaged.status, 1);
    QVERIFY(damaged.err.contains("Remove it"));
}

void CountersignctlTest::an_agent_that_the_server_forgot_registers_again()
{
    // The same issuer in the file, but a data folder that has never seen the agent.
    const QStringList ask{QStringLiteral("ask"), QStringLiteral("--withdraw-after"), QStringLiteral("1s")};
    QCOMPARE(run(ask).status, 0);
    const QDir folder(agentFolder());
    QFile file(folder.filePath(folder.entryList(QDir::Files).constFirst()));
    QVERIFY(file.open(QFile::ReadOnly));
    json::Object kept = json::parseObject(file.readAll().toStdString()).value();
    file.close();
    kept["client_id"] = "never-registered";
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
    QVERIFY(file.write(QByteArray::fromStdString(json::serialize(kept))) > 0);
    file.close();
    const Ran ran = run(ask);
    QVERIFY2(ran.status == 0, ran.err);
    QVERIFY(ran.err.contains("Registered as"));
}

void CountersignctlTest::grants_are_listed_and_revoked()
{
    QVERIFY(run({QStringLiteral("grants")}).out.startsWith("No grants."));
    const Ran asked =
        run({QStringLiteral("ask"), QStringLiteral("--json"), QStringLiteral("--message"), QStringLiteral("approve")});
    const QString grant = QString::fromStdString(asked.text("grant_id"));
    QVERIFY2(!grant.isEmpty(), asked.err);
    const Ran listed = run({QStringLiteral("grants")});
    QVERIFY(listed.out.contains(grant.toUtf8()));
    QVERIFY(listed.out.contains("sample-agent"));
    QVERIFY(listed.out.contains(" left"));

    QCOMPARE(run({QStringLiteral("revoke"), grant}).status, 0);
    QVERIFY(!run({QStringLiteral("grants")}).out.contains(grant.toUtf8()));
    QVERIFY(run({QStringLiteral("grants"), QStringLiteral("--all")}).out.contains("revoked"));
    const Ran unknown = run({QStringLiteral("revoke"), QStringLiteral("unknown"), QStringLiteral("--json")});
    QCOMPARE(unknown.status, 1);
    QCOMPARE(unknown.text("error"), "not_found");
}

void CountersignctlTest::held_grants_say_what_they_wait_for()
{
    const Ran asked = run({QStringLiteral("ask"), QStringLiteral("--json"), QStringLiteral("--message"),
        QStringLiteral("approve"), QStringLiteral("--location"), QStringLiteral("https://payments.example/"),
        QStringLiteral("--action"), QStringLiteral("payments.create")});
    const GrantId grant{asked.text("grant_id")};
    QVERIFY2(!grant.isEmpty(), asked.err);
    const auto submit = [&](authority::Authority::Work<void> work) {
        must(AuthorityFixture::wait<void>(
                 [&](auto reply) { m_program->authority().submit(std::move(work), std::move(reply)); }),
            "work");
    };
    QVERIFY(run({QStringLiteral("status")}).out.contains("Held grants:"));
    submit([&](authority::Context& context) { return pauseGrant(context, grant); });
    for (const char* command : {"grants", "status"}) {
        const Ran paused = run({QString::fromLatin1(command)});
        QVERIFY2(paused.out.contains(grant.value + " of sample-agent is held.\n    You paused it: "), paused.out);
    }
    // Now for a service that demands what nobody says of the agent.
    submit([&](authority::Context& context) -> Result<void> {
        services::Requirements demands;
        demands.minimumLevel = services::TrustLevel::L2;
        demands.screening = services::Screening::Required;
        const ServiceId service =
            TRY(addService(context, QStringLiteral("Payments"), QStringLiteral("https://payments.example/"))).id;
        const auto preview = TRY(previewCatalogue(context, previewOf(service, catalogueThatDemands(demands))));
        TRY(importCatalogue(context, preview));
        return resumeGrant(context, grant);
    });
    const Ran waiting = run({QStringLiteral("grants")});
    QVERIFY2(waiting.out.contains("goes on by itself once the agent does"), waiting.out);
    QVERIFY2(waiting.out.contains("MISSING: NOT SCREENED") && waiting.out.contains("a trust level of L2"), waiting.out);
    const Ran programs = run({QStringLiteral("status"), QStringLiteral("--json")});
    const json::Object told = must(json::parseObject(programs.out.toStdString()), "JSON");
    const json::Object& held = told.at("held_grants").as_array().at(0).as_object();
    QCOMPARE(json::requiredString(held, "reason"), "waiting_for_evidence");
    QCOMPARE(json::requiredStrings(held, "waits_for")->size(), std::size_t{3});
}

void CountersignctlTest::ids_that_begin_with_a_dash_are_no_options()
{
    // Old databases have such ids. What the server says shows that it was asked about the very id.
    for (const char* id : {"-heverythingjson----_w", "--everything_json----w", "-AAAAAAAAAAAAAAAAAAAAA"}) {
        const QString grant = QString::fromLatin1(id);
        for (const QStringList& arguments : {QStringList{grant}, QStringList{QStringLiteral("--"), grant}}) {
            const Ran ran = run(QStringList{QStringLiteral("revoke"), QStringLiteral("--json")} + arguments);
            QCOMPARE(ran.status, 1);
            QCOMPARE(ran.text("error"), "not_found");
            QVERIFY2(ran.out.contains(QByteArray("Grant ") + id + " was not revoked"), ran.out);
        }
        const Ran listed = run({QStringLiteral("timeline"), QStringLiteral("--grant"), grant});
        QVERIFY2(listed.status == 0 && listed.out == "No entries.\n", listed.out + listed.err);
    }
    // What is not of the form of an id stays an option.
    QCOMPARE(run({QStringLiteral("revoke"), QStringLiteral("-AAAAAAAAAAAAAAAAAAAAAB")}).status, 2); // 23 characters
    QCOMPARE(run({QStringLiteral("revoke"), QStringLiteral("-AAAAAAAAAAAAAAAAAAAAB")}).status, 2); // not canonical
}

void CountersignctlTest::everything_is_stopped_on_demand()
{
    QCOMPARE(run({QStringLiteral("ask"), QStringLiteral("--message"), QStringLiteral("approve")}).status, 0);
    QCOMPARE(run({QStringLiteral("status"), QStringLiteral("--json")}).json().at("live_grants"), json::Value(1));
    QCOMPARE(run({QStringLiteral("revoke"), QStringLiteral("--everything")}).status, 0);
    QCOMPARE(run({QStringLiteral("status"), QStringLiteral("--json")}).json().at("live_grants"), json::Value(0));
}

void CountersignctlTest::the_timeline_is_listed_and_filtered()
{
    QCOMPARE(run({QStringLiteral("ask"), QStringLiteral("--withdraw-after"), QStringLiteral("1s")}).status, 0);
    const Ran listed = run({QStringLiteral("timeline")});
    QCOMPARE(listed.status, 0);
    QVERIFY(listed.out.contains("withdrew"));
    const Ran filtered = run({QStringLiteral("timeline"), QStringLiteral("--json"), QStringLiteral("--kind"),
        QStringLiteral("request_cancelled")});
    QCOMPARE(filtered.json().at("entries").as_array().size(), 1U);
    const Ran wrong = run({QStringLiteral("timeline"), QStringLiteral("--count"), QStringLiteral("many")});
    QCOMPARE(wrong.status, 1);
    QVERIFY(wrong.err.contains("count"));
}

void CountersignctlTest::hostile_names_do_not_reach_the_terminal()
{
    const Ran asked = run({QStringLiteral("ask"), QStringLiteral("--name"),
        QString::fromUtf8("evil\x1b[2J\xe2\x80\xae"
                          "bot"),
        QStringLiteral("--message"), QStringLiteral("approve")});
    QVERIFY2(asked.status == 0, asked.err);
    for (const char* command : {"grants", "timeline"}) {
        const Ran ran = run({QString::fromLatin1(command)});
        QVERIFY(ran.out.contains("evil"));
        QVERIFY(!ran.out.contains('\x1b'));
        QVERIFY(!ran.out.contains("\xe2\x80\xae"));
    }
    QVERIFY(!asked.err.contains('\x1b'));
}

void CountersignctlTest::doctor_is_content_with_what_is_right()
{
    const Ran ran = run({QStringLiteral("doctor")});
    QVERIFY2(ran.status == 0, ran.out);
    QVERIFY(!ran.out.contains("WRONG"));
    QCOMPARE(run({QStringLiteral("doctor"), QStringLiteral("--json")}).json().at("good"), json::Value(true));
}

void CountersignctlTest::doctor_says_what_is_wrong_and_what_to_do()
{
    QFile socket(runtimeFolder() + QStringLiteral("/countersign/agents.sock"));
    QVERIFY(socket.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther | QFile::WriteOther));
    const Ran ran = run({QStringLiteral("doctor")});
    QCOMPARE(ran.status, 1);
    QVERIFY(ran.out.contains("agents.sock has the mode 0606, not 0600"));
    QVERIFY(ran.out.contains("do: "));
    QVERIFY(socket.setPermissions(QFile::ReadOwner | QFile::WriteOwner));

    QFile database(m_program->dataFolder() + QStringLiteral("/countersign.sqlite"));
    QVERIFY(database.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    const Ran data = run({QStringLiteral("doctor")});
    QCOMPARE(data.status, 1);
    QVERIFY(data.out.contains("chmod"));
}

QTEST_GUILESS_MAIN(CountersignctlTest)
#include "tst_countersignctl.moc"
