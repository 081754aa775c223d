// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sample agents that delegate to each other with the terminal program, against a running program, and chains that it
// verifies with nobody's help.
#include "tests/app/running_program.h"
#include "tests/app/terminal.h"

#include "app/countersignctl/http_client.h"
#include "core/base/json.h"
#include "tests/support/authority_fixture.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace countersign;
using namespace countersign::testing;

namespace {
const QString kDetails = QStringLiteral(
    "[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.*\"],"
    "\"uses\":200,\"max_depth\":2}]");
} // namespace

class DelegateCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() // one person, asked once, for all that end nothing
    {
        if (m_program)
            return;
        QDir(agentFolder()).removeRecursively();
        m_program.emplace(qEnvironmentVariable("XDG_RUNTIME_DIR"));
        const Ran asked =
            run("ask --json --name boss --keep-tokens --message approve --authorization-details %", {kDetails});
        QVERIFY2(asked.status == 0, asked.err);
        m_grant = QString::fromStdString(asked.text("grant_id"));
    }

    void a_child_exchanges_what_it_was_given();
    void a_child_hands_on_what_it_was_given();
    void a_part_is_handed_on();
    void the_child_is_told_when_it_ends();
    void more_than_there_is_is_refused();
    void another_programs_key_is_handed_to();
    void a_chain_is_verified_offline();
    void a_chain_that_is_not_right_is_named_data();
    void a_chain_that_is_not_right_is_named();
    void a_stapled_status_tells_of_a_revocation();
    void grants_are_printed_as_a_tree();

private:
    /// What the server tells at `path`, in a file.
    QString fetched(const char* path)
    {
        const std::string issuer = m_program->issuer();
        const auto port = static_cast<std::uint16_t>(std::stoi(issuer.substr(issuer.rfind(':') + 1)));
        const auto answer =
            ctl::call(ctl::LoopbackPort{port}, {.method = "GET", .path = path, .fields = {}, .body = {}});
        if (!answer || answer->status != 200)
            qFatal("%s is not there", path);
        return written(QString::fromStdString(answer->body));
    }
    QString written(const QString& content)
    {
        QFile file(m_folder.filePath(QString::number(++m_files)));
        if (!file.open(QFile::WriteOnly) || file.write(content.toUtf8()) < 0)
            qFatal("a file can't be written");
        return file.fileName();
    }
    [[nodiscard]] static QString delegated(const char* from, const char* to)
    {
        const Ran ran = run("delegate --name % --to %", {QString::fromLatin1(from), QString::fromLatin1(to)});
        if (ran.status != 0)
            qFatal("%s", ran.err.constData());
        return ran.line();
    }

    std::optional<RunningProgram> m_program;
    QTemporaryDir m_folder;
    QString m_grant;
    int m_files = 0;
};

void DelegateCommandTest::a_child_exchanges_what_it_was_given()
{
    const QString chain = delegated("boss", "helper");
    const Ran ran = run(
        "ask --json --name helper --chain % --then introspect --then refresh --then revoke --then introspect", {chain});
    QVERIFY2(ran.status == 0, ran.out + ran.err);
    QVERIFY(ran.text("grant_id") != m_grant.toStdString());
    const json::Array steps = ran.json().at("steps").as_array();
    QCOMPARE(steps.front().at("active"), json::Value(true));
    QCOMPARE(steps.back().at("active"), json::Value(false));
    const Ran again = run("ask --json --name helper --chain %", {written(chain)});
    QCOMPARE(again.status, 1);
    QCOMPARE(again.text("error"), "invalid_request");
}

void DelegateCommandTest::the_child_is_told_when_it_ends()
{
    const Ran given = run("delegate --json --name boss --to brief --for 5m");
    QVERIFY2(given.status == 0, given.err);
    const Ran ran = run("ask --json --name brief --chain %", {QString::fromStdString(given.text("chain"))});
    QVERIFY2(ran.status == 0, ran.out + ran.err);
    const json::Array details = ran.json().at("authorization_details").as_array();
    QCOMPARE(details.front().at("expires_at"), given.json().at("expires_at"));
}

void DelegateCommandTest::a_child_hands_on_what_it_was_given()
{
    const QString first = delegated("boss", "helper");
    const Ran second = run("delegate --json --name helper --chain % --to third --for 5m", {first});
    QVERIFY2(second.status == 0, second.out + second.err);
    QCOMPARE(second.json().at("depth"), json::Value(2));
    const QString chain = QString::fromStdString(second.text("chain"));
    QCOMPARE(run("ask --name third --chain %", {chain}).status, 0);
    // Two hops are all that the person allowed.
    const Ran deeper = run("delegate --json --name third --chain % --to fourth", {chain});
    QCOMPARE(deeper.status, 1);
    QCOMPARE(deeper.text("error"), "invalid_authorization_details");
    // Somebody else's chain can't be handed on.
    QCOMPARE(run("delegate --name boss --chain % --to fourth", {chain}).status, 2);
}

void DelegateCommandTest::a_part_is_handed_on()
{
    const QString part = QString(kDetails)
                             .replace(QStringLiteral("payments.*"), QStringLiteral("payments.read"))
                             .replace(QStringLiteral("200"), QStringLiteral("3"))
                             .replace(QStringLiteral(",\"max_depth\":2"), QString());
    const Ran ran = run("delegate --name boss --to helper --authorization-details %", {written(part)});
    QVERIFY2(ran.status == 0, ran.err);
    const Ran got = run("ask --json --name helper --chain %", {ran.line()});
    QVERIFY2(got.status == 0, got.out);
    const json::Object detail = got.json().at("authorization_details").as_array().front().as_object();
    QCOMPARE(detail.at("actions"), json::Value(json::Array{"payments.read"}));
    QCOMPARE(detail.at("uses"), json::Value(3));
}

void DelegateCommandTest::more_than_there_is_is_refused()
{
    const QString more = QString(kDetails)
                             .replace(QStringLiteral("200"), QStringLiteral("201"))
                             .replace(QStringLiteral("\"max_depth\":2"), QStringLiteral("\"max_depth\":1"));
    const Ran ran = run("delegate --json --name boss --to helper --authorization-details %", {more});
    QCOMPARE(ran.status, 1);
    QCOMPARE(ran.text("error"), "invalid_authorization_details");
    QVERIFY(ran.text("error_description").contains("uses"));
}

void DelegateCommandTest::another_programs_key_is_handed_to()
{
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::Ed25519).value();
    const QString jwk = QString::fromStdString(json::serialize(key.publicKey().toJwk()));
    const Ran ran = run("delegate --json --name boss --to-key %", {jwk});
    QVERIFY2(ran.status == 0, ran.err);
    QCOMPARE(ran.text("child"), crypto::thumbprintUrn(key.publicKey().thumbprint()));
}

void DelegateCommandTest::a_chain_is_verified_offline()
{
    const QString chain = run("delegate --name helper --chain % --to third", {delegated("boss", "helper")}).line();
    const QString keys = fetched("/jwks");
    m_program.reset(); // nobody is asked
    const Ran people = run("chain % --jwks %", {chain, keys});
    QVERIFY2(people.status == 0, people.err);
    for (const char* line : {"Token: ", "Link 1: ", "Link 2: ", "The chain holds.", "revocation"})
        QVERIFY2(people.out.contains(line), people.out);
    const Ran programs = run("chain --json % --jwks %", {written(chain), keys});
    QCOMPARE(programs.json().at("valid"), json::Value(true));
    QCOMPARE(programs.json().at("hops").as_array().size(), 3U);
    QCOMPARE(programs.json().at("status_checked"), json::Value(false));
    // What is handed around may be the token alone.
    QCOMPARE(run("chain % --jwks %", {chain.section(QLatin1Char(','), 0, 0), keys}).status, 0);
}

void DelegateCommandTest::a_chain_that_is_not_right_is_named_data()
{
    QTest::addColumn<int>("wrong");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("swapped links") << 0 << QByteArray("link 1: ");
    QTest::newRow("a link left out") << 1 << QByteArray("link 1: ");
    QTest::newRow("a changed signature") << 2 << QByteArray("link 2: ");
    QTest::newRow("a changed token") << 3 << QByteArray("access token");
    QTest::newRow("other keys") << 4 << QByteArray("access token");
    QTest::newRow("no chain") << 5 << QByteArray("Delegation-Chain");
}

void DelegateCommandTest::a_chain_that_is_not_right_is_named()
{
    QFETCH(int, wrong);
    QFETCH(QByteArray, says);
    QString keys = fetched("/jwks");
    QStringList parts = run("delegate --name helper --chain % --to third", {delegated("boss", "helper")})
                            .line()
                            .split(QStringLiteral(", "));
    const auto damage = [](QString& part) {
        const qsizetype at = part.size() - 12;
        part[at] = part.at(at) == QLatin1Char('A') ? QLatin1Char('B') : QLatin1Char('A');
    };
    if (wrong == 0)
        parts.swapItemsAt(1, 2);
    else if (wrong == 1)
        parts.removeAt(1);
    else if (wrong == 2)
        damage(parts[2]);
    else if (wrong == 3)
        damage(parts[0]);
    else if (wrong == 5)
        parts = {QStringLiteral("\"a b\"")};
    if (wrong == 4) {
        const auto other = crypto::PrivateKey::generate(crypto::KeyType::P256).value().publicKey();
        keys = written(QString::fromStdString(json::serialize(json::Object{{"keys", json::Array{other.toJwk()}}})));
    }
    const Ran ran = run("chain % --jwks %", {parts.join(QStringLiteral(", ")), keys});
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.err.contains(says), ran.err);
    QVERIFY(ran.out.isEmpty());
}

void DelegateCommandTest::a_stapled_status_tells_of_a_revocation()
{
    const QString chain = delegated("boss", "helper");
    const QString keys = fetched("/jwks");
    const Ran live = run("chain --json % --jwks % --status %", {chain, keys, fetched("/status/0")});
    QVERIFY2(live.status == 0, live.out);
    QCOMPARE(live.json().at("status_checked"), json::Value(true));
    QCOMPARE(run("revoke %", {m_grant}).status, 0);
    const Ran ended = run("chain --json % --jwks % --status %", {chain, keys, fetched("/status/0")});
    QCOMPARE(ended.status, 1);
    QCOMPARE(ended.text("error"), "revoked");
    for (const QString& other : {keys, written(QStringLiteral("a.b.c")), written(chain)})
        QCOMPARE(run("chain % --jwks % --status %", {chain, keys, other}).status, 1);
    m_program.reset();
}

void DelegateCommandTest::grants_are_printed_as_a_tree()
{
    m_program.reset();
    init();
    QCOMPARE(run("ask --name helper --chain %", {delegated("boss", "helper")}).status, 0);
    const Ran listed = run("grants");
    QVERIFY2(listed.out.contains("└ helper"), listed.out);
    QVERIFY(listed.out.contains("0 of 200 uses"));
    QVERIFY(listed.out.indexOf("boss") < listed.out.indexOf("└ helper"));
    const json::Array grants = run("grants --json").json().at("grants").as_array();
    QCOMPARE(grants.size(), 2U);
    QCOMPARE(run("revoke %", {m_grant}).status, 0);
    QVERIFY(run("grants").out.startsWith("No grants."));
    QVERIFY(run("grants --all").out.contains("ancestor_ended"));
    m_program.reset();
}

QTEST_GUILESS_MAIN(DelegateCommandTest)
#include "tst_delegate_command.moc"
