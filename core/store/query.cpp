// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/text_safety.h"
#include "core/store/database.h"
#include "core/store/database_data.h"

#include <sqlite3.h>

#include <cstdint>

namespace countersign::store {

namespace {

enum class Progress : std::uint8_t { Binding, HasRows, Done };

/// Where text becomes UTF-16, SQLite replaces U+FFFE and U+FFFF, and Qt drops a byte order mark at the start.
bool isChangedByStorage(std::string_view utf8)
{
    return utf8.starts_with("\xEF\xBB\xBF") || utf8.contains("\xEF\xBF\xBE") || utf8.contains("\xEF\xBF\xBF");
}

/// A view of nothing has a null pointer, which SQLite would bind as NULL.
const char* startOf(std::string_view bytes)
{
    return bytes.empty() ? "" : bytes.data();
}

} // namespace

struct Query::Data {
    Database::Data& database;
    IdleStatements& idle;
    Statement statement = {};
    std::optional<Error> error = std::nullopt;
    Progress progress = Progress::Binding;
    int bound = 0;
    std::int64_t changed = 0;

    void prepare(std::string_view sql);
    /// Where the next value goes; it is run again, with other values, if it ran before.
    [[nodiscard]] int place();
    void addNull();
    void check(int result);
    [[nodiscard]] Result<bool> step();
    [[nodiscard]] Error failed() { return database.remember(failureOf(database.sqlite())); }
};

void Query::Data::prepare(std::string_view sql)
{
    if (!idle.empty()) {
        statement = std::move(idle.back());
        idle.pop_back();
        return;
    }
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v3(
        database.sqlite(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &prepared, nullptr));
    statement.reset(prepared);
}

int Query::Data::place()
{
    if (progress != Progress::Binding) {
        sqlite3_reset(statement.get()); // what it returns is how the last run ended, which was told
        bound = 0;
        progress = Progress::Binding;
    }
    return ++bound;
}

void Query::Data::addNull()
{
    const int at = place();
    check(sqlite3_bind_null(statement.get(), at));
}

void Query::Data::check(int result)
{
    if (result != SQLITE_OK && !error)
        error = failed();
}

/// Whether there is a row.
Result<bool> Query::Data::step()
{
    if (progress == Progress::Binding) {
        if (database.lost)
            return std::unexpected(*database.lost);
        if (!error && bound != sqlite3_bind_parameter_count(statement.get()))
            error = Error{ErrorCode::StorageFailed, "A statement got too few values, or too many."};
        if (error)
            return std::unexpected(*error);
    }
    const int result = sqlite3_step(statement.get());
    if (result == SQLITE_ROW) {
        progress = Progress::HasRows;
        return true;
    }
    progress = Progress::Done;
    if (result != SQLITE_DONE)
        return std::unexpected(failed());
    changed = sqlite3_changes64(database.sqlite());
    return false;
}

Query::Query(Database& database, std::string_view sql)
    : d(new Data{.database = *database.d, .idle = database.d->idleFor(sql)})
{
    d->prepare(sql);
}

Query::~Query()
{
    if (!d->statement)
        return;
    sqlite3_reset(d->statement.get()); // lets go of what it read
    sqlite3_clear_bindings(d->statement.get());
    d->idle.push_back(std::move(d->statement));
}

Query& Query::bind(std::int64_t value)
{
    const int place = d->place();
    d->check(sqlite3_bind_int64(d->statement.get(), place, value));
    return *this;
}

Query& Query::bind(std::string_view text)
{
    const int place = d->place();
    if (!isValidUtf8(text) || isChangedByStorage(text))
        d->error = Error{ErrorCode::InvalidInput, "A text has characters that can't be stored."};
    else
        d->check(
            sqlite3_bind_text64(d->statement.get(), place, startOf(text), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Query& Query::bind(const std::optional<std::string>& text)
{
    if (text)
        return bind(std::string_view(*text));
    d->addNull();
    return *this;
}

Query& Query::bind(const std::optional<std::int64_t>& value)
{
    if (value)
        return bind(*value);
    d->addNull();
    return *this;
}

Query& Query::bindBlob(std::string_view bytes)
{
    const int place = d->place();
    d->check(sqlite3_bind_blob64(d->statement.get(), place, startOf(bytes), bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Result<void> Query::run()
{
    d->progress = Progress::Binding; // also again, with the same values
    const auto stepped = d->step();
    sqlite3_reset(d->statement.get());
    d->progress = Progress::Done;
    if (!stepped)
        return std::unexpected(stepped.error());
    return {};
}

Result<bool> Query::next()
{
    return d->progress == Progress::Done ? Result<bool>(false) : d->step();
}

std::int64_t Query::integer(int column) const
{
    return sqlite3_column_int64(d->statement.get(), column);
}

std::string Query::text(int column) const
{
    std::string text = blob(column);
    if (isValidUtf8(text))
        return text;
    return QString::fromUtf8(text).toStdString(); // another program may have left it
}

std::string Query::blob(int column) const
{
    // SQLite wants the bytes asked for before their number (https://sqlite.org/c3ref/column_blob.html).
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(d->statement.get(), column));
    const int size = sqlite3_column_bytes(d->statement.get(), column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

bool Query::isNull(int column) const
{
    return sqlite3_column_type(d->statement.get(), column) == SQLITE_NULL;
}

std::optional<std::int64_t> Query::optionalInteger(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::string> Query::optionalText(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(text(column));
}

std::int64_t Query::changedRows() const
{
    return d->changed;
}

} // namespace countersign::store
