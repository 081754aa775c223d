// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writing into a data folder as another program would.
#pragma once

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QStringList>
#include <QTest>

namespace countersign::testing {

/// As any program of the same user could, while Countersign is not running.
inline void tamper(const QString& folder, const QStringList& statements)
{
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("tamper"));
        database.setDatabaseName(folder + QLatin1String("/countersign.sqlite"));
        QVERIFY(database.open());
        for (const QString& statement : statements) {
            QSqlQuery query(database);
            QVERIFY2(query.exec(statement), qPrintable(query.lastError().text()));
        }
    }
    QSqlDatabase::removeDatabase(QStringLiteral("tamper"));
}

/// The same for what triggers guard; they are put back.
inline void tamperWithoutTriggers(const QString& folder, const QStringList& statements)
{
    QStringList drops;
    QStringList creates;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("triggers"));
        database.setDatabaseName(folder + QLatin1String("/countersign.sqlite"));
        QVERIFY(database.open());
        QSqlQuery query(database);
        QVERIFY(query.exec(QStringLiteral("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")));
        while (query.next()) {
            drops.append(QStringLiteral("DROP TRIGGER ") + query.value(0).toString());
            creates.append(query.value(1).toString());
        }
    }
    QSqlDatabase::removeDatabase(QStringLiteral("triggers"));
    tamper(folder, drops + statements + creates);
}

} // namespace countersign::testing
