// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/input_file.h"

#include <QFile>

namespace countersign::ctl {

Answer<std::string> readInput(const QString& name, std::size_t maxBytes)
{
    QFile file(name);
    const bool opened =
        name == QStringLiteral("-") ? file.open(0, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!opened)
        return problem(ExitStatus::Failed, "unreadable",
            "'" + name.toStdString() + "' can't be read: " + file.errorString().toStdString());
    return file.read(static_cast<qint64>(maxBytes) + 1).toStdString();
}

} // namespace countersign::ctl
