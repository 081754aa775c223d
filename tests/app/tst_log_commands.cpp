// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the terminal tells of the log: the story of an entry, the check of all of it, and the doctor's part.
#include "tests/app/running_program.h"
#include "tests/app/terminal.h"

#include "app/countersignctl/http_client.h"
#include "app/countersignctl/story_text.h"
#include "core/authority/context.h"
#include "core/authority/witnessing.h"
#include "core/crypto/signed_note.h"
#include "core/server/control/story_json.h"
#include "tests/core/authority/tampering.h"
#include "tests/support/signed_requests.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <latch>
#include <optional>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;

namespace {
/// Fills all threads that read, so that what is asked of them waits.
class BusyReaders {
public:
    explicit BusyReaders(authority::Authority& authority)
    {
        constexpr int kReaders = 4;
        for (int i = 0; i < kReaders; ++i)
            authority.runAside([released = m_released] { released->wait(); });
    }
    BusyReaders(const BusyReaders&) = delete;
    BusyReaders& operator=(const BusyReaders&) = delete;
    ~BusyReaders() { m_released->count_down(); }

private:
    std::shared_ptr<std::latch> m_released = std::make_shared<std::latch>(1);
};

void interrupt(Started& started)
{
    QCOMPARE(::kill(static_cast<pid_t>(started.process().processId()), SIGINT), 0);
}
} // namespace

class LogCommandsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_program.emplace(qEnvironmentVariable("XDG_RUNTIME_DIR")); }
    void cleanup()
    {
        m_program.reset();
        QDir(agentFolder()).removeRecursively();
    }

    void the_story_of_a_consent_shows_its_screen_and_its_proof();
    void the_story_of_an_action_says_what_was_sent_and_why();
    void what_an_agent_and_a_service_sign_is_told_as_what_it_is();
    void a_story_that_is_not_there_is_told_data();
    void a_story_that_is_not_there_is_told();
    void a_whole_log_is_said_to_be_whole();
    void how_far_it_is_goes_to_standard_error();
    void a_broken_log_is_named_from_its_first_bad_entry_on();
    void an_old_copy_is_whole_but_older();
    void the_check_is_cancelled_by_an_interrupt();
    void a_check_that_another_began_is_watched_only();
    void the_doctor_tells_of_a_keychain_that_forgets();
    void the_doctor_tells_of_the_witness();

private:
    static void approveOne()
    {
        const Ran asked = run("ask --message approve");
        QVERIFY2(asked.status == 0, asked.err);
    }
    /// Whether a check was begun through the socket and has not ended.
    static bool isChecking()
    {
        const QString socket = qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/countersign/control.sock"_s;
        const auto answer = ctl::call(
            ctl::SocketPath{socket.toStdString()}, {.method = "GET", .path = "/check", .fields = {}, .body = {}});
        return answer && answer->body.contains("running");
    }

    std::optional<RunningProgram> m_program;
};

void LogCommandsTest::the_story_of_a_consent_shows_its_screen_and_its_proof()
{
    approveOne();
    const json::Object entry =
        run("timeline --json --kind consent_given").json().at("entries").as_array().front().as_object();
    const QString index = QString::number(entry.at("index").to_number<qint64>());
    const Ran people = run("timeline --story", {index});
    QVERIFY2(people.status == 0, people.err);
    const std::string grant = textIn(entry, "grant_id");
    for (const std::string& part :
        {"Entry:      " + index.toStdString() + ", 20", std::string("Path:       you -> sample-agent\n"),
            "grant " + grant + '\n', std::string("Consent:    signed by you on 20"),
            std::string("; the screen said:\n            | Let an agent"), std::string("Proof:      ")})
        QVERIFY2(people.out.contains(part.c_str()), (people.out + "\nlacks " + part.c_str()).constData());
    QVERIFY(!people.out.contains("WRONG"));

    const json::Object told = run("timeline --json --story", {index}).json();
    QCOMPARE(told.at("entry").as_object().at("leaf"), entry.at("leaf"));
    const json::Object& consent = told.at("consents").as_array().front().as_object();
    QCOMPARE(textIn(consent, "purpose"), "grant");
    QCOMPARE(textIn(consent, "signature"), "right");
    QCOMPARE(textIn(consent, "screen_digest"), "right");
    QVERIFY(textIn(consent, "screen").starts_with("Let an agent"));
    QCOMPARE(textIn(told.at("chain").as_array().front().as_object(), "grant_id"), grant);
}

void LogCommandsTest::the_story_of_an_action_says_what_was_sent_and_why()
{
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent("night\x1bshift");
    const ServiceId service = addService(fixture);
    const auto tokens = grantTo(fixture, agent,
        paymentsWith(R"(,"spend":{"amount_at":"/amount","currency":"EUR","per_action":"50.00"},)"
                     R"("constraints":{"/recipient":{"wildcard":true}})"));
    const auto told = [&](const char* amount) {
        const auto command = performanceOf(fixture, service, tokens.accessToken, agent, payment(amount));
        const auto answer = must(perform(fixture, withSignature(command, fixture.clock().now())), "perform");
        return server::storyJson(must(AuthorityFixture::wait<authority::Story>([&](auto reply) {
            fixture.authority().story(answer.leaf.value(), std::move(reply));
        }),
            "story"));
    };
    const json::Object permitted = told("10.00");
    QCOMPARE(textIn(permitted.at("sent").as_object(), "binding"), "http-signature");
    QCOMPARE(textIn(permitted.at("proof").as_object(), "receipt"), "right");
    QCOMPARE(textIn(permitted.at("proof").as_object(), "inclusion"), "nothing"); // before the next checkpoint
    QVERIFY(textIn(permitted, "receipt").starts_with("ey"));
    const QString paid = QString::fromStdString(ctl::storyText(permitted));
    for (const QString& part : {u"(permitted)\n"_s, u"Sent:       "_s, u"amount: \"10.00\""_s,
             u"signed by the agent's key, request and body"_s,
             u"Proof:      the receipt is signed by this device, for exactly this entry\n"_s,
             u"waiting for the next checkpoint"_s})
        QVERIFY2(paid.contains(part), qPrintable(paid + u"\nlacks "_s + part));
    QVERIFY(!paid.contains(u'\x1b'));

    json::Object otherwise = permitted;
    otherwise["sent"].as_object()["binding"] = "agent-signature";
    QVERIFY(ctl::storyText(otherwise).contains("signed by the agent's key (Agent-Signature), path and body\n"));
    otherwise["sent"].as_object()["binding"] = "dpop";
    QVERIFY(ctl::storyText(otherwise).contains("by a proof; the body was not signed\n"));

    const QString refused = QString::fromStdString(ctl::storyText(told("60.00")));
    QVERIFY2(refused.contains(u"(refused)\n"_s), qPrintable(refused));
    QVERIFY2(
        QRegularExpression(u"\nWhy: +60.00 EUR is over 50.00 EUR"_s).match(refused).hasMatch(), qPrintable(refused));
}

void LogCommandsTest::what_an_agent_and_a_service_sign_is_told_as_what_it_is()
{
    AuthorityFixture fixture;
    const TestAgent agent = fixture.registerAgent();
    const ServiceId service = addService(fixture);
    const auto tokens = grantTo(fixture, agent, paymentsWith({}));
    demand(fixture, service, agentSignatureAsked());
    SentRequest sent = sentPayment("10.00");
    sent.isSigned = SentRequest::Signed::AsAgent;
    const auto answer = must(perform(fixture, passedOn(fixture, service, tokens.accessToken, agent, sent)), "perform");
    must(AuthorityFixture::wait<authority::OutcomeAnswer>([&](auto reply) {
        fixture.authority().reportOutcome({.service = service,
                                              .receipt = answer.receipt->id,
                                              .executed = authority::ReportOutcome::Executed::Yes,
                                              .status = 201,
                                              .responseDigest = {},
                                              .signature = "any text",
                                              .upstream = {}},
            std::move(reply));
    }),
        "outcome");
    const json::Object story = server::storyJson(must(AuthorityFixture::wait<authority::Story>([&](auto reply) {
        fixture.authority().story(answer.leaf.value(), std::move(reply));
    }),
        "story"));
    QCOMPARE(textIn(story.at("sent").as_object(), "binding"), "agent-signature");
    QCOMPARE(textIn(story.at("outcome").as_object(), "signature"), "unchecked");
    const std::string told = ctl::storyText(story);
    QVERIFY2(told.contains("signed by the agent's key (Agent-Signature)"), told.c_str());
    QVERIFY2(
        told.contains("HTTP status 201; it sent a signature of its own, which was not checked here\n"), told.c_str());
}

void LogCommandsTest::a_story_that_is_not_there_is_told_data()
{
    QTest::addColumn<int>("status");
    for (const char* usage :
        {"--story x", "--story -1", "--story 1x", "--story 9223372036854775808", "--story 1 --count 3"})
        QTest::newRow(usage) << 2;
    QTest::newRow("--story 4711") << 1;
    QTest::newRow("--story 9223372036854775807") << 1;
}

void LogCommandsTest::a_story_that_is_not_there_is_told()
{
    QFETCH(int, status);
    const Ran ran = run(QStringList{u"timeline"_s} + QString::fromLatin1(QTest::currentDataTag()).split(u' '));
    QCOMPARE(ran.status, status);
    QVERIFY(ran.out.isEmpty() && !ran.err.isEmpty());
}

void LogCommandsTest::a_whole_log_is_said_to_be_whole()
{
    QVERIFY(run("doctor").out.contains("all of it was not checked yet"));
    approveOne();
    const Ran people = run("check");
    QVERIFY2(people.status == 0, people.err);
    QVERIFY2(people.out.startsWith("The log is whole: "), people.out);
    const Ran programs = run("check --json");
    QCOMPARE(programs.status, 0);
    QCOMPARE(programs.text("state"), "whole");
    QCOMPARE(programs.json().at("entries"), run("status --json").json().at("log_size"));
    const Ran doctor = run("doctor");
    QVERIFY2(doctor.status == 0 && doctor.out.contains("all of it was last checked on 20"), doctor.out);
    QCOMPARE(run("check all").status, 2);
    m_program.reset();
    QCOMPARE(run("check").status, 3);
}

void LogCommandsTest::how_far_it_is_goes_to_standard_error()
{
    constexpr int kEntries = 40'000;
    auto fill = [](authority::Context& context) -> Result<void> {
        for (int i = 0; i < kEntries; ++i) {
            audit::LeafDraft leaf;
            leaf.kind = audit::LeafKind::AgentNamed;
            if (const auto appended = context.log->append(leaf, context.now()); !appended)
                return std::unexpected(appended.error());
        }
        return {};
    };
    must(AuthorityFixture::wait<void>([&](auto reply) { m_program->authority().submit(fill, std::move(reply)); }),
        "fill");
    const Ran ran = run("check --json");
    QVERIFY2(ran.status == 0, ran.out + ran.err);
    static const QRegularExpression line(u"^Checked [0-9]+ of %1 entries\\.$"_s.arg(kEntries + 1));
    const QStringList told = QString::fromUtf8(ran.err).split(u'\n', Qt::SkipEmptyParts);
    QVERIFY(!told.isEmpty() && told.size() <= 10);
    for (const QString& each : told)
        QVERIFY2(line.match(each).hasMatch(), qPrintable(each));
    QCOMPARE(ran.text("state"), "whole"); // and nothing but JSON on standard output
}

void LogCommandsTest::a_broken_log_is_named_from_its_first_bad_entry_on()
{
    approveOne();
    const std::string grant = textIn(run("grants --json").json().at("grants").as_array().front().as_object(), "id");
    m_program->restart([](const QString& folder) {
        tamperWithoutTriggers(folder, {u"UPDATE log_leaves SET at = at + 1 WHERE idx = 2"_s});
    });
    const Ran people = run("check");
    QCOMPARE(people.status, 7);
    for (const char* part : {"The log is BROKEN: entry 2: ", "From entry 2 on", "What it means: ", "revoking goes on",
             "What to do: ", "revoke --everything", "backup"})
        QVERIFY2(people.out.contains(part), people.out);
    const Ran programs = run("check --json");
    QCOMPARE(programs.status, 7);
    QCOMPARE(programs.text("state"), "broken");
    QCOMPARE(programs.json().at("first_bad_entry"), json::Value(2));

    const Ran doctor = run("doctor");
    QCOMPARE(doctor.status, 1);
    QVERIFY2(doctor.out.contains("WRONG the log does not verify"), doctor.out);
    QVERIFY2(doctor.out.contains("(found: entry 2: "), doctor.out);
    QCOMPARE(run("revoke %", {QString::fromStdString(grant)}).status, 0);
}

void LogCommandsTest::an_old_copy_is_whole_but_older()
{
    const QTemporaryDir aside;
    const QString kept = aside.filePath(u"old.sqlite"_s);
    m_program->restart([&](const QString& folder) { QVERIFY(QFile::copy(folder + u"/countersign.sqlite"_s, kept)); });
    approveOne();
    m_program->restart([&](const QString& folder) {
        const QString database = folder + u"/countersign.sqlite"_s;
        for (const QString& end : {QString(), u"-wal"_s, u"-shm"_s})
            QFile::remove(database + end);
        QVERIFY(QFile::copy(kept, database));
    });
    const Ran people = run("check");
    QCOMPARE(people.status, 7);
    QVERIFY2(people.out.contains("OLDER than it was"), people.out);
    QCOMPARE(run("check --json").text("state"), "older");
    QVERIFY(run("doctor").out.contains("an old copy of the database was put back"));
}

void LogCommandsTest::the_check_is_cancelled_by_an_interrupt()
{
    std::optional<BusyReaders> busy(std::in_place, m_program->authority());
    Started check({u"check"_s, u"--json"_s});
    QTRY_VERIFY(isChecking());
    interrupt(check);
    QTest::qWait(1500); // longer than between two looks: it has told the server by now
    busy.reset();
    const Ran ran = check.finish();
    QCOMPARE(ran.status, 130);
    QCOMPARE(ran.text("error"), "cancelled");
    QVERIFY(run("doctor").out.contains("all of it was not checked yet"));
    QCOMPARE(run("check").status, 0); // another one can be begun
}

void LogCommandsTest::a_check_that_another_began_is_watched_only()
{
    std::optional<BusyReaders> busy(std::in_place, m_program->authority());
    Started first({u"check"_s});
    QTRY_VERIFY(isChecking());
    Started leaving({u"check"_s});
    Started staying({u"check"_s});
    leaving.process().setReadChannel(QProcess::StandardError);
    QVERIFY(leaving.process().waitForReadyRead()); // it watches
    interrupt(leaving);
    const Ran left = leaving.finish();
    QCOMPARE(left.status, 130);
    QVERIFY2(left.err.contains("A check runs already") && left.err.contains("goes on"), left.err);
    busy.reset();
    QCOMPARE(first.finish().status, 0);
    QCOMPARE(staying.finish().status, 0);
}

void LogCommandsTest::the_doctor_tells_of_a_keychain_that_forgets()
{
    QVERIFY(run("doctor").out.contains("which remembers how far the log goes"));
    m_program->setAnchorAnswer(fail(ErrorCode::KeychainLocked, "The wallet is closed."));
    approveOne();
    const Ran forgets = run("doctor");
    QCOMPARE(forgets.status, 1);
    QVERIFY2(forgets.out.contains("does not remember how far the log goes (The wallet is closed.)"), forgets.out);
    const QByteArray since = forgets.out.mid(forgets.out.indexOf("since "), 25);
    approveOne();
    QVERIFY(run("doctor").out.contains(since)); // since the first time
    m_program->setAnchorAnswer({});
    approveOne();
    QCOMPARE(run("doctor").status, 0);
}

void LogCommandsTest::the_doctor_tells_of_the_witness()
{
    QVERIFY(run("doctor").out.contains("no witness is set"));
    authority::Witnessing::tellUnusable(
        m_program->authority(), "https://witness.example", {ErrorCode::InvalidInput, "WitnessKey: not a key"});
    QTRY_VERIFY(run("doctor").out.contains("the witness https://witness.example does not cosign the log (WitnessKey"));
    QCOMPARE(run("doctor").status, 1);
}

QTEST_GUILESS_MAIN(LogCommandsTest)
#include "tst_log_commands.moc"
