// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// countersignctl as a process, as a person or a script runs it.
#pragma once

#include "core/base/json.h"

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <string>
#include <string_view>

namespace countersign::testing {

struct Ran {
    int status = -1;
    QByteArray out;
    QByteArray err;

    [[nodiscard]] json::Object json() const { return json::parseObject(out.toStdString()).value_or(json::Object()); }
    [[nodiscard]] std::string text(std::string_view member) const; ///< of json(); empty: it has none
    [[nodiscard]] QString line() const { return QString::fromUtf8(out.trimmed()); }
};

/// One that runs on while the test does something else.
class Started {
public:
    explicit Started(const QStringList& arguments);
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
    ~Started() = default;

    [[nodiscard]] Ran finish(); ///< waits; 60 s at most
    [[nodiscard]] QProcess& process() { return m_process; }

private:
    QProcess m_process;
};

Ran run(const QStringList& arguments);
/// Words in one text. What may have spaces in it stands behind: one for each "%", the rest at the end.
Ran run(const char* words, QStringList others = {});

[[nodiscard]] std::string textIn(const json::Object& object, std::string_view member);
/// Where the sample agents keep their keys.
[[nodiscard]] QString agentFolder();

} // namespace countersign::testing
