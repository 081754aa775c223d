// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/outbound/exchange.h"

#include "core/base/try.h"

#include <QNetworkAccessManager>
#include <QNetworkRequest>

#include <algorithm>
#include <utility>

namespace countersign::outbound {

namespace {

Result<QUrl> urlOf(const Request& request)
{
    const QUrl url(QString::fromStdString(request.url), QUrl::StrictMode);
    const bool isPlain = url.scheme() == QLatin1String("http");
    if (!url.isValid() || url.host().isEmpty() || (!isPlain && url.scheme() != QLatin1String("https")))
        return fail(ErrorCode::InvalidInput, "This is no https URL: " + request.url);
    if (!url.userInfo().isEmpty() || url.hasFragment())
        return fail(ErrorCode::InvalidInput, "A URL to connect to has no user and no fragment: " + request.url);
    return url;
}

QNetworkRequest pinned(const QUrl& url, const QHostAddress& address)
{
    QUrl there = url;
    there.setHost(address.toString());
    QNetworkRequest request(there);
    request.setPeerVerifyName(url.host());
    request.setRawHeader("Host", url.authority(QUrl::FullyEncoded).toUtf8());
    request.setRawHeader("Accept-Encoding", "identity");
    request.setRawHeader("Connection", "close");
    request.setRawHeader("User-Agent", "Countersign");
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    return request;
}

ErrorCode codeOf(QNetworkReply::NetworkError error)
{
    return error == QNetworkReply::SslHandshakeFailedError ? ErrorCode::BadSignature
                                                           : ErrorCode::TemporarilyUnavailable;
}

} // namespace

Exchange::Exchange(QNetworkAccessManager& network, Request request, Outbound::Done done)
    : m_network(network), m_request(std::move(request)), m_done(std::move(done))
{
}

Exchange::~Exchange()
{
    if (m_lookup >= 0)
        QHostInfo::abortHostLookup(m_lookup);
    answer(fail(ErrorCode::Cancelled, "The connection to " + m_request.url + " was given up."));
}

void Exchange::start()
{
    auto url = urlOf(m_request);
    if (!url)
        return answer(std::unexpected(url.error()));
    m_url = *std::move(url);
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this,
        [this] { answer(fail(ErrorCode::TemporarilyUnavailable, m_request.url + " did not answer in time.")); });
    m_limit.start(std::min(m_request.limit, kLongestLimit));
    if (const QHostAddress literal(m_url.host()); !literal.isNull())
        return connectTo(literal);
    m_lookup = QHostInfo::lookupHost(m_url.host(), this, [this](const QHostInfo& host) { resolved(host); });
}

void Exchange::resolved(const QHostInfo& host)
{
    m_lookup = -1;
    if (!m_done)
        return;
    const QList<QHostAddress> addresses = host.addresses();
    if (addresses.isEmpty())
        return answer(fail(ErrorCode::NotFound, "There is no " + m_url.host().toStdString() + " in the network."));
    // One that is not public among them is reason enough: which one is connected to must not be up to whoever answers.
    const auto hidden = std::ranges::find_if_not(addresses, isPublic);
    connectTo(hidden == addresses.end() ? addresses.constFirst() : *hidden);
}

void Exchange::connectTo(const QHostAddress& address)
{
    if (m_request.reach == Reach::Public && !isPublic(address))
        return answer(fail(ErrorCode::AccessDenied,
            m_request.url + " is at " + address.toString().toStdString() + ", which is no public address."));
    if (m_url.scheme() == QLatin1String("http") && !address.isLoopback())
        return answer(fail(ErrorCode::AccessDenied, "Only https leaves this machine: " + m_request.url));
    QNetworkRequest request = pinned(m_url, address);
    if (m_request.body.empty()) {
        m_reply = m_network.get(request);
    } else {
        request.setRawHeader("Content-Type", QByteArray::fromStdString(m_request.contentType));
        m_reply = m_network.post(request, QByteArray::fromStdString(m_request.body));
    }
    m_reply->setParent(this);
    connect(m_reply, &QNetworkReply::readyRead, this, &Exchange::read);
    connect(m_reply, &QNetworkReply::finished, this, &Exchange::ended);
}

void Exchange::read()
{
    if (!m_done)
        return;
    const QByteArray bytes = m_reply->readAll();
    if (m_body.size() + static_cast<std::size_t>(bytes.size()) > m_request.maxBytes)
        return answer(fail(ErrorCode::TooLarge,
            m_request.url + " answered more than " + std::to_string(m_request.maxBytes) + " bytes."));
    m_body.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

void Exchange::ended()
{
    read();
    if (!m_done)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    // An error status is an answer; an error without one, or in the middle of a good one, is none.
    const bool brokenOff = m_reply->error() != QNetworkReply::NoError && status < 400;
    if (status == 0 || brokenOff)
        return answer(
            fail(codeOf(m_reply->error()), m_request.url + ": " + m_reply->errorString().toStdString() + "."));
    if (status >= 300 && status < 400)
        return answer(
            fail(ErrorCode::NotSupported, m_request.url + " sends us elsewhere; redirects are not followed."));
    answer(Answer{status, m_reply->rawHeader("Content-Type").toStdString(), std::move(m_body),
        m_reply->rawHeader("Cache-Control").toStdString()});
}

void Exchange::answer(Result<Answer> result)
{
    if (!m_done)
        return;
    auto done = std::exchange(m_done, nullptr);
    m_limit.stop();
    if (m_reply != nullptr && !m_reply->isFinished())
        m_reply->abort();
    done(std::move(result));
    deleteLater();
}

} // namespace countersign::outbound
