// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Test data of others, found under the folder that CMake names.
#pragma once

#include "core/base/json.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QString>
#include <QStringList>

#include <string>

namespace countersign::crypto::test {

inline QString vectorsPath(const QString& below)
{
    return QStringLiteral(COUNTERSIGN_VECTORS_DIR) + QLatin1Char('/') + below;
}

inline std::string contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

inline json::Object jsonFile(const QString& path)
{
    return json::parseObject(contentsOf(path), {.maxBytes = 16 * json::kMaxBytes}).value();
}

inline QStringList jsonFilesBelow(const QString& folder)
{
    QStringList files;
    QDirIterator it(folder, {QStringLiteral("*.json")}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        files += it.next();
    files.sort();
    return files;
}

} // namespace countersign::crypto::test

#define SKIP_WITHOUT_VECTORS(below)                                                                                    \
    if (!QFile::exists(countersign::crypto::test::vectorsPath(below)))                                                 \
    QSKIP("The test data of others is not here (CMake option COUNTERSIGN_VECTORS_DIR).")
