// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/story_chain.h"

#include "core/authority/naming.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/consent/difference.h"
#include "core/consent/record.h"
#include "core/crypto/commitment.h"
#include "core/grants/ledger.h"
#include "core/grants/link.h"
#include "core/grants/link_store.h"
#include "core/permissions/words.h"

#include <algorithm>
#include <optional>

namespace countersign::authority {

namespace {

using consent::Purpose;
using permissions::Permission;

struct SignedConsent {
    StoryConsent told;
    std::optional<consent::ConsentRecord> record; ///< nullopt: the signature is wrong
    Purpose purpose = Purpose::Grant;
};

StoryConsent::Purpose purposeOf(Purpose purpose)
{
    switch (purpose) {
    case Purpose::Amendment:
        return StoryConsent::Purpose::Narrowing;
    case Purpose::Action:
        return StoryConsent::Purpose::OneAction;
    default:
        return StoryConsent::Purpose::Grant;
    }
}

/// All that the person signed about a grant before the entry, or in it; oldest first.
Result<std::vector<SignedConsent>> consentsOf(
    store::Database& database, const LogKeys& keys, const GrantId& grant, std::uint64_t index)
{
    store::Query query(database,
        "SELECT purpose, record, screen_text, salt, leaf_index FROM consents WHERE grant_id = ? AND leaf_index <= ?"
        " ORDER BY seq");
    query.bind(grant.value).bind(static_cast<std::int64_t>(index));
    std::vector<SignedConsent> found;
    while (TRY(query.next())) {
        SignedConsent each;
        each.purpose = static_cast<Purpose>(query.integer(0));
        each.told.purpose = purposeOf(each.purpose);
        each.told.entry = static_cast<std::uint64_t>(query.integer(4));
        const auto record = consent::verifyConsent(query.text(1), keys.person);
        each.told.signature = record ? Finding::Right : Finding::Wrong;
        if (record) {
            each.record = *record;
            each.told.at = record->decidedAt;
        }
        if (!query.isNull(2)) {
            const std::string text = query.text(2);
            each.told.screen = safeLines(text);
            const bool isRight = record && crypto::opensCommitment(record->screenDigest, query.blob(3), text);
            each.told.digest = isRight ? Finding::Right : Finding::Wrong;
        }
        found.push_back(std::move(each));
    }
    return found;
}

/// What the grant permitted after these; nullopt: it is not the person's own, or can't be told.
std::optional<Permission> permittedBy(const std::vector<SignedConsent>& consents)
{
    std::optional<Permission> permitted;
    for (const SignedConsent& each : consents) {
        if (each.record && each.purpose != Purpose::Action)
            permitted = each.record->granted;
    }
    return permitted;
}

Result<std::optional<Permission>> delegatedBy(store::Database& database, const GrantId& grant)
{
    const auto stored = TRY(grants::LinkStore(database).ofGrant(grant));
    if (!stored)
        return std::nullopt;
    const auto read = grants::readLink(stored->jws);
    return read ? std::optional(read->link.permission) : std::nullopt;
}

constexpr std::size_t kMaxLineShown = 64 * 1024; ///< characters

} // namespace

QString safeLines(const std::string& text)
{
    QStringList lines = QString::fromStdString(text).split(QLatin1Char('\n'));
    for (QString& line : lines)
        line = safeText(line.toStdString(), kMaxLineShown).text;
    return lines.join(QLatin1Char('\n'));
}

Result<QString> agentNameOf(store::Database& database, const ClientId& agent)
{
    store::Query query(database, "SELECT name, own_name FROM agents WHERE client_id = ?");
    if (!TRY(query.bind(agent.value).next()))
        return QString();
    const std::string own = query.text(1);
    return safeText(own.empty() ? query.text(0) : own).text;
}

Result<StoryChain> readChain(store::Database& database, const LogKeys& keys, const std::vector<GrantId>& grants,
    std::uint64_t index, const std::string& approval)
{
    StoryChain chain;
    std::optional<Permission> above;
    for (const GrantId& id : grants) {
        const auto grant = TRY(grants::Ledger(database).find(id));
        if (!grant)
            continue;
        auto consents = TRY(consentsOf(database, keys, id, index));
        auto permitted = permittedBy(consents);
        if (!permitted)
            permitted = TRY(delegatedBy(database, id));
        if (!permitted)
            permitted = grant->permission;
        StoryHop hop;
        hop.grant = id;
        hop.agent = grant->agent;
        hop.agentName = TRY(agentNameOf(database, grant->agent));
        hop.naming = TRY(namingOf(database, id));
        hop.may = permissions::toSentences(*permitted);
        if (above)
            hop.narrowed = consent::narrowedSentences(*above, *permitted, grant->createdAt);
        hop.isLive = grant->state == grants::GrantState::Live || grant->state == grants::GrantState::Held;
        chain.hops.push_back(std::move(hop));
        above = std::move(permitted);
        std::erase_if(consents, [&](const SignedConsent& each) {
            const bool isThis = each.record && (each.record->requestId == approval || each.told.entry == index);
            return each.purpose == Purpose::Action && !isThis;
        });
        for (SignedConsent& each : consents)
            chain.consents.push_back(std::move(each.told));
    }
    std::ranges::sort(chain.consents, {}, &StoryConsent::entry);
    return chain;
}

} // namespace countersign::authority
