// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One connection to SQLite, opened and cared for through Qt Sql, and all that SQLite wants otherwise than PostgreSQL:
// how it is opened, what its errors mean, how it is checked.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <QSqlDatabase>
#include <QString>
#include <QVariant>

#include <cstdint>
#include <memory>

class QSqlError;
struct sqlite3;

namespace countersign::store {

/// What a failed statement leaves of the transaction that it stood in.
enum class Aftermath : std::uint8_t {
    StatementUndone, ///< only the statement had no effect
    TransactionLost, ///< SQLite may have rolled back all of it (https://sqlite.org/lang_transaction.html)
};

struct SqlFailure {
    Error error;
    Aftermath aftermath = Aftermath::TransactionLost;
};

[[nodiscard]] SqlFailure failureOf(const QSqlError& error);
[[nodiscard]] SqlFailure failureOf(sqlite3* handle); ///< of what was called last there

class Connection {
public:
    /// `file`: a canonical path, or ":memory:". With the settings that every connection of ours has.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const QString& file, Access access);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// For what runs often: a statement by Qt costs several times what it costs by SQLite. (QSqlDriver::handle())
    [[nodiscard]] sqlite3* sqlite() const { return m_sqlite; }
    [[nodiscard]] Result<void> execute(const QString& sql) const;
    [[nodiscard]] Result<QVariant> value(const QString& sql) const; ///< the first column of the first row

    /// Sets write-ahead logging, for good. Error: StorageFailed where the file system can't.
    [[nodiscard]] Result<void> useWriteAheadLog() const;
    /// Brings the schema from what it is to `version`, in one transaction.
    [[nodiscard]] Result<void> migrateTo(int version) const;
    /// The schema's version. Error: StorageCorrupt when this is no database of ours, StorageNewer.
    [[nodiscard]] Result<int> schemaVersion() const;
    /// Reads all of it: pages, rows, indexes, and that the schema is exactly ours, with nothing added. Changes nothing.
    /// Error: StorageCorrupt.
    [[nodiscard]] Result<void> check() const;

private:
    explicit Connection(const QSqlDatabase& handle);
    [[nodiscard]] Result<void> shareSqlite();
    [[nodiscard]] Result<QString> schemaText() const;

    QSqlDatabase m_handle;
    sqlite3* m_sqlite = nullptr;
};

} // namespace countersign::store
