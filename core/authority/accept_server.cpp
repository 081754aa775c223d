// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person says whose device key it is that signs receipts of another server, as they learned it on another way. It
// permits nothing: it changes how such receipts are shown.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {

Result<void> mayLog(const Context& context)
{
    if (context.has(Trouble::LogBroken) || !context.log)
        return fail(ErrorCode::TemporarilyUnavailable, "The log is broken; nothing can be added to it.");
    return {};
}

Result<void> checkThumbprint(const Thumbprint& key)
{
    const auto bytes = crypto::fromBase64url(key.value);
    if (!bytes || bytes->size() != crypto::kSha256Bytes)
        return fail(ErrorCode::InvalidInput, "This is no thumbprint of a key.");
    return {};
}

audit::LeafDraft leafAbout(audit::LeafKind kind, const Thumbprint& key)
{
    audit::LeafDraft leaf;
    leaf.kind = kind;
    leaf.claims["server"] = key.value;
    return leaf;
}

} // namespace

Result<void> acceptServer(Context& context, const Thumbprint& key, const QString& name)
{
    TRY(mayLog(context));
    TRY(checkThumbprint(key));
    const std::string text = name.trimmed().toStdString();
    if (text.empty() || name.trimmed().size() > kMaxServerName || !isPlainText(text))
        return fail(ErrorCode::InvalidInput,
            "The server needs a name of at most " + std::to_string(kMaxServerName) + " plain characters.");
    audit::LeafDraft leaf = leafAbout(audit::LeafKind::ServerAccepted, key);
    leaf.privateText = text;
    const audit::Appended logged = TRY(appendLeaf(context, leaf));
    TRY(signLog(context));
    store::Query query(
        context.database, "INSERT OR REPLACE INTO accepted_servers (jkt, name, leaf_index) VALUES (?, ?, ?)");
    return query.bind(key.value).bind(text).bind(static_cast<std::int64_t>(logged.index)).run();
}

Result<void> forgetServer(Context& context, const Thumbprint& key)
{
    TRY(mayLog(context));
    store::Query query(context.database, "DELETE FROM accepted_servers WHERE jkt = ?");
    TRY(query.bind(key.value).run());
    if (query.changedRows() == 0)
        return fail(ErrorCode::NotFound, "No server with this key was accepted.");
    TRY(appendLeaf(context, leafAbout(audit::LeafKind::ServerForgotten, key)));
    return {};
}

} // namespace countersign::authority
