// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A way to a database file around everything that store/ guards: for tests that tamper.
#pragma once

#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QUuid>
#include <QVariant>

namespace countersign::test {

class RawDatabase {
public:
    explicit RawDatabase(const QString& folder)
        : m_handle(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QUuid::createUuid().toString()))
    {
        m_handle.setDatabaseName(folder + QStringLiteral("/countersign.sqlite"));
        m_open = m_handle.open();
    }
    ~RawDatabase()
    {
        const QString name = m_handle.connectionName();
        m_handle.close();
        m_handle = QSqlDatabase();
        QSqlDatabase::removeDatabase(name);
    }
    RawDatabase(const RawDatabase&) = delete;
    RawDatabase& operator=(const RawDatabase&) = delete;

    /// Whether it worked; says why not.
    [[nodiscard]] bool execute(const QString& sql, const QVariantList& values = {}) const
    {
        QSqlQuery query(m_handle);
        bool done = m_open && query.prepare(sql);
        for (const QVariant& value : values)
            query.addBindValue(value);
        done = done && query.exec();
        if (!done)
            qWarning("%s", qPrintable(query.lastError().text()));
        return done;
    }

    [[nodiscard]] QVariant value(const QString& sql) const
    {
        QSqlQuery query(m_handle);
        return m_open && query.exec(sql) && query.next() ? query.value(0) : QVariant();
    }

    /// Runs a statement that a trigger of the schema forbids, and leaves the schema as it was.
    [[nodiscard]] bool executeAgainst(const QString& trigger, const QString& sql, const QVariantList& values = {}) const
    {
        const QString made =
            value(QStringLiteral("SELECT sql FROM sqlite_schema WHERE name = '%1'").arg(trigger)).toString();
        return execute(QStringLiteral("DROP TRIGGER %1").arg(trigger)) && execute(sql, values) && execute(made);
    }

private:
    QSqlDatabase m_handle;
    bool m_open = false;
};

inline QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

[[nodiscard]] inline bool replaceContent(const QString& path, const QByteArray& content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(content) == content.size();
}

} // namespace countersign::test
