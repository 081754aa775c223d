// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/evidence_json.h"

#include "core/base/json.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {
std::string utf8(const std::string& bytes)
{
    return isValidUtf8(bytes) ? bytes : safeText(bytes).text.toStdString();
}
} // namespace

std::string evidenceJson(const agents::ProcessEvidence& evidence)
{
    json::Array chain;
    for (const agents::Process& process : evidence.chain) {
        chain.push_back(
            json::Object{{"pid", process.pid}, {"executable", utf8(process.executable)}, {"name", utf8(process.name)}});
    }
    return json::serialize(chain);
}

Result<agents::ProcessEvidence> parseEvidence(std::string_view text)
{
    const json::Value value = TRY(json::parse(text));
    if (!value.is_array())
        return fail(ErrorCode::StorageCorrupt, "What is kept of a request's program can't be read.");
    agents::ProcessEvidence evidence;
    for (const json::Value& element : value.get_array()) {
        if (!element.is_object())
            return fail(ErrorCode::StorageCorrupt, "What is kept of a request's program can't be read.");
        const json::Object& process = element.get_object();
        evidence.chain.push_back({static_cast<pid_t>(TRY(json::requiredInteger(process, "pid"))),
            TRY(json::requiredString(process, "executable")), TRY(json::requiredString(process, "name"))});
    }
    return evidence;
}

} // namespace countersign::authority
