// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a program of the same user can do to the log without any key, and what is left when the power goes.
#pragma once

#include "core/audit/log.h"
#include "core/store/database.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/must.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <vector>

namespace countersign::testing {

/// Entries in their place, well-formed and signed by nobody. While Countersign is not running, and before the device
/// got another key. `person`: whose log they say that it is; empty: its own.
inline void forgeLeaves(const AuthorityFixture& fixture, UnixSeconds now, const std::vector<audit::LeafDraft>& drafts,
    const Thumbprint& person = {})
{
    const keychain::Identity identity = fixture.identity();
    const auto database = must(store::Database::open(fixture.folder(), store::Access::ReadWrite), "database");
    auto log =
        must(audit::Log::open(*database,
                 {identity.device.publicKey().thumbprint(), person.isEmpty() ? identity.person.thumbprint() : person},
                 identity.log),
            "log");
    must(database->begin(), "begin");
    for (const audit::LeafDraft& draft : drafts)
        must(log.append(draft, now), "append");
    must(database->commit(), "commit");
}

/// The folder as it is on the disk at this moment.
inline void copyFolder(const QString& from, const QString& to)
{
    QDir(to).removeRecursively();
    QVERIFY(QDir().mkpath(to));
    const QFileInfoList files = QDir(from).entryInfoList(QDir::Files | QDir::Hidden);
    for (const QFileInfo& file : files)
        QVERIFY(QFile::copy(file.filePath(), to + u'/' + file.fileName()));
}

} // namespace countersign::testing
