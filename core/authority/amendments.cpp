// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/amendments.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

std::string previousOf(const std::string& record)
{
    return crypto::sha256Base64url(record);
}

Result<std::string> lastRecordOf(const Context& context, const GrantId& grant, const std::string& base)
{
    const auto records = TRY(context.consents.recordsOf(grant, consent::Purpose::Amendment));
    return records.empty() ? base : records.back();
}

Result<std::vector<consent::ConsentRecord>> amendmentsOf(const ConsentStore& consents, const crypto::PublicKey& person,
    const GrantId& grant, const std::string& base, const permissions::Permission& permission)
{
    const auto wrong = [](const char* what) { return fail(ErrorCode::InvalidInput, what); };
    std::vector<consent::ConsentRecord> amendments;
    std::string before = base;
    for (const std::string& signedRecord : TRY(consents.recordsOf(grant, consent::Purpose::Amendment))) {
        auto record = consent::verifyConsent(signedRecord, person);
        if (!record)
            return wrong("a change of it is not signed by you");
        if (record->purpose != consent::Purpose::Amendment || record->grant != grant)
            return wrong("a change of it is another grant's");
        if (record->previous != previousOf(before))
            return wrong("a change of it is missing");
        if (!permissions::narrows(record->granted, amendments.empty() ? permission : amendments.back().granted))
            return wrong("a change of it permits more than there was");
        amendments.push_back(std::move(*record));
        before = signedRecord;
    }
    return amendments;
}

} // namespace countersign::authority
