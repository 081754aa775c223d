// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A request handed to an API without a server around it.
#pragma once

#include "core/server/http/message.h"
#include "tests/support/authority_fixture.h"

#include <QtGlobal>

#include <future>
#include <memory>
#include <utility>

namespace countersign::testing {

/// What the handler answers, on whatever thread; it must come in time.
inline server::HttpResponse handled(const server::Handler& handler, server::HttpRequest request)
{
    auto promise = std::make_shared<std::promise<server::HttpResponse>>();
    auto answer = promise->get_future();
    handler(std::move(request), [promise](server::HttpResponse response) { promise->set_value(std::move(response)); });
    if (answer.wait_for(kAnswerLimit) != std::future_status::ready)
        qFatal("no answer in time");
    return answer.get();
}

} // namespace countersign::testing
