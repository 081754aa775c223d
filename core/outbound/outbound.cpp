// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/outbound/outbound.h"

#include "core/outbound/exchange.h"

#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QTimer>

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::outbound {

namespace {

struct Block {
    const char* net;
    int bits;
};

// RFC 6890 and its registries: what is not globally reachable, and what hides another address in itself.
constexpr auto kNotPublic = std::to_array<Block>({
    {"0.0.0.0", 8},
    {"10.0.0.0", 8},
    {"100.64.0.0", 10},
    {"127.0.0.0", 8},
    {"169.254.0.0", 16},
    {"172.16.0.0", 12},
    {"192.0.0.0", 24},
    {"192.0.2.0", 24},
    {"192.88.99.0", 24},
    {"192.168.0.0", 16},
    {"198.18.0.0", 15},
    {"198.51.100.0", 24},
    {"203.0.113.0", 24},
    {"224.0.0.0", 4},
    {"240.0.0.0", 4},
    {"::", 96},
    {"64:ff9b::", 96},
    {"64:ff9b:1::", 48},
    {"100::", 64},
    {"2001::", 23},
    {"2001:db8::", 32},
    {"2002::", 16},
    {"3fff::", 20},
    {"5f00::", 16},
    {"fc00::", 7},
    {"fe80::", 10},
    {"fec0::", 10},
    {"ff00::", 8},
});

} // namespace

bool isPublic(const QHostAddress& address)
{
    bool mapped = false;
    const quint32 number = address.toIPv4Address(&mapped); // also of ::ffff:a.b.c.d
    const QHostAddress plain = mapped ? QHostAddress(number) : address;
    return !plain.isNull() && std::ranges::none_of(kNotPublic, [&](const Block& block) {
        return plain.isInSubnet(QHostAddress(QLatin1String(block.net)), block.bits);
    });
}

Outbound::Outbound()
    : m_mailbox(std::make_unique<Mailbox>())
    , m_network(std::make_unique<QNetworkAccessManager>())
    , m_exchanges(std::make_unique<QObject>())
{
    m_network->setProxy(QNetworkProxy::NoProxy);
    m_thread.setObjectName(QStringLiteral("outbound"));
    m_mailbox->moveToThread(&m_thread);
    m_network->moveToThread(&m_thread);
    m_exchanges->moveToThread(&m_thread);
    // finished() is emitted on the thread itself, so they die where they lived.
    const auto end = [this] {
        m_exchanges.reset();
        m_network.reset();
        m_mailbox.reset();
        m_ended.count_down();
    };
    QObject::connect(&m_thread, &QThread::finished, &m_thread, end, Qt::DirectConnection);
    m_thread.start();
}

Outbound::~Outbound()
{
    m_mailbox->post([this] { m_thread.quit(); });
    m_ended.wait();
    m_thread.wait();
}

void Outbound::send(Request request, Done done)
{
    m_mailbox->post([this, request = std::move(request), done = std::move(done)]() mutable {
        auto* exchange = new Exchange(*m_network, std::move(request), std::move(done));
        exchange->setParent(m_exchanges.get());
        exchange->start();
    });
}

void Outbound::after(std::chrono::milliseconds delay, Task task)
{
    m_mailbox->post([this, delay, task = std::make_shared<Task>(std::move(task))] {
        QTimer::singleShot(delay, m_exchanges.get(), [task] { (*task)(); });
    });
}

} // namespace countersign::outbound
