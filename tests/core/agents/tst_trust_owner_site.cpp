// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/trust_owner_site.h"

#include "core/agents/trust_round.h"
#include "core/agents/trust_service.h"

#include "tests/core/agents/trust_peer.h"
#include "tests/core/agents/trust_samples.h"

#include <QFile>
#include <QProcess>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;
using namespace std::chrono_literals;

namespace {

json::Object documentOf(const std::string& did, const crypto::PublicKey& key)
{
    return {{"id", did},
        {"verificationMethod",
            json::Array{json::Object{{"id", did + "#1"}, {"publicKeyJwk", newKey().publicKey().toJwk()}},
                json::Object{{"id", did + "#2"}, {"publicKeyJwk", key.toJwk()}}}}};
}

outbound::Answer answerOf(const json::Value& document)
{
    return {200, "application/did+json", json::serialize(document)};
}

/// Says so of every agent, at once.
class OwnedByAcme final : public TrustProvider {
public:
    void ask(const TrustQuestion&, Done done) override
    {
        TrustStatement said{.source = TrustSource::Token, .distrust = Distrust::None};
        said.claims.level = TrustLevel::L3;
        said.claims.owner = "did:web:acme.example";
        said.validUntil = kTrustNow + 1h;
        done(std::move(said));
    }
};

/// What the service says of this, with the event loop of the servers running.
TrustEvidence answerFrom(TrustService& service, TrustQuestion question)
{
    auto answer = std::make_shared<std::promise<TrustEvidence>>();
    auto arrived = answer->get_future();
    service.ask(std::move(question), [answer](TrustEvidence evidence) { answer->set_value(std::move(evidence)); });
    while (arrived.wait_for(0ms) != std::future_status::ready)
        QTest::qWait(2);
    return arrived.get();
}

/// A site with a certificate for localhost that this process trusts, as an owner's would be trusted.
class Site {
public:
    Site()
    {
        const QString key = m_folder.filePath(QStringLiteral("key.pem"));
        const QString certificate = m_folder.filePath(QStringLiteral("certificate.pem"));
        QStringList arguments = QStringLiteral("req -x509 -newkey rsa:2048 -nodes -quiet -days 1 -subj /CN=localhost "
                                               "-addext subjectAltName=DNS:localhost")
                                    .split(QLatin1Char(' '));
        arguments << QStringLiteral("-keyout") << key << QStringLiteral("-out") << certificate;
        if (QProcess::execute(QStringLiteral("openssl"), arguments) != 0)
            qFatal("no certificate");
        QFile keyFile(key);
        if (!keyFile.open(QIODevice::ReadOnly))
            qFatal("no key");
        QSslConfiguration ours = QSslConfiguration::defaultConfiguration();
        ours.addCaCertificates(QSslCertificate::fromPath(certificate));
        QSslConfiguration::setDefaultConfiguration(ours);
        ours.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
        ours.setLocalCertificateChain(QSslCertificate::fromPath(certificate));
        m_server.setSslConfiguration(ours);
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("no port");
        QObject::connect(&m_server, &QTcpServer::pendingConnectionAvailable, &m_server, [this] {
            QTcpSocket* socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                heard += socket->readAll();
                if (!heard.endsWith("\r\n\r\n"))
                    return;
                if (way == Way::Slow)
                    return;
                socket->write("HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\n" + more
                    + "Content-Length: " + QByteArray::number(says.size()) + "\r\n\r\n");
                socket->write(way == Way::CutOff ? says.first(says.size() / 2) : says);
                socket->disconnectFromHost();
            });
        });
    }

    [[nodiscard]] std::string did() const
    {
        return "did:web:localhost%3A" + std::to_string(m_server.serverPort()) + ":agents";
    }

    enum class Way : std::uint8_t { Right, Slow, CutOff } way = Way::Right;
    QByteArray status = "200 OK";
    QByteArray contentType = "application/did+json";
    QByteArray more; ///< header lines, each with its end
    QByteArray says;
    QByteArray heard;

private:
    QTemporaryDir m_folder;
    QSslServer m_server;
};

} // namespace

class TestTrustOwnerSite : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_did_names_a_document_data()
    {
        QTest::addColumn<QString>("url");
        const auto row = [](const char* did, const char* url) { QTest::newRow(did) << QString::fromLatin1(url); };
        row("did:web:acme.example", "https://acme.example/.well-known/did.json");
        row("did:web:a-b.example:agents:pay_1.x", "https://a-b.example/agents/pay_1.x/did.json");
        row("did:web:acme.example%3A8443", "https://acme.example:8443/.well-known/did.json");
        row("did:web:acme.example%3a8443:a", "https://acme.example:8443/a/did.json");
        for (const char* did : {"", "did:web:", "did:key:z6Mk", "DID:web:acme.example",
                 "did:web:acme.example:", "did:web::a", "did:web:acme.example:..:a", "did:web:acme.example:.",
                 "did:web:acme.example:a%2Fb", "did:web:acme.example/a", "did:web:acme.example?x",
                 "did:web:acme.example#1", "did:web:user@acme.example", "did:web:127.0.0.1", "did:web:[::1]",
                 "did:web:10.1", "did:web:acme.example%3A0", "did:web:acme.example%3A65536", "did:web:acme.example%3A",
                 "did:web:acme.example%3A80%3A81", "did:web:acme.example%2Fa", "did:web:acme..example",
                 "did:web:.example", "did:web:-a.example", "did:web:ACME.example", "did:web:acme.example:a b",
                 "did:web:\xc3\xa4.example"})
            row(did, "");
    }
    void a_did_names_a_document()
    {
        QFETCH(QString, url);
        const auto found = didWebUrl(QTest::currentDataTag());
        QCOMPARE(QString::fromStdString(found.value_or(std::string())), url);
    }

    void a_document_names_keys()
    {
        const auto key = newKey().publicKey();
        const std::string did = "did:web:acme.example";
        const json::Object document = documentOf(did, key);
        QCOMPARE(*ownerProofIn(answerOf(document), did, key.thumbprint()), OwnerProof::Confirmed);
        QCOMPARE(*ownerProofIn(answerOf(document), did, newKey().publicKey().thumbprint()), OwnerProof::NotConfirmed);
        QCOMPARE(*ownerProofIn(answerOf(without(document, "verificationMethod")), did, key.thumbprint()),
            OwnerProof::NotConfirmed);
        QVERIFY(!ownerProofIn(answerOf(document), "did:web:other.example", key.thumbprint()));
        QVERIFY(!ownerProofIn(answerOf(without(document, "id")), did, key.thumbprint()));
        QVERIFY(!ownerProofIn(answerOf(json::Array{document}), did, key.thumbprint()));
        QVERIFY(!ownerProofIn({404, "application/json", json::serialize(document)}, did, key.thumbprint()));
        QVERIFY(!ownerProofIn({200, "text/html", json::serialize(document)}, did, key.thumbprint()));
        for (const json::Value& methods : std::initializer_list<json::Value>{json::Array{}, json::Array{1, nullptr},
                 "x", json::Array{json::Object{{"publicKeyJwk", "x"}}},
                 json::Array{json::Object{{"publicKeyMultibase", "z6"}}}})
            QCOMPARE(*ownerProofIn(answerOf(with(document, "verificationMethod", methods)), did, key.thumbprint()),
                OwnerProof::NotConfirmed);
    }

    void the_owner_s_site_is_asked_once_a_token_of_a_configured_issuer_names_it_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<OwnerProof>("expected");
        QTest::newRow("all is right") << QStringLiteral("right") << OwnerProof::Confirmed;
        QTest::newRow("another key") << QStringLiteral("key") << OwnerProof::NotConfirmed;
        QTest::newRow("a forged token") << QStringLiteral("forged") << OwnerProof::NotChecked;
        QTest::newRow("an unproven key") << QStringLiteral("unproven") << OwnerProof::NotChecked;
        QTest::newRow("not wished") << QStringLiteral("off") << OwnerProof::NotChecked;
        QTest::newRow("no public address") << QStringLiteral("public") << OwnerProof::NotConfirmed;
    }
    void the_owner_s_site_is_asked_once_a_token_of_a_configured_issuer_names_it()
    {
        QFETCH(QString, what);
        QFETCH(OwnerProof, expected);
        Site site;
        TrustPeer peer;
        const ManualClock clock{kTrustNow};
        const auto issuer = newKey();
        const auto agent = newKey();
        const auto named = what == QLatin1String("key") ? newKey() : agent;
        site.says = QByteArray::fromStdString(json::serialize(documentOf(site.did(), named.publicKey())));
        peer.pages["/keys"] = {.body = keySetOf(issuer.publicKey())};
        TrustSettings settings;
        settings.issuers = {
            {.issuer = peer.url(), .keysUrl = peer.url() + "/keys", .reach = outbound::Reach::Anywhere}};
        if (what != QLatin1String("off"))
            settings.ownerSites = what == QLatin1String("public") ? outbound::Reach::Public : outbound::Reach::Anywhere;
        TrustService service(settings, kOurIssuer, clock);
        const json::Object claims = with(rightClaims(peer.url(), agent.publicKey()), "agent_owner", site.did());
        const TrustEvidence evidence = answerFrom(service,
            {.agent = {"agent"},
                .key = agent.publicKey(),
                .token = signToken(claims, what == QLatin1String("forged") ? newKey() : issuer),
                .proof = what == QLatin1String("unproven") ? KeyProof::Unproven : KeyProof::Proven});
        QCOMPARE(evidence.ownerProof, expected);
        const bool isBelieved = what != QLatin1String("forged") && what != QLatin1String("unproven");
        QCOMPARE(evidence.level,
            isBelieved ? TrustLevel::L3 : TrustLevel::L0); // the owner's site gives no level and takes none
        QCOMPARE(site.heard.startsWith("GET /agents/did.json "),
            expected == OwnerProof::Confirmed || what == QLatin1String("key"));
    }

    void a_site_that_fails_confirms_nothing_and_takes_nothing_away_data()
    {
        QTest::addColumn<QString>("how");
        for (const char* how :
            {"slow", "huge", "redirect", "html", "text", "error", "cut off", "not there", "at the limit"})
            QTest::newRow(how) << QString::fromLatin1(how);
    }
    void a_site_that_fails_confirms_nothing_and_takes_nothing_away()
    {
        QFETCH(QString, how);
        Site site;
        Site other; // has what the site would have said rightly
        TrustPeer peer;
        const ManualClock clock{kTrustNow};
        const auto issuer = newKey();
        const auto agent = newKey();
        std::string did = site.did();
        const std::string right = json::serialize(documentOf(did, agent.publicKey()));
        site.says = other.says = QByteArray::fromStdString(right);
        if (how == QLatin1String("slow"))
            site.way = Site::Way::Slow;
        else if (how == QLatin1String("huge") || how == QLatin1String("at the limit"))
            site.says.append(
                static_cast<qsizetype>(kMaxProviderAnswer - right.size() + (how == QLatin1String("huge") ? 1 : 0)),
                ' ');
        else if (how == QLatin1String("html"))
            site.contentType = "text/html";
        else if (how == QLatin1String("text"))
            site.contentType = "text/plain; charset=application/json";
        else if (how == QLatin1String("error"))
            site.status = "503 Service Unavailable";
        else if (how == QLatin1String("cut off"))
            site.way = Site::Way::CutOff;
        else if (how == QLatin1String("not there"))
            did = "did:web:localhost%3A1:agents"; // tcpmux, which nobody has
        else {
            site.status = "302 Found";
            site.more = "Location: " + QByteArray::fromStdString(*didWebUrl(other.did())) + "\r\n";
        }
        peer.pages["/keys"] = {.body = keySetOf(issuer.publicKey())};
        TrustSettings settings;
        settings.issuers = {
            {.issuer = peer.url(), .keysUrl = peer.url() + "/keys", .reach = outbound::Reach::Anywhere}};
        settings.ownerSites = outbound::Reach::Anywhere;
        TrustService service(settings, kOurIssuer, clock);
        const TrustEvidence evidence = answerFrom(service,
            {.agent = {"agent"},
                .key = agent.publicKey(),
                .token = signToken(with(rightClaims(peer.url(), agent.publicKey()), "agent_owner", did), issuer),
                .proof = KeyProof::Proven});
        QCOMPARE(evidence.ownerProof,
            how == QLatin1String("at the limit") ? OwnerProof::Confirmed : OwnerProof::NotConfirmed);
        QCOMPARE(evidence.level, TrustLevel::L3);
        QCOMPARE(site.heard.isEmpty(), how == QLatin1String("not there"));
        QVERIFY(other.heard.isEmpty());
    }

    void a_round_does_not_wait_longer_for_a_site_than_it_may()
    {
        const ManualClock clock{kTrustNow};
        const auto agent = newKey();
        TrustSources sources;
        sources.providers.push_back(std::make_unique<OwnedByAcme>());
        int asked = 0;
        sources.ownerSite.emplace(outbound::Reach::Anywhere, [&](const outbound::Request&, auto) { ++asked; });
        std::optional<TrustEvidence> evidence;
        TrustRound round(sources, clock, {.agent = {"agent"}, .key = agent.publicKey(), .proof = KeyProof::Proven},
            [&](TrustEvidence said) { evidence = std::move(said); });
        round.start();
        QCOMPARE(asked, 1);
        QVERIFY(!evidence);
        QTRY_VERIFY_WITH_TIMEOUT(evidence.has_value(), 2 * kTrustLimit);
        QCOMPARE(evidence->ownerProof, OwnerProof::NotChecked); // nobody knows
        QCOMPARE(evidence->level, TrustLevel::L3);
    }
};

QTEST_GUILESS_MAIN(TestTrustOwnerSite)
#include "tst_trust_owner_site.moc"
