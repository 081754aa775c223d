// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/store/database.h"

#include "core/store/database_data.h"

#include <sqlite3.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace countersign::store {

void FinishStatement::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

Result<void> Database::Data::make()
{
    for (const char* suffix : {"-wal", "-journal"}) {
        const auto left = folder.presence(QByteArray(kDatabaseFile) + suffix);
        if (!left)
            return std::unexpected(left.error());
        if (*left == Presence::Present)
            return fail(ErrorCode::StorageCorrupt,
                "The database is missing, but its journal is there (“" + folder.filePath(kDatabaseFile).toStdString()
                    + suffix
                    + "”). Nothing was changed. Put the database back, or move the folder away to begin anew.");
    }
    // Made under another name and renamed when it is whole, so that an empty or half-made database is always damage.
    folder.discardNewDatabase();
    if (auto created = folder.createFile(kNewDatabaseFile); !created)
        return created;
    {
        const auto made = Connection::open(folder.filePath(kNewDatabaseFile), Access::ReadWrite);
        if (!made)
            return std::unexpected(made.error());
        if (auto done = (*made)->useWriteAheadLog(); !done)
            return done;
        if (auto done = (*made)->migrateTo(kSchemaVersion); !done)
            return done;
    } // closing moves the write-ahead log into the file
    if (auto adopted = folder.adoptNewDatabase(); !adopted)
        return adopted;
    creation = Creation::MadeNow;
    return {};
}

// With a read-only connection: closing a writable one would already change the file.
Result<void> Database::Data::checkPresent() const
{
    const auto reader = Connection::open(folder.filePath(kDatabaseFile), Access::ReadOnly);
    if (!reader)
        return std::unexpected(reader.error());
    return (*reader)->check();
}

Result<void> Database::Data::open()
{
    const auto present = folder.presence(kDatabaseFile);
    if (!present)
        return std::unexpected(present.error());
    if (*present == Presence::Empty)
        return fail(ErrorCode::StorageCorrupt,
            "The database “" + folder.filePath(kDatabaseFile).toStdString()
                + "” is empty. Nothing was changed. Put a copy back, or move the folder away to begin anew.");
    if (access == Access::ReadOnly) {
        if (*present == Presence::Missing)
            return fail(ErrorCode::StorageFailed, "There is no database in “" + folder.path().toStdString() + "” yet.");
    } else if (auto ready = *present == Presence::Missing ? make() : checkPresent(); !ready) {
        return ready;
    }

    auto opened = Connection::open(folder.filePath(kDatabaseFile), access);
    if (!opened)
        return std::unexpected(opened.error());
    connection = std::move(*opened);
    if (access == Access::ReadWrite) {
        if (auto done = connection->useWriteAheadLog(); !done)
            return done;
        return connection->migrateTo(kSchemaVersion);
    }
    const auto version = connection->schemaVersion();
    if (!version)
        return std::unexpected(version.error());
    if (*version != kSchemaVersion)
        return fail(
            ErrorCode::StorageFailed, "The database is of an older version; start Countersign to bring it up to date.");
    return {};
}

IdleStatements& Database::Data::idleFor(std::string_view sql)
{
    const auto known = idleStatements.find(sql);
    return known != idleStatements.end() ? known->second : idleStatements[std::string(sql)];
}

Result<void> Database::Data::control(const char* sql)
{
    if (lost)
        return std::unexpected(*lost);
    if (sqlite3_exec(sqlite(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return std::unexpected(remember(failureOf(sqlite())));
    return {};
}

Error Database::Data::remember(const SqlFailure& failure)
{
    if (inTransaction && !lost && failure.aftermath == Aftermath::TransactionLost)
        lost = failure.error;
    return failure.error;
}

Database::Database(std::unique_ptr<Data> data) : d(std::move(data)) { }

Database::~Database()
{
    rollback();
}

Result<std::unique_ptr<Database>> Database::open(const QString& path, Access access)
{
    auto folder = DataFolder::open(path, access);
    if (!folder)
        return std::unexpected(folder.error());
    if (access == Access::ReadWrite) {
        if (auto locked = folder->lockForWriting(); !locked)
            return std::unexpected(locked.error());
    }
    std::unique_ptr<Data> data(new Data{.folder = std::move(*folder), .access = access});
    auto opened = data->open();
    if (!opened && opened.error().code == ErrorCode::StorageFull && access == Access::ReadWrite) {
        data->folder.releaseReserve(); // a full disk must not keep a person from revoking
        data->connection.reset();
        opened = data->open();
    }
    if (!opened)
        return std::unexpected(opened.error());
    if (access == Access::ReadWrite)
        data->folder.takeReserve();
    return std::unique_ptr<Database>(new Database(std::move(data)));
}

Result<void> Database::begin()
{
    if (d->inTransaction)
        return fail(ErrorCode::Internal, "A transaction is running already.");
    // A reader's transaction is a snapshot; a writer's takes its place in the queue at once.
    auto begun = d->control(d->access == Access::ReadWrite ? "BEGIN IMMEDIATE" : "BEGIN");
    d->inTransaction = begun.has_value();
    return begun;
}

Result<void> Database::commit()
{
    if (!d->inTransaction)
        return fail(ErrorCode::Internal, "No transaction is running.");
    auto done = d->control("COMMIT");
    if (!done)
        rollback();
    d->inTransaction = false;
    return done;
}

void Database::rollback()
{
    if (!d->inTransaction)
        return;
    // Fails where SQLite has rolled back already, and then there is nothing left to do.
    static_cast<void>(d->connection->execute(u"ROLLBACK"_s));
    d->inTransaction = false;
    d->lost.reset();
}

bool Database::inTransaction() const
{
    return d->inTransaction;
}

Result<void> Database::savepoint()
{
    if (!d->inTransaction)
        return fail(ErrorCode::Internal, "No transaction is running.");
    return d->control("SAVEPOINT part");
}

Result<void> Database::releaseSavepoint()
{
    return d->control("RELEASE part");
}

void Database::rollbackToSavepoint()
{
    // Where this fails the transaction is lost, which commit() will say.
    if (d->control("ROLLBACK TO part"))
        static_cast<void>(d->control("RELEASE part"));
    else if (!d->lost)
        d->lost = Error{ErrorCode::StorageFailed, "A part of a transaction could not be undone."};
}

Result<bool> Database::changedByOthers()
{
    // https://sqlite.org/pragma.html#pragma_data_version: commits of this connection don't change it.
    Query query(*this, "PRAGMA data_version");
    const auto known = query.next();
    if (!known)
        return std::unexpected(known.error());
    const std::int64_t version = query.integer(0);
    return std::exchange(d->othersVersion, version).value_or(version) != version;
}

void Database::releaseReserve()
{
    d->folder.releaseReserve();
}

void Database::restoreReserve()
{
    d->folder.takeReserve();
}

QString Database::folder() const
{
    return d->folder.path();
}

bool Database::isNew() const
{
    return d->creation == Creation::MadeNow;
}

} // namespace countersign::store
