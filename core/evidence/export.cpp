// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/export.h"

#include "core/authority/context.h"
#include "core/base/try.h"
#include "core/crypto/signed_note.h"
#include "core/evidence/html.h"

namespace countersign::evidence {

namespace {

Result<audit::LogIdentity> identityOf(const authority::Context& context)
{
    if (!context.log)
        return fail(ErrorCode::TemporarilyUnavailable, "The log is broken; there is no evidence to be had from it.");
    const keychain::Identity& own = context.options.identity;
    const std::string origin = context.log->origin();
    return audit::LogIdentity{origin, own.device.publicKey(), own.person,
        crypto::noteVerifierKey(origin, own.log.publicKey()),
        TRY(audit::signLogKeyStatement(origin, own.log.publicKey(), own.device, context.now()))};
}

Result<std::string> textOf(
    store::Database& database, const audit::LogIdentity& owner, const Wanted& wanted, const ExportOptions& options)
{
    const Evidence evidence = TRY(assemble(database, owner, wanted, options.details));
    std::string text = TRY(toJson(evidence));
    return options.form == Form::Html ? toHtml(text) : std::move(text);
}

} // namespace

void exportEvidence(
    authority::Authority& authority, Wanted wanted, ExportOptions options, authority::Reply<std::string> reply)
{
    auto read = [&authority, wanted = std::move(wanted), options, reply = std::move(reply)](
                    Result<audit::LogIdentity> owner) mutable {
        if (!owner)
            return reply(std::unexpected(owner.error()));
        authority.read([owner = *std::move(owner), wanted = std::move(wanted), options, reply = std::move(reply)](
                           Result<store::Database*> database) mutable {
            reply(database ? textOf(**database, owner, wanted, options) : std::unexpected(database.error()));
        });
    };
    authority.submit<audit::LogIdentity>(
        [](authority::Context& context) { return identityOf(context); }, std::move(read));
}

} // namespace countersign::evidence
