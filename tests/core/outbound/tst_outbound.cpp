// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outbound/outbound.h"

#include <QFile>
#include <QProcess>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace countersign;
using namespace countersign::outbound;
using namespace std::chrono_literals;

namespace {

/// Says the same to whoever connects, once it has heard a whole header; nothing where there is nothing to say.
class Peer {
public:
    explicit Peer(QByteArray says, std::unique_ptr<QTcpServer> server = std::make_unique<QTcpServer>())
        : m_server(std::move(server)), m_says(std::move(says))
    {
        if (!m_server->listen(QHostAddress::LocalHost))
            qFatal("no port");
        QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(), [this] {
            QTcpSocket* socket = m_server->nextPendingConnection();
            ++connections;
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                heard += socket->readAll();
                if (!heard.contains("\r\n\r\n") || m_says.isEmpty())
                    return;
                socket->write(m_says);
                socket->disconnectFromHost();
            });
        });
    }

    [[nodiscard]] std::string url(const char* scheme = "http", const char* host = "127.0.0.1") const
    {
        return std::string(scheme) + "://" + host + ":" + std::to_string(m_server->serverPort()) + "/add";
    }

    int connections = 0;
    QByteArray heard;

private:
    std::unique_ptr<QTcpServer> m_server;
    QByteArray m_says;
};

Result<Answer> ask(Outbound& outbound, Request request)
{
    std::promise<Result<Answer>> promise;
    auto answer = promise.get_future();
    outbound.send(std::move(request), [&](Result<Answer> result) { promise.set_value(std::move(result)); });
    while (answer.wait_for(0ms) != std::future_status::ready)
        QTest::qWait(5);
    return answer.get();
}

Request within(const std::string& url)
{
    return {.url = url, .reach = Reach::Anywhere};
}

ErrorCode codeOf(const Result<Answer>& answer)
{
    return answer ? ErrorCode::Internal : answer.error().code;
}

QByteArray page(const QByteArray& body, const QByteArray& status = "200 OK", const QByteArray& more = {})
{
    return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\n" + more
        + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

} // namespace

class TestOutbound : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_answer_comes_back_as_it_was_sent()
    {
        Outbound outbound;
        const Peer peer(page("hello"));
        const auto answer = ask(outbound, within(peer.url()));
        QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
        QCOMPARE(answer->status, 200);
        QCOMPARE(answer->contentType, std::string("text/plain"));
        QCOMPARE(answer->body, std::string("hello"));
        QVERIFY(peer.heard.startsWith("GET /add HTTP/1.1\r\n"));
    }

    void what_is_posted_goes_to_the_name_that_was_meant()
    {
        Outbound outbound;
        const Peer peer(page("no", "409 Conflict"));
        Request request = within(peer.url("http", "localhost"));
        request.body = "old 3\n";
        request.contentType = "text/plain";
        const auto answer = ask(outbound, request);
        QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
        QCOMPARE(answer->status, 409);
        QCOMPARE(answer->body, std::string("no"));
        QVERIFY(peer.heard.startsWith("POST /add HTTP/1.1\r\n"));
        QVERIFY(peer.heard.toLower().contains("\r\nhost: localhost:"));
        QVERIFY(peer.heard.endsWith("\r\n\r\nold 3\n"));
        QVERIFY(!peer.heard.toLower().contains("\r\ncookie:"));
        QCOMPARE(peer.connections, 1);
    }

    void who_closes_without_an_answer_has_given_none()
    {
        Outbound outbound;
        const Peer peer("\r\n"); // and then it closes
        Request request = within(peer.url());
        request.body = "again";
        request.contentType = "text/plain";
        QCOMPARE(codeOf(ask(outbound, request)), ErrorCode::TemporarilyUnavailable);
    }

    void an_answer_that_breaks_off_is_none()
    {
        Outbound outbound;
        const Peer peer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        QCOMPARE(codeOf(ask(outbound, within(peer.url()))), ErrorCode::TemporarilyUnavailable);
    }

    void redirects_are_not_followed()
    {
        Outbound outbound;
        const Peer other(page("secret"));
        const Peer peer(page("", "302 Found", "Location: " + QByteArray::fromStdString(other.url()) + "\r\n"));
        QCOMPARE(codeOf(ask(outbound, within(peer.url()))), ErrorCode::NotSupported);
        QCOMPARE(other.connections, 0);
    }

    void cookies_are_not_kept()
    {
        Outbound outbound;
        Peer peer(page("", "200 OK", "Set-Cookie: a=b\r\n"));
        QVERIFY(ask(outbound, within(peer.url())));
        peer.heard.clear();
        QVERIFY(ask(outbound, within(peer.url())));
        QVERIFY(!peer.heard.toLower().contains("cookie"));
    }

    void an_answer_is_bounded_in_size_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("below") << 999;
        QTest::newRow("at") << 1000;
        QTest::newRow("above") << 1001;
    }
    void an_answer_is_bounded_in_size()
    {
        QFETCH(int, size);
        Outbound outbound;
        const Peer peer(page(QByteArray(size, 'x')));
        Request request = within(peer.url());
        request.maxBytes = 1000;
        const auto answer = ask(outbound, request);
        if (size > 1000)
            QCOMPARE(codeOf(answer), ErrorCode::TooLarge);
        else
            QCOMPARE(answer->body.size(), static_cast<std::size_t>(size));
    }

    void who_says_nothing_is_not_waited_for()
    {
        Outbound outbound;
        const Peer peer("");
        Request request = within(peer.url());
        request.limit = 150ms;
        QCOMPARE(codeOf(ask(outbound, request)), ErrorCode::TemporarilyUnavailable);
        QCOMPARE(peer.connections, 1);
    }

    void addresses_that_are_not_public_need_a_word_of_the_person()
    {
        Outbound outbound;
        const Peer peer(page("hello"));
        for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"}) {
            Request request = within(peer.url("http", host));
            request.reach = Reach::Public;
            const ErrorCode code = codeOf(ask(outbound, request));
            QVERIFY2(code == ErrorCode::AccessDenied || code == ErrorCode::NotFound, host);
        }
        QCOMPARE(peer.connections, 0);
    }

    void what_leaves_the_machine_is_encrypted()
    {
        Outbound outbound;
        QCOMPARE(codeOf(ask(outbound, within("http://192.0.2.1/"))), ErrorCode::AccessDenied);
    }

    void a_url_is_a_plain_https_one_data()
    {
        QTest::addColumn<QString>("url");
        for (const char* url : {"", "x", "ftp://a.example/", "file:///etc/passwd", "https://", "https://u@a.example/",
                 "https://u:p@a.example/", "https://a.example/#f", "//a.example/", "javascript:1"})
            QTest::newRow(url) << QString::fromLatin1(url);
    }
    void a_url_is_a_plain_https_one()
    {
        QFETCH(QString, url);
        Outbound outbound;
        QCOMPARE(codeOf(ask(outbound, within(url.toStdString()))), ErrorCode::InvalidInput);
    }

    void a_certificate_that_nobody_vouches_for_is_refused()
    {
        const QTemporaryDir folder;
        const QString key = folder.filePath(QStringLiteral("key.pem"));
        const QString certificate = folder.filePath(QStringLiteral("certificate.pem"));
        const QString subject = QStringLiteral("/CN=localhost");
        QCOMPARE(QProcess::execute(QStringLiteral("openssl"),
                     {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                         QStringLiteral("rsa:2048"), QStringLiteral("-nodes"), QStringLiteral("-keyout"), key,
                         QStringLiteral("-quiet"), QStringLiteral("-out"), certificate, QStringLiteral("-days"),
                         QStringLiteral("1"), QStringLiteral("-subj"), subject}),
            0);
        auto server = std::make_unique<QSslServer>();
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        QFile keyFile(key);
        QVERIFY(keyFile.open(QIODevice::ReadOnly));
        configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Rsa));
        configuration.setLocalCertificateChain(QSslCertificate::fromPath(certificate));
        server->setSslConfiguration(configuration);
        const Peer peer(page("hello"), std::move(server));
        Outbound outbound;
        QCOMPARE(codeOf(ask(outbound, within(peer.url("https", "localhost")))), ErrorCode::BadSignature);
        QVERIFY(peer.heard.isEmpty());
    }

    void what_is_under_way_at_the_end_is_answered()
    {
        const Peer peer("");
        std::optional<Result<Answer>> answer;
        {
            Outbound outbound;
            outbound.send(within(peer.url()), [&](Result<Answer> result) { answer = std::move(result); });
            QTRY_COMPARE(peer.connections, 1);
        }
        QVERIFY(answer);
        QCOMPARE(codeOf(*answer), ErrorCode::Cancelled);
    }

    void only_addresses_that_everybody_reaches_are_public_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("expected");
        for (const char* address : {"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255",
                 "172.32.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2400::1"})
            QTest::newRow(address) << QString::fromLatin1(address) << true;
        for (const char* address :
            {"0.0.0.0", "10.0.0.1", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
                "172.16.0.0", "172.31.255.255", "192.168.1.1", "198.18.0.1", "198.19.255.255", "224.0.0.1",
                "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
                "2002:7f00:1::", "2001:db8::1", "fd00::1", "fe80::1", "fe80::1%1", "ff02::1"})
            QTest::newRow(address) << QString::fromLatin1(address) << false;
    }
    void only_addresses_that_everybody_reaches_are_public()
    {
        QFETCH(QString, address);
        QFETCH(bool, expected);
        QCOMPARE(isPublic(QHostAddress(address)), expected);
    }
};

QTEST_GUILESS_MAIN(TestOutbound)
#include "tst_outbound.moc"
