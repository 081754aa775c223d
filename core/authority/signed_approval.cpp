// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/signed_approval.h"

#include "core/base/try.h"
#include "core/consent/record.h"

#include <ranges>

namespace countersign::authority {

Result<bool> isSigned(const Context& context, const Approval& approval)
{
    const auto records = TRY(context.consents.recordsOf(approval.grant, consent::Purpose::Action));
    // What waits to be used is among the last that were signed.
    for (const std::string& signedRecord : records | std::views::reverse) {
        const auto record = consent::verifyConsent(signedRecord, context.options.identity.person);
        if (record && record->purpose == consent::Purpose::Action
            && Approval{record->grant, record->actionDigest, record->requestId, record->expiresAt} == approval)
            return true;
    }
    return false;
}

} // namespace countersign::authority
