// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Calls of the person's desk, waited for.
#pragma once

#include "core/authority/person_desk.h"

#include <QSignalSpy>
#include <QTest>

#include <optional>

namespace countersign::testing {

using authority::PersonDesk;

template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Internal : result.error().code;
}

/// Waits for a Done<T>, with the event loop running.
template <typename T, typename Call> Result<T> await(Call call)
{
    std::optional<Result<T>> answer;
    call([&answer](Result<T> result) { answer = std::move(result); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 20'000))
        return fail(ErrorCode::Internal, "no answer in time");
    return *answer;
}

inline void waitUntilReady(PersonDesk& desk)
{
    QSignalSpy ready(&desk, &PersonDesk::ready);
    QVERIFY(ready.wait(20'000));
}

} // namespace countersign::testing
