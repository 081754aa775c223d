// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one place that opens connections to others. A name is resolved once and the connection goes to that address; it
// must be a public one unless the person allowed others for this URL. https with the system's roots (http only within
// the machine), no redirects, no cookies, no cache, no proxy, no decompression; size and time are bounded. Qt asks
// again, within that time, where a server closes without an answer. Has a thread of its own.
#pragma once

#include "core/base/mailbox.h"
#include "core/base/result.h"

#include <QHostAddress>
#include <QThread>

#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>

class QNetworkAccessManager;

namespace countersign::outbound {

inline constexpr std::chrono::milliseconds kDefaultLimit{2000};
inline constexpr std::chrono::milliseconds kLongestLimit{60'000};
inline constexpr std::size_t kDefaultMaxBytes = 64 * 1024;

/// Which addresses the person allowed for a URL.
enum class Reach : std::uint8_t { Public, Anywhere };

struct Request {
    std::string url;
    std::string body = {}; ///< empty: GET; else POST. What is sent must be safe to send again
    std::string contentType = {};
    Reach reach = Reach::Public;
    std::chrono::milliseconds limit = kDefaultLimit; ///< for all of it, from resolving the name to the last byte
    std::size_t maxBytes = kDefaultMaxBytes; ///< of the answer's body
};

struct Answer {
    int status = 0; ///< any but a redirect
    std::string contentType; ///< as sent
    std::string body;
    std::string cacheControl = {}; ///< as sent
};

/// Whether others than this machine and its networks have this address (IANA's special-purpose registries).
[[nodiscard]] bool isPublic(const QHostAddress& address);

class Outbound {
public:
    Outbound();
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;
    ~Outbound(); ///< cuts what is under way off (Cancelled), joins. From the thread that made it

    /// Errors: InvalidInput (the URL), AccessDenied (an address that is not public), NotFound (the name), TooLarge,
    /// TemporarilyUnavailable (no answer in time, refused, broken off), BadSignature (TLS), NotSupported (a redirect).
    using Done = std::move_only_function<void(Result<Answer>)>;
    void send(Request request, Done done); ///< any thread; `done` is called on the outbound thread

    /// Runs `task` on the outbound thread once that time is over; not at all where this ends before.
    void after(std::chrono::milliseconds delay, Task task); ///< any thread

private:
    QThread m_thread;
    std::unique_ptr<Mailbox> m_mailbox; // this and the next two live on m_thread
    std::unique_ptr<QNetworkAccessManager> m_network;
    std::unique_ptr<QObject> m_exchanges; ///< the parent of what is under way
    std::latch m_ended{1};
};

} // namespace countersign::outbound
