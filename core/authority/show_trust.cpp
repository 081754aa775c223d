// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/trust_cases.h"

#include "core/base/try.h"

namespace countersign::authority {

namespace {

Result<bool> isOrdinary(const Context& context, const ClientId& agent)
{
    const auto known = TRY(context.registry.find(agent));
    return known && known->agent.standing == agents::Standing::Ordinary;
}

/// Asked where something was shown that is not judged yet, or what is known has run out.
Result<void> askIfUnsure(
    Context& context, const ClientId& agent, const agents::ShownTrust& before, const agents::ShownTrust& now)
{
    const bool isNew = before.token != now.token || before.provenAt.has_value() != now.provenAt.has_value();
    const agents::AgentTrust trust = TRY(context.trust.find(agent));
    if (isNew || trust.evidence.validUntil <= context.now())
        context.touched.unsureOf.try_emplace(agent, agents::Freshness::Cached);
    return {};
}

} // namespace

Result<void> showTrust(Context& context, const ClientId& agent, const std::string& token, agents::KeyProof proof)
{
    if (!TRY(isOrdinary(context, agent)))
        return {}; // whom the person blocked, or forgot, makes nobody ask and fills no log
    const agents::ShownTrust before = TRY(context.trust.shown(agent));
    agents::ShownTrust shown = before;
    const bool isProven = proof == agents::KeyProof::Proven;
    const bool isOld = !shown.provenAt || context.now() - *shown.provenAt >= kProofRemembered;
    if (isProven && isOld)
        shown.provenAt = context.now();
    if (!token.empty() && (shown.token.empty() || isProven))
        shown.token = token;
    if (shown != before)
        TRY(context.trust.keepShown(agent, shown));
    if (shown.provenAt && !before.provenAt)
        context.touched.holders.insert(agent); // screens of its requests say so
    return askIfUnsure(context, agent, before, shown);
}

Result<void> keyWasProven(Context& context, const ClientId& agent)
{
    return showTrust(context, agent, {}, agents::KeyProof::Proven);
}

Result<std::optional<agents::TrustQuestion>> trustQuestion(
    const Context& context, const ClientId& agent, agents::Freshness freshness)
{
    const auto known = TRY(context.registry.find(agent));
    if (!known || known->agent.standing == agents::Standing::Forgotten)
        return std::nullopt;
    agents::ShownTrust shown = TRY(context.trust.shown(agent));
    const auto proof = shown.provenAt ? agents::KeyProof::Proven : agents::KeyProof::Unproven;
    return agents::TrustQuestion{
        agent, known->key, std::move(shown.token), proof, std::move(shown.newestTokens), freshness};
}

Result<void> askTrustAgain(Context& context, const ClientId& agent)
{
    if (!TRY(context.registry.find(agent)))
        return fail(ErrorCode::NotFound, "There is no such agent.");
    context.touched.unsureOf.insert_or_assign(agent, agents::Freshness::Anew);
    return {};
}

Result<bool> trustMatters(const Context& context, const ClientId& agent)
{
    store::Query query(context.database,
        "SELECT EXISTS (SELECT 1 FROM grants WHERE client_id = ? AND state IN (?, ?)) "
        "OR EXISTS (SELECT 1 FROM requests WHERE client_id = ? AND state = ?)");
    query.bind(agent.value).bind(std::int64_t{std::to_underlying(grants::GrantState::Live)});
    query.bind(std::int64_t{std::to_underlying(grants::GrantState::Held)}).bind(agent.value);
    TRY(query.bind(std::int64_t{std::to_underlying(consent::RequestState::Waiting)}).next());
    return query.integer(0) != 0;
}

Result<void> askAboutShown(Context& context, const ClientId& agent, agents::Freshness freshness)
{
    if (!TRY(isOrdinary(context, agent)))
        return {};
    agents::Freshness& wanted = context.touched.unsureOf.try_emplace(agent, freshness).first->second;
    wanted = freshness == agents::Freshness::Anew ? freshness : wanted;
    return {};
}

Result<void> askAboutAllThatMatter(Context& context)
{
    for (const ClientId& agent : TRY(context.registry.ids())) {
        if (TRY(trustMatters(context, agent)))
            context.touched.unsureOf.try_emplace(agent, agents::Freshness::Cached);
    }
    return {};
}

} // namespace countersign::authority
