// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One action that the person is asked about: every argument with its exact value, on a line of its own.

#include "core/consent/record.h"
#include "core/consent/screen_parts.h"
#include "core/consent/screen_words.h"

namespace countersign::consent {

namespace {

using permissions::Value;

constexpr int kMaxArgumentLines = 200; ///< then they are counted; all of it stands in the exact text
constexpr std::size_t kMaxExactShown = 64 * 1024; ///< characters

/// As in a JSON pointer (RFC 6901), so that a name can't look like two.
QString pointerStep(const std::string& name)
{
    return QLatin1Char('/')
        + safeText(name)
              .text.replace(QLatin1Char('~'), QLatin1String("~0"))
              .replace(QLatin1Char('/'), QLatin1String("~1"));
}

void addLeaves(const Value& value, const QString& at, QStringList& lines)
{
    const bool holdsMore = (value.members() != nullptr && !value.members()->empty())
        || (value.list() != nullptr && !value.list()->empty());
    if (!holdsMore) {
        // As JSON, so that the text "5" and the number 5 differ.
        lines.append(translate("%1: %2").arg(at.mid(1), safeText(permissions::valueJson(value)).text));
        return;
    }
    if (const Value::Members* members = value.members()) {
        for (const auto& [name, member] : *members)
            addLeaves(member, at + pointerStep(name), lines);
        return;
    }
    if (const Value::List* list = value.list()) {
        for (std::size_t i = 0; i < list->size(); ++i)
            addLeaves((*list)[i], at + pointerStep(std::to_string(i)), lines);
    }
}

} // namespace

QString actionSummary(const ScreenFacts& facts)
{
    //: %1: what is done ("create payments"), %2: where
    return translate("Let an agent %1 at %2, this once?")
        .arg(permissions::actionLabel(facts.action->action), QString::fromStdString(facts.action->location.place()));
}

QStringList argumentsOf(const permissions::ActionRequest& action)
{
    QStringList lines;
    if (action.arguments.members() != nullptr && !action.arguments.members()->empty())
        addLeaves(action.arguments, {}, lines);
    if (lines.size() > kMaxArgumentLines) {
        const int rest = static_cast<int>(lines.size()) - kMaxArgumentLines;
        lines.resize(kMaxArgumentLines);
        lines.append(translate("%n more", rest));
    }
    return lines;
}

QString exactAction(const permissions::ActionRequest& action)
{
    return safeText(actionJson(action), kMaxExactShown).text;
}

} // namespace countersign::consent
