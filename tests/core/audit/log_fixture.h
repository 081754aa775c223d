// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A log in a database on disk, with a key that every run and every process of a test shares.
#pragma once

#include "core/audit/check.h"
#include "core/audit/log.h"
#include "core/store/database.h"

#include <QString>

#include <memory>
#include <string>

namespace countersign::test {

inline const audit::LogOwner kOwner{.device = {"DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD"},
    .person = {"PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"}};

/// RFC 8410: an Ed25519 key as PKCS #8 is 16 fixed bytes and the seed.
inline crypto::PrivateKey logKey(char seed = 'k')
{
    const std::string der("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
    return crypto::PrivateKey::fromPkcs8(crypto::SecretBytes(der + std::string(32, seed))).value();
}

inline audit::CheckExpectation expectation(std::uint64_t anchorSize = 0, const std::string& anchorRoot = {})
{
    return {.origin = "countersign/" + kOwner.device.value,
        .key = logKey().publicKey(),
        .anchorSize = anchorSize,
        .anchorRoot = anchorRoot};
}

/// Leaf number `i` of a test log: four agents, seven grants, five kinds, every third with a private text.
inline audit::LeafDraft draftNumber(int i)
{
    using audit::LeafKind;
    constexpr LeafKind kKinds[] = {LeafKind::RequestReceived, LeafKind::ConsentGiven, LeafKind::TokenIssued,
        LeafKind::GrantHeld, LeafKind::GrantResumed};
    audit::LeafDraft draft{.kind = i == 0 ? LeafKind::LogStarted : kKinds[i % 5]};
    if (i % 4 != 0)
        draft.agent = {"agent-" + std::to_string(i % 4)};
    if (i % 7 != 0)
        draft.grant = {"grant-" + std::to_string(i % 7)};
    draft.claims["number"] = i;
    if (i % 3 == 0)
        draft.privateText = "private text " + std::to_string(i);
    return draft;
}

/// When leaf `i` is written: two a second; every hundredth with the clock set back by a minute.
inline UnixSeconds timeOf(int i)
{
    return {1'767'300'000 + i / 2 - (i % 100 == 99 ? 60 : 0)};
}

struct TestLog {
    std::unique_ptr<store::Database> database;
    audit::Log log;
};

inline Result<TestLog> openLog(const QString& folder)
{
    auto database = store::Database::open(folder, store::Access::ReadWrite);
    if (!database)
        return std::unexpected(database.error());
    auto log = audit::Log::open(**database, kOwner, logKey());
    if (!log)
        return std::unexpected(log.error());
    return TestLog{.database = std::move(*database), .log = std::move(*log)};
}

/// Appends leaves number log.size() … `end` - 1 in transactions of `group`, a checkpoint after each.
inline Result<void> growTo(TestLog& test, int end, int group)
{
    while (static_cast<int>(test.log.size()) < end) {
        if (auto begun = test.database->begin(); !begun)
            return begun;
        for (int i = 0; i < group && static_cast<int>(test.log.size()) < end; ++i) {
            const int number = static_cast<int>(test.log.size());
            if (auto index = test.log.append(draftNumber(number), timeOf(number)); !index)
                return std::unexpected(index.error());
        }
        if (auto checkpoint = test.log.writeCheckpoint(); !checkpoint)
            return std::unexpected(checkpoint.error());
        if (auto committed = test.database->commit(); !committed)
            return committed;
    }
    return {};
}

} // namespace countersign::test
