// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/action_names.h"

#include "core/base/ascii.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

namespace countersign::services {

namespace {

constexpr std::size_t kSuffixDigits = 8;
constexpr std::string_view kNoWord = "api";

/// Whether a new word begins at `at`: an upper-case letter after one that is none, or before one ("HTTPServer").
bool beginsWord(std::string_view text, std::size_t at)
{
    if (at == 0 || !ascii::isUpperCase(text[at]))
        return false;
    return !ascii::isUpperCase(text[at - 1]) || (at + 1 < text.size() && ascii::isLowerCase(text[at + 1]));
}

/// Words of a-z, 0-9 and '_' with '-' between.
std::string segmentOf(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool isPart = ascii::isAlphanumeric(text[at]) || text[at] == '_';
        const bool wantsGap = !isPart || beginsWord(text, at);
        if (wantsGap && !out.empty() && out.back() != '-')
            out += '-';
        if (isPart)
            out += ascii::lowered(text[at]);
    }
    return out.ends_with('-') ? out.substr(0, out.size() - 1) : out;
}

std::vector<std::string> segmentsOf(std::string_view text, std::string_view separators)
{
    std::vector<std::string> segments;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find_first_of(separators), text.size());
        if (std::string segment = segmentOf(text.substr(0, size)); !segment.empty())
            segments.push_back(std::move(segment));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return segments;
}

bool isVersionOrApi(std::string_view segment)
{
    const bool isVersion =
        segment.size() > 1 && segment[0] == 'v' && std::ranges::all_of(segment.substr(1), ascii::isDigit);
    return isVersion || segment == kNoWord;
}

/// From its first word on.
std::vector<std::string> segmentsOfPath(std::string_view path)
{
    std::vector<std::string> segments = segmentsOf(path, "/");
    const auto first = std::ranges::find_if_not(segments, isVersionOrApi);
    segments.erase(segments.begin(), first);
    if (segments.empty())
        segments.emplace_back(kNoWord);
    return segments;
}

std::string firstWordOf(std::string_view path)
{
    while (!path.empty()) {
        const std::size_t size = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, size);
        const std::string word = segmentOf(segment);
        if (!segment.contains('{') && !word.empty() && !isVersionOrApi(word))
            return word;
        path.remove_prefix(std::min(size + 1, path.size()));
    }
    return std::string(kNoWord);
}

std::string joined(const std::vector<std::string>& segments)
{
    std::string out;
    for (const std::string& segment : segments)
        out += (out.empty() ? "" : ".") + segment;
    return out;
}

std::string withSuffix(const std::string& name, const Unnamed& operation)
{
    const std::string digest = crypto::sha256(std::format("{} {}", operation.method, operation.path));
    std::string cut = name.substr(0, permissions::kMaxActionBytes - kSuffixDigits - 1);
    while (cut.ends_with('.')) // the suffix is no segment of its own
        cut.pop_back();
    if (!cut.contains('.'))
        cut = std::format("{}.{}", kNoWord, cut.substr(0, cut.size() - kNoWord.size() - 1));
    return cut + '-' + crypto::hex(digest).substr(0, kSuffixDigits);
}

std::string nameOf(const Unnamed& operation)
{
    std::vector<std::string> segments = segmentsOf(operation.operationId, "./:");
    if (segments.empty()) {
        segments = segmentsOfPath(operation.path);
        segments.push_back(ascii::lowered(operation.method));
    } else if (segments.size() == 1) {
        segments.insert(segments.begin(), firstWordOf(operation.path));
    }
    return joined(segments);
}

std::unexpected<Error> calledTheSame(const Unnamed& operation, std::string_view name)
{
    const std::string why = std::format("another operation would be called {}, too", name);
    return operation.at ? operation.at->refuse(why) : fail(ErrorCode::InvalidInput, why);
}

} // namespace

Result<std::vector<permissions::Action>> actionNames(const std::vector<Unnamed>& operations)
{
    std::vector<std::string> names;
    std::map<std::string, int> times;
    for (const Unnamed& operation : operations)
        ++times[names.emplace_back(nameOf(operation))];
    std::vector<permissions::Action> actions;
    std::set<std::string> taken;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].size() > permissions::kMaxActionBytes || times[names[i]] > 1)
            names[i] = withSuffix(names[i], operations[i]);
        if (!taken.insert(names[i]).second)
            return calledTheSame(operations[i], names[i]);
        actions.push_back(TRY(permissions::Action::parse(names[i])));
    }
    return actions;
}

} // namespace countersign::services
