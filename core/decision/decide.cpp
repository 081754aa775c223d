// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/decision/decision.h"

#include <algorithm>
#include <format>
#include <limits>
#include <ranges>
#include <utility>

namespace countersign::decision {

namespace {

using permissions::AgentDelegation;
using permissions::Mismatch;
using permissions::Reason;
using Outcome = Verdict::Outcome;

constexpr std::size_t kNoDetail = std::numeric_limits<std::size_t>::max();

/// All that a decision is made from.
struct Question {
    const permissions::ActionRequest& request;
    std::span<const Hop> chain;
    std::chrono::milliseconds now;
    UnixSeconds second;
    Approval approval;
    const Floor& floor;
};

/// Says in `verdict` who refuses or asks, and why.
void conclude(Verdict& verdict, Outcome outcome, const Hop& hop, Mismatch why)
{
    verdict.outcome = outcome;
    verdict.reason = why.reason;
    verdict.at = hop.grant->id;
    verdict.member = std::move(why.member);
    verdict.sentence = std::move(why.sentence);
}

/// Why nothing at all is permitted under this grant now.
std::optional<Mismatch> notLive(const grants::Grant& grant, UnixSeconds now)
{
    if (grant.state == grants::GrantState::Held && grant.reason == grants::EndReason::WaitingForEvidence)
        return Mismatch{Reason::WaitingForEvidence, "",
            "The grant is held until the agents of its chain show what the service demands."};
    if (grant.state != grants::GrantState::Live)
        return Mismatch{Reason::NotLive, "", "The grant, or one above it, is held or has ended."};
    if (grant.expiresAt <= now)
        return Mismatch{Reason::Expired, "expires_at", "The grant has expired."};
    return std::nullopt;
}

/// Why the agent of this hop can't do it, whatever its grant says.
std::optional<Mismatch> underFloor(
    const Floor& floor, const Hop& hop, const AgentDelegation& rules, const std::optional<Amount>& amount)
{
    if (floor.demandsRead == Floor::Read::No)
        return Mismatch{Reason::WaitingForEvidence, "", "What the service demands can't be read here."};
    if (auto why = unmet(floor.demands, hop.standing))
        return why;
    if (!rules.spend && !floor.demands.spendLimits.empty())
        return Mismatch{Reason::ServiceLimit, "spend",
            "The service limits what an agent spends, and the grant does not say where the amount stands."};
    if (!amount || !rules.spend)
        return std::nullopt;
    return overspent(floor, hop.standing, rules.spend->currency, *amount);
}

/// Whether `more` on top of `before` goes over `limit`; what can't be added up does.
bool isOver(Amount before, Amount more, const std::optional<Amount>& limit)
{
    const auto sum = before.plus(more);
    return limit && (!sum || *sum > *limit);
}

std::string money(Amount amount, const permissions::Spend& spend)
{
    return amount.text() + ' ' + spend.currency.code();
}

Mismatch overLimit(
    Reason reason, std::string member, Amount before, Amount more, Amount limit, const permissions::Spend& spend)
{
    return {reason, std::move(member),
        std::format("{} on top of {} is over {} {}.", money(more, spend), money(before, spend), money(limit, spend),
            reason == Reason::PerDay ? "a day" : "in all")};
}

/// Whether what was done before leaves no room for this.
std::optional<Mismatch> isExhausted(
    const AgentDelegation& rules, const grants::Used& used, const std::optional<Amount>& amount)
{
    if (rules.uses && used.uses >= *rules.uses)
        return Mismatch{Reason::Uses, "uses", std::format("All of its {} uses are used up.", *rules.uses)};
    if (rules.rate && used.inSpan >= rules.rate->count)
        return Mismatch{Reason::Rate, "rate",
            std::format("No more than {} in {} s are allowed.", rules.rate->count, rules.rate->span.count())};
    if (!rules.spend || !amount)
        return std::nullopt;
    const permissions::Spend& spend = *rules.spend;
    if (isOver(used.onDay, *amount, spend.perDay))
        return overLimit(Reason::PerDay, "spend/per_day", used.onDay, *amount, *spend.perDay, spend);
    if (isOver(used.total, *amount, spend.total))
        return overLimit(Reason::Total, "spend/total", used.total, *amount, *spend.total, spend);
    return std::nullopt;
}

/// Whether the person is to be asked about this one action.
std::optional<Mismatch> needsPerson(
    const AgentDelegation& rules, const grants::Used& used, const std::optional<Amount>& amount)
{
    const permissions::StepUp& rule = rules.stepUp;
    if (rule.everyAction == permissions::StepUp::EveryAction::Yes)
        return Mismatch{Reason::StepUp, "step_up/every_action", "Each single action is asked for."};
    if (rule.above && rules.spend && amount && *amount > *rule.above)
        return Mismatch{Reason::StepUp, "step_up/above",
            std::format("{} is over {}.", money(*amount, *rules.spend), money(*rule.above, *rules.spend))};
    for (std::size_t i = 0; i < rule.firstSeen.size(); ++i) {
        const std::string& pointer = rule.firstSeen[i].text();
        if (i >= used.seen.size() || !used.seen[i])
            return Mismatch{Reason::StepUp, pointer, std::format("It has not acted with this {} before.", pointer)};
    }
    return std::nullopt;
}

struct Answer {
    Outcome outcome = Outcome::Permit;
    Mismatch why = {};
    std::optional<Amount> amount = {};
};

/// What one detail of one hop says.
Answer answerOf(const Question& question, const Hop& hop, std::size_t detail)
{
    if (detail >= hop.grant->permission.details.size() || detail >= hop.used.size())
        return {Outcome::Deny, {Reason::AncestorNarrowed, "", "Nothing above permits this any more."}};
    const AgentDelegation& rules = hop.grant->permission.details[detail];
    auto match = permissions::match(rules, question.request, question.second);
    if (!match)
        return {Outcome::Deny, std::move(match.error())};
    if (auto why = isExhausted(rules, hop.used[detail], match->amount))
        return {Outcome::Deny, *std::move(why), match->amount};
    if (auto why = underFloor(question.floor, hop, rules, match->amount))
        return {Outcome::Deny, *std::move(why), match->amount};
    if (question.approval == Approval::None) {
        if (auto why = needsPerson(rules, hop.used[detail], match->amount))
            return {Outcome::Ask, *std::move(why), match->amount};
    }
    return {Outcome::Permit, {}, match->amount};
}

Debit debitOf(const Question& question, const Hop& hop, std::size_t detail, const std::optional<Amount>& amount)
{
    const AgentDelegation& rules = hop.grant->permission.details[detail];
    grants::Use use{amount.value_or(Amount()), 0, question.now, grants::seenKeys(rules.stepUp, question.request)};
    if (rules.spend)
        use.day = rules.spend->zone.dayOf(question.second);
    return {hop.grant->id, static_cast<int>(detail), std::move(use)};
}

/// The detail above that this one is paired with.
std::size_t above(const grants::Grant& grant, std::size_t detail)
{
    const int paired = detail < grant.pairing.size() ? grant.pairing[detail] : -1;
    return paired < 0 ? kNoDetail : static_cast<std::size_t>(paired);
}

/// One detail of the last grant, with those above it: from the agent's own hop up to the person's.
Verdict tryDetail(const Question& question, std::size_t last)
{
    Verdict verdict;
    verdict.outcome = Outcome::Permit;
    verdict.reason = Reason::None;
    verdict.detail = static_cast<int>(last);
    std::size_t detail = last;
    for (const Hop& hop : question.chain | std::views::reverse) {
        Answer answer = answerOf(question, hop, detail);
        if (!verdict.amount && answer.amount) {
            verdict.amount = answer.amount;
            verdict.currency = hop.grant->permission.details[detail].spend->currency;
        }
        if (answer.outcome == Outcome::Deny || (answer.outcome == Outcome::Ask && verdict.outcome == Outcome::Permit))
            conclude(verdict, answer.outcome, hop, std::move(answer.why));
        if (verdict.outcome == Outcome::Deny)
            return verdict;
        verdict.debits.push_back(debitOf(question, hop, detail, answer.amount));
        detail = above(*hop.grant, detail);
    }
    std::ranges::reverse(verdict.debits);
    return verdict;
}

/// Whether the detail is about something else than what was asked.
bool isElsewhere(const Verdict& verdict, const Hop& last)
{
    return verdict.at == last.grant->id && (verdict.reason == Reason::Location || verdict.reason == Reason::Action);
}

} // namespace

Verdict decide(const permissions::ActionRequest& request, std::span<const Hop> chain, std::chrono::milliseconds now,
    Approval approval, const Floor& floor)
{
    const Question question{
        request, chain, now, {std::chrono::floor<std::chrono::seconds>(now).count()}, approval, floor};
    Verdict none; // denies: NotLive
    for (const Hop& hop : chain) {
        auto why = notLive(*hop.grant, question.second);
        if (!why)
            why = unmet({}, hop.standing); // a hit: that is no matter of what the service demands
        if (why) {
            conclude(none, Outcome::Deny, hop, *std::move(why));
            return none;
        }
    }
    std::optional<Verdict> asks;
    std::optional<Verdict> refuses;
    std::optional<Verdict> elsewhere;
    for (std::size_t i = 0; !chain.empty() && i < chain.back().grant->permission.details.size(); ++i) {
        Verdict verdict = tryDetail(question, i);
        if (verdict.outcome == Outcome::Permit)
            return verdict;
        verdict.debits.clear();
        auto& kept = verdict.outcome == Outcome::Ask ? asks : isElsewhere(verdict, chain.back()) ? elsewhere : refuses;
        if (!kept)
            kept = std::move(verdict);
    }
    for (auto* kept : {&asks, &refuses, &elsewhere}) {
        if (*kept)
            return **kept;
    }
    return none;
}

} // namespace countersign::decision
