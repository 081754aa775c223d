// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/store/connection.h"

#include "core/store/migrations.h"

#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>

#include <sqlite3.h>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace countersign::store {

namespace {

constexpr int kPrimaryMask = 0xff; ///< of a result code (https://sqlite.org/rescode.html)

constexpr auto kOpenOptions = "QSQLITE_BUSY_TIMEOUT=5000;QSQLITE_OPEN_NOFOLLOW"_L1;
constexpr auto kReadOnlyOption = ";QSQLITE_OPEN_READONLY"_L1;

constexpr auto kSettings = std::to_array<const char16_t*>({
    u"PRAGMA synchronous = FULL", // a commit is on the disk when it returns
    u"PRAGMA foreign_keys = ON",
    u"PRAGMA trusted_schema = OFF", // what stands in a file's schema may call no function with effects
    u"PRAGMA cell_size_check = ON",
    u"PRAGMA secure_delete = ON", // what is erased is overwritten
    u"PRAGMA temp_store = MEMORY", // not in files that nobody protects
    u"PRAGMA journal_size_limit = 16777216", // bytes
    u"PRAGMA cache_size = -8192", // KiB: the upper pages of the indexes of a long log stay in memory
});

constexpr const char* kDamaged = "The database is damaged (";
constexpr const char* kWhatToDo =
    "). Nothing was changed. Put a copy of the data folder back, or move the folder away to begin anew without grants.";

std::unexpected<Error> damaged(const std::string& how)
{
    return fail(ErrorCode::StorageCorrupt, kDamaged + how + kWhatToDo);
}

ErrorCode codeOf(int result)
{
    switch (result & kPrimaryMask) {
    case SQLITE_FULL:
        return ErrorCode::StorageFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::StorageCorrupt;
    case SQLITE_IOERR:
        // A quota, or a file that may not grow; without room it is SQLITE_FULL.
        if (result == SQLITE_IOERR_WRITE || result == SQLITE_IOERR_SHMSIZE)
            return ErrorCode::StorageFull;
        return result == SQLITE_IOERR_CORRUPTFS ? ErrorCode::StorageCorrupt : ErrorCode::StorageFailed;
    default:
        return ErrorCode::StorageFailed;
    }
}

std::string sentence(ErrorCode code, const std::string& how)
{
    if (code == ErrorCode::StorageFull)
        return "The database can't be written, the disk is full (" + how + ").";
    if (code == ErrorCode::StorageCorrupt)
        return kDamaged + how + kWhatToDo;
    return "The database can't be used (" + how + ").";
}

SqlFailure failureOf(int result, const std::string& text)
{
    const ErrorCode code = codeOf(result);
    Error error{code, sentence(code, text + ", " + std::to_string(result))};
    switch (result & kPrimaryMask) {
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return {std::move(error), Aftermath::StatementUndone};
    default:
        return {std::move(error), Aftermath::TransactionLost};
    }
}

} // namespace

SqlFailure failureOf(const QSqlError& error)
{
    bool known = false;
    const int result = error.nativeErrorCode().toInt(&known);
    if (!known) // found by Qt before SQLite was asked
        return {{ErrorCode::StorageFailed, sentence(ErrorCode::StorageFailed, error.text().toStdString())},
            Aftermath::StatementUndone};
    return failureOf(result, error.databaseText().toStdString());
}

SqlFailure failureOf(sqlite3* handle)
{
    return failureOf(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

Connection::Connection(const QSqlDatabase& handle) : m_handle(handle) { }

Connection::~Connection()
{
    const QString name = m_handle.connectionName();
    m_handle.close();
    m_handle = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

Result<std::unique_ptr<Connection>> Connection::open(const QString& file, Access access)
{
    std::unique_ptr<Connection> connection(
        new Connection(QSqlDatabase::addDatabase(u"QSQLITE"_s, QUuid::createUuid().toString())));
    QSqlDatabase& handle = connection->m_handle;
    handle.setDatabaseName(file);
    handle.setConnectOptions(access == Access::ReadOnly ? kOpenOptions + kReadOnlyOption : QString(kOpenOptions));
    if (!handle.open())
        return std::unexpected(failureOf(handle.lastError()).error);
    if (auto shared = connection->shareSqlite(); !shared)
        return std::unexpected(shared.error());
    for (const char16_t* setting : kSettings) {
        if (auto done = connection->execute(QString::fromUtf16(setting)); !done)
            return std::unexpected(done.error());
    }
    return connection;
}

/// What Qt's driver opened is used by our own calls too, which is only right where both call the same SQLite.
Result<void> Connection::shareSqlite()
{
    const QVariant driver = m_handle.driver()->handle();
    if (driver.isValid() && qstrcmp(driver.typeName(), "sqlite3*") == 0)
        m_sqlite = *static_cast<sqlite3* const*>(driver.constData());
    const auto source = value(u"SELECT sqlite_source_id()"_s);
    if (!source)
        return std::unexpected(source.error());
    if (m_sqlite == nullptr || source->toString() != QLatin1StringView(sqlite3_sourceid()))
        return fail(ErrorCode::StorageFailed,
            "Qt's driver for SQLite has another SQLite inside than the system's; its package must use the system's.");
    return {};
}

Result<void> Connection::execute(const QString& sql) const
{
    QSqlQuery query(m_handle);
    query.setForwardOnly(true);
    if (!query.exec(sql))
        return std::unexpected(failureOf(query.lastError()).error);
    return {};
}

Result<QVariant> Connection::value(const QString& sql) const
{
    QSqlQuery query(m_handle);
    query.setForwardOnly(true);
    if (!query.exec(sql))
        return std::unexpected(failureOf(query.lastError()).error);
    return query.next() ? query.value(0) : QVariant();
}

Result<void> Connection::useWriteAheadLog() const
{
    const auto mode = value(u"PRAGMA journal_mode = WAL"_s);
    if (!mode)
        return std::unexpected(mode.error());
    if (mode->toString() != "wal"_L1)
        return fail(ErrorCode::StorageFailed, "The file system of the data folder can't hold a write-ahead log.");
    return {};
}

Result<void> Connection::migrateTo(int version) const
{
    auto from = value(u"PRAGMA user_version"_s);
    if (!from)
        return std::unexpected(from.error());
    if (from->toInt() == version)
        return {};
    const auto steps = [&]() -> Result<void> {
        for (int next = from->toInt() + 1; next <= version; ++next) {
            for (const char* statement : migrationTo(next)) {
                if (auto done = execute(QString::fromLatin1(statement)); !done)
                    return done;
            }
        }
        if (auto done = execute(u"PRAGMA application_id = %1"_s.arg(kApplicationId)); !done)
            return done;
        if (auto done = execute(u"PRAGMA user_version = %1"_s.arg(version)); !done)
            return done;
        return execute(u"COMMIT"_s);
    };
    if (auto begun = execute(u"BEGIN IMMEDIATE"_s); !begun)
        return begun;
    auto done = steps();
    if (!done)
        static_cast<void>(execute(u"ROLLBACK"_s)); // the first error is the one to tell
    return done;
}

Result<int> Connection::schemaVersion() const
{
    const auto application = value(u"PRAGMA application_id"_s);
    if (!application)
        return std::unexpected(application.error());
    if (application->toLongLong() != kApplicationId)
        return damaged("the file is not a database of Countersign");
    const auto version = value(u"PRAGMA user_version"_s);
    if (!version)
        return std::unexpected(version.error());
    if (version->toInt() > kSchemaVersion)
        return fail(ErrorCode::StorageNewer,
            "The database was written by a newer Countersign (schema " + std::to_string(version->toInt())
                + "; this one knows up to " + std::to_string(kSchemaVersion) + "). Nothing was changed.");
    return version->toInt();
}

Result<QString> Connection::schemaText() const
{
    QSqlQuery query(m_handle);
    query.setForwardOnly(true);
    if (!query.exec(u"SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"_s))
        return std::unexpected(failureOf(query.lastError()).error);
    QString text;
    while (query.next()) {
        for (int column = 0; column < 4; ++column)
            text += query.value(column).toString() + u'\n';
    }
    if (query.lastError().isValid())
        return std::unexpected(failureOf(query.lastError()).error);
    return text;
}

Result<void> Connection::check() const
{
    const auto version = schemaVersion();
    if (!version)
        return std::unexpected(version.error());
    const auto verdict = value(u"PRAGMA integrity_check(1)"_s);
    if (!verdict)
        return std::unexpected(verdict.error());
    if (verdict->toString() != "ok"_L1)
        return damaged(verdict->toString().simplified().toStdString());

    // A trigger or a view that somebody added could undo a revocation, so the schema must be what the steps make.
    const auto reference = open(u":memory:"_s, Access::ReadWrite);
    if (!reference)
        return std::unexpected(reference.error());
    if (auto made = (*reference)->migrateTo(*version); !made)
        return made;
    const auto expected = (*reference)->schemaText();
    const auto present = schemaText();
    if (!expected || !present)
        return std::unexpected(expected ? present.error() : expected.error());
    if (*expected != *present)
        return damaged("its tables are not those that Countersign makes");
    return {};
}

} // namespace countersign::store
