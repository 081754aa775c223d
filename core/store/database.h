// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The database: SQLite through Qt Sql (WAL, synchronous=FULL). One Database is one connection, used on the thread that
// opened it. What differs from PostgreSQL stays inside store/.
#pragma once

#include "core/base/result.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::store {

/// Raise with each migration; a database with a higher one is refused (StorageNewer).
inline constexpr int kSchemaVersion = 6;
inline constexpr std::int64_t kReservedBytes =
    4 * 1024 * 1024; ///< room kept so that a full disk can't stop a revocation

enum class Access : std::uint8_t { ReadWrite, ReadOnly };

class Database {
public:
    /// Opens (and for ReadWrite makes, migrates, checks) `folder`/countersign.sqlite. The folder becomes 0700, files
    /// 0600. Only one ReadWrite at a time on a folder, over all processes (StorageInUse). Errors: StorageCorrupt (the
    /// integrity check failed; nothing is repaired), StorageNewer, StorageFull, StorageFailed.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const QString& folder, Access access);
    ~Database();

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// ReadWrite: BEGIN IMMEDIATE. ReadOnly: everything read until rollback() is of one moment.
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> commit(); ///< durable when it returns; after an error all of it is undone
    void rollback(); ///< without a transaction: nothing
    [[nodiscard]] bool inTransaction() const;
    // An error that may have cost SQLite the whole transaction (a full disk, …) makes every later statement in it, and
    // commit(), fail with the same error until rollback(): nothing is ever written outside of it by accident.
    [[nodiscard]] Result<void> savepoint(); ///< one level inside a transaction
    [[nodiscard]] Result<void> releaseSavepoint();
    void rollbackToSavepoint();

    /// ReadWrite, best inside a transaction, where nobody else can commit: whether another connection has committed
    /// since this was asked last (at first: no). What is written past SQLite, into the file itself, it does not see.
    [[nodiscard]] Result<bool> changedByOthers();

    /// Gives the reserved room to the file system, so that what must be written still fits; taken again by
    /// restoreReserve() when there is room.
    void releaseReserve();
    void restoreReserve();

    [[nodiscard]] QString folder() const;
    [[nodiscard]] bool isNew() const; ///< this open() made it

private:
    friend class Query;
    struct Data;
    explicit Database(std::unique_ptr<Data> data);
    std::unique_ptr<Data> d;
};

/// One prepared statement (cached by its text in the connection). Bind in order, then run() or next(). Binding again
/// after that starts it over with new values. It must go before its Database.
///
///     Query query(db, "SELECT state FROM grants WHERE id = ?");
///     query.bind(id.value);
///     while (TRY(query.next())) …
class Query {
public:
    Query(Database& database, std::string_view sql); ///< `sql`: a literal of ours, never built from outside text
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);
    /// Comes back byte for byte, or is refused by run() and next() with InvalidInput: what is not UTF-8, U+FFFE,
    /// U+FFFF, and a byte order mark at the start. Text that must be kept whatever it is goes into a blob.
    Query& bind(std::string_view text);
    Query& bind(const std::string& text) { return bind(std::string_view(text)); }
    Query& bind(const char* text) { return bind(std::string_view(text)); }
    Query& bind(const std::optional<std::string>& text); ///< nullopt: NULL
    Query& bind(const std::optional<std::int64_t>& value);
    Query& bindBlob(std::string_view bytes);

    [[nodiscard]] Result<void> run(); ///< for statements without rows
    [[nodiscard]] Result<bool> next(); ///< executes at the first call; true: a row is there

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string blob(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(int column) const;
    [[nodiscard]] std::optional<std::string> optionalText(int column) const;
    [[nodiscard]] std::int64_t changedRows() const;

private:
    struct Data;
    std::unique_ptr<Data> d;
};

} // namespace countersign::store
