// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One request on its way: resolves, connects, reads, answers once, and deletes itself. On the outbound thread.
#pragma once

#include "core/outbound/outbound.h"

#include <QHostInfo>
#include <QNetworkReply>
#include <QTimer>
#include <QUrl>

namespace countersign::outbound {

class Exchange final : public QObject {
    Q_OBJECT
public:
    /// `network` outlives it.
    Exchange(QNetworkAccessManager& network, Request request, Outbound::Done done);
    ~Exchange() override; ///< answers Cancelled where nothing was answered yet

    void start();

private:
    void resolved(const QHostInfo& host);
    void connectTo(const QHostAddress& address);
    void read();
    void ended();
    void answer(Result<Answer> result);

    QNetworkAccessManager& m_network;
    Request m_request;
    Outbound::Done m_done; ///< empty: it was answered
    QUrl m_url;
    QTimer m_limit;
    int m_lookup = -1;
    QNetworkReply* m_reply = nullptr;
    std::string m_body;
};

} // namespace countersign::outbound
