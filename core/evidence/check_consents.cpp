// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person signed, that the log knows it, and what stood on the screen.

#include "core/base/try.h"
#include "core/crypto/commitment.h"
#include "core/crypto/jws.h"
#include "core/evidence/case.h"

#include <algorithm>

namespace countersign::evidence {

namespace {

std::string placeOf(const Case& file, const Consent& consent)
{
    return "Consent " + std::to_string(&consent - file.file.consents.data() + 1) + ": ";
}

std::unexpected<Error> wrongWith(const Case& file, const Consent& consent, const std::string& what)
{
    return fail(ErrorCode::BadSignature, placeOf(file, consent) + what + '.');
}

bool isConsentEntry(const OpenedEntry& opened)
{
    return opened.type == "consent_given" || opened.type == "grant_narrowed" || opened.type == "action_approved";
}

/// The entry carries all claims of the record.
bool carries(const json::Object& logged, const json::Object& record)
{
    return std::ranges::all_of(record, [&](const auto& claim) {
        const json::Value* same = logged.if_contains(claim.key());
        return same != nullptr && *same == claim.value();
    });
}

Result<consent::ConsentRecord> readRecord(const Case& file, const Consent& consent)
{
    const std::string signer = TRY(crypto::parseJws(consent.record)).keyId();
    const auto key = std::ranges::find(
        file.file.persons, signer, [](const crypto::PublicKey& each) { return each.thumbprint().value; });
    if (key == file.file.persons.end())
        return fail(ErrorCode::BadSignature, "it is signed by somebody whose key is not in the file");
    return consent::verifyConsent(consent.record, *key);
}

Result<OpenedConsent> openConsent(const Case& file, const Consent& consent)
{
    auto record = readRecord(file, consent);
    if (!record)
        return wrongWith(file, consent, record.error().message);
    const auto isDevice = [&](const crypto::PublicKey& key) { return key.thumbprint() == record->device; };
    if (std::ranges::none_of(file.file.devices, isDevice))
        return wrongWith(file, consent, "it was given on another device");
    const json::Object claims = TRY(json::parseObject(consent::consentClaims(*record)));
    const auto logged = std::ranges::find_if(file.entries,
        [&](const OpenedEntry& opened) { return isConsentEntry(opened) && carries(opened.claims, claims); });
    if (logged == file.entries.end())
        return wrongWith(file, consent, "its entry in the log is missing");
    return OpenedConsent{&consent, *std::move(record), logged->entry->index};
}

} // namespace

Result<Finding> checkConsents(Case& file)
{
    for (const Consent& consent : file.file.consents) {
        OpenedConsent opened = TRY(openConsent(file, consent));
        if (std::ranges::contains(file.consents, opened.logged, &OpenedConsent::logged))
            return wrongWith(file, consent, "it is there twice");
        file.consents.push_back(std::move(opened));
    }
    for (const OpenedEntry& opened : file.entries) {
        if (isConsentEntry(opened)
            && !std::ranges::contains(file.consents, opened.entry->index, &OpenedConsent::logged))
            return wrongAt(opened, "what the person signed then is missing");
    }
    if (file.consents.empty())
        return skipped("The file holds nothing that a person signed.");
    return passed(counted(file.consents.size(), "record is", "records are") + " signed by the person, and logged.");
}

Result<Finding> checkScreens(Case& file)
{
    std::size_t shown = 0;
    for (const OpenedConsent& consent : file.consents) {
        const auto& screen = consent.consent->screen;
        if (!screen)
            continue;
        if (!crypto::opensCommitment(consent.record.screenDigest, screen->salt, screen->text))
            return wrongWith(file, *consent.consent, "the screen that the person signed showed another text");
        ++shown;
    }
    const std::size_t erased = file.consents.size() - shown;
    const std::string gone =
        erased == 0 ? std::string() : ' ' + counted(erased, "text was", "texts were") + " erased, or left out.";
    if (shown == 0)
        return skipped("No text of a screen is here." + gone);
    return passed("The person signed the very words of " + counted(shown, "screen", "screens") + '.' + gone);
}

} // namespace countersign::evidence
