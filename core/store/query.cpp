// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/text_safety.h"
#include "core/store/database.h"
#include "core/store/database_data.h"

#include <QSqlError>

#include <cstdint>

namespace countersign::store {

namespace {

enum class Progress : std::uint8_t { Binding, HasRows, Done };

QByteArray toByteArray(std::string_view bytes)
{
    // A view of nothing has a null pointer, which Qt would bind as NULL.
    return bytes.empty() ? QByteArray("") : QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

/// Qt and SQLite both drop a byte order mark at the start, and SQLite replaces U+FFFE and U+FFFF.
bool isChangedByStorage(std::string_view utf8)
{
    return utf8.starts_with("\xEF\xBB\xBF") || utf8.contains("\xEF\xBF\xBE") || utf8.contains("\xEF\xBF\xBF");
}

} // namespace

struct Query::Data {
    Database::Data& database;
    std::string sql;
    std::optional<QSqlQuery> statement = std::nullopt;
    QVariantList values = {}; ///< kept while the statement steps: the driver binds without copying
    std::optional<Error> error = std::nullopt;
    Progress progress = Progress::Binding;
    std::int64_t changed = 0;

    void prepare();
    void add(const QVariant& value);
    [[nodiscard]] Result<void> execute();
};

void Query::Data::prepare()
{
    auto idle = database.idleStatements.find(sql);
    if (idle != database.idleStatements.end() && !idle->second.empty()) {
        statement = std::move(idle->second.back());
        idle->second.pop_back();
        return;
    }
    statement.emplace(database.connection->handle());
    statement->setForwardOnly(true);
    if (!statement->prepare(QString::fromUtf8(sql)))
        error = database.remember(failureOf(statement->lastError()));
}

void Query::Data::add(const QVariant& value)
{
    if (progress != Progress::Binding) { // run again, with other values
        statement->finish();
        values.clear();
        progress = Progress::Binding;
    }
    values.append(value);
}

Result<void> Query::Data::execute()
{
    if (database.lost)
        return std::unexpected(*database.lost);
    if (error)
        return std::unexpected(*error);
    for (qsizetype i = 0; i < values.size(); ++i)
        statement->bindValue(static_cast<int>(i), values.at(i));
    if (!statement->exec()) {
        progress = Progress::Done;
        return std::unexpected(database.remember(failureOf(statement->lastError())));
    }
    changed = statement->numRowsAffected();
    progress = Progress::HasRows;
    return {};
}

Query::Query(Database& database, std::string_view sql) : d(new Data{.database = *database.d, .sql = std::string(sql)})
{
    d->prepare();
}

Query::~Query()
{
    if (d->error)
        return;
    d->statement->finish(); // lets go of what it read
    d->database.idleStatements[d->sql].push_back(std::move(*d->statement));
}

Query& Query::bind(std::int64_t value)
{
    d->add(QVariant::fromValue<qlonglong>(value));
    return *this;
}

Query& Query::bind(std::string_view text)
{
    if (!isValidUtf8(text) || isChangedByStorage(text))
        d->error = Error{ErrorCode::InvalidInput, "A text has characters that can't be stored."};
    d->add(QString::fromUtf8(toByteArray(text)));
    return *this;
}

Query& Query::bind(const std::optional<std::string>& text)
{
    if (text)
        return bind(std::string_view(*text));
    d->add(QVariant());
    return *this;
}

Query& Query::bind(const std::optional<std::int64_t>& value)
{
    if (value)
        return bind(*value);
    d->add(QVariant());
    return *this;
}

Query& Query::bindBlob(std::string_view bytes)
{
    d->add(toByteArray(bytes));
    return *this;
}

Result<void> Query::run()
{
    auto done = d->execute();
    if (!done)
        return done;
    d->statement->finish();
    d->progress = Progress::Done;
    return {};
}

Result<bool> Query::next()
{
    if (d->progress == Progress::Done)
        return false;
    if (d->progress == Progress::Binding) {
        if (auto done = d->execute(); !done)
            return std::unexpected(done.error());
    }
    if (d->statement->next())
        return true;
    d->progress = Progress::Done;
    if (d->statement->lastError().isValid())
        return std::unexpected(d->database.remember(failureOf(d->statement->lastError())));
    return false;
}

std::int64_t Query::integer(int column) const
{
    return d->statement->value(column).toLongLong();
}

std::string Query::text(int column) const
{
    return d->statement->value(column).toString().toStdString();
}

std::string Query::blob(int column) const
{
    return d->statement->value(column).toByteArray().toStdString();
}

bool Query::isNull(int column) const
{
    return d->statement->isNull(column);
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
