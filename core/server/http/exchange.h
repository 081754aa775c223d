// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The place where one request's answer is left by any thread and picked up by the connection. It outlives both: an
// answer that comes after the connection, or the server, is gone falls on the floor.
#pragma once

#include "core/server/http/message.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace countersign::server {

/// Safe to call from any thread.
class Exchange {
public:
    /// `wake` is called once when the answer is there, with the exchange locked: it must only post.
    explicit Exchange(std::function<void()> wake);

    void answer(HttpResponse answer); ///< the first counts, the rest is dropped
    [[nodiscard]] std::optional<HttpResponse> take();
    void detach(); ///< when this returns, `wake` is not running and is never called again

private:
    std::mutex m_mutex;
    std::function<void()> m_wake;
    std::optional<HttpResponse> m_answer;
    bool m_answered = false;
};

/// What the handler gets. Dropped unanswered, it leaves a 500.
[[nodiscard]] Respond makeRespond(std::shared_ptr<Exchange> exchange);

} // namespace countersign::server
