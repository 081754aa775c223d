// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/exchange.h"

#include "core/server/http/answers.h"

#include <utility>

namespace countersign::server {

namespace {

class Responder {
public:
    explicit Responder(std::shared_ptr<Exchange> exchange) : m_exchange(std::move(exchange)) { }
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&&) = delete;
    ~Responder()
    {
        if (m_exchange)
            m_exchange->answer(errorAnswer(500, "server_error", "The request was not answered."));
    }

    void operator()(HttpResponse answer)
    {
        if (const auto exchange = std::exchange(m_exchange, nullptr))
            exchange->answer(std::move(answer));
    }

private:
    std::shared_ptr<Exchange> m_exchange;
};

} // namespace

Exchange::Exchange(std::function<void()> wake) : m_wake(std::move(wake)) { }

void Exchange::answer(HttpResponse answer)
{
    const std::scoped_lock lock(m_mutex);
    if (std::exchange(m_answered, true))
        return;
    m_answer = std::move(answer);
    if (m_wake)
        m_wake();
}

std::optional<HttpResponse> Exchange::take()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_answer, std::nullopt);
}

void Exchange::detach()
{
    const std::scoped_lock lock(m_mutex);
    m_wake = nullptr;
}

Respond makeRespond(std::shared_ptr<Exchange> exchange)
{
    return Responder(std::move(exchange));
}

} // namespace countersign::server
