// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/html.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <QFile>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace countersign::evidence {

namespace {

Result<std::string> resource(const char* name)
{
    QFile file(QStringLiteral(":/evidence/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Internal, "A part of the page is missing in the program.");
    return file.readAll().toStdString();
}

/// JSON that can stand inside a script element: nothing in it can end one, or begin a comment. ("<" stands in strings
/// only.)
std::string embeddable(std::string_view json)
{
    std::string text;
    text.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            text += "\\u003c";
        else
            text += c;
    }
    return text;
}

/// The parts put in their places, in one pass: what is put in is not looked at again.
std::string fill(std::string_view page, std::initializer_list<std::pair<std::string_view, std::string_view>> parts)
{
    std::string text;
    while (!page.empty()) {
        const auto found = std::ranges::find_if(parts, [&](const auto& part) { return page.starts_with(part.first); });
        text += found == parts.end() ? page.substr(0, 1) : found->second;
        page.remove_prefix(found == parts.end() ? 1 : found->first.size());
    }
    return text;
}

std::string sourceHash(std::string_view source)
{
    return crypto::base64(crypto::sha256(source));
}

} // namespace

Result<std::string> toHtml(std::string_view json)
{
    const std::string page = TRY(resource("evidence.html"));
    const std::string script = TRY(resource("upstream.js")) + TRY(resource("requests.js")) + TRY(resource("chain.js"))
        + TRY(resource("words.js")) + TRY(resource("evidence.js"));
    const std::string style = TRY(resource("evidence.css"));
    const std::string data = embeddable(json);
    const std::string scriptHash = sourceHash(script);
    const std::string styleHash = sourceHash(style);
    return fill(page,
        {{"@SCRIPT_HASH@", scriptHash}, {"@STYLE_HASH@", styleHash}, {"@STYLE@", style}, {"@SCRIPT@", script},
            {"@EVIDENCE@", data}});
}

} // namespace countersign::evidence
