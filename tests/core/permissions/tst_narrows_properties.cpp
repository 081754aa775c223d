// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one rule: a machine may narrow authority, never widen it. Whatever narrows() calls narrower is tried call by
// call.
#include "core/permissions/matching.h"
#include "core/permissions/permission.h"
#include "core/permissions/permission_json.h"
#include "generated.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <set>

using namespace countersign;
using namespace countersign::permissions;
using namespace countersign::testing;

namespace {

const int kRounds = roundsOf(500);

bool isNarrower(const AgentDelegation& child, const AgentDelegation& parent)
{
    return narrows(Permission{{child}}, Permission{{parent}}).has_value();
}

bool permits(const AgentDelegation& detail, const ActionRequest& request, UnixSeconds at)
{
    return match(detail, request, at).has_value();
}

/// Every place, action and time with arguments that it takes, and all arguments at one that it permits.
/// A detail permits a call where it permits each of its parts, so these are all that can tell two details apart.
std::vector<std::pair<ActionRequest, UnixSeconds>> callsOf(const AgentDelegation& detail)
{
    AgentDelegation anywhere = detail; // so that the arguments alone decide
    anywhere.notBefore = anywhere.expiresAt = std::nullopt;
    anywhere.dailyWindow.reset();
    const auto taken = std::ranges::find_if(allArguments(), [&](const Value& arguments) {
        return std::ranges::any_of(allActions(), [&](const Action& action) {
            return permits(anywhere, {action, detail.locations.front(), arguments}, UnixSeconds{0});
        });
    });
    std::vector<std::pair<ActionRequest, UnixSeconds>> calls;
    if (taken == allArguments().end())
        return calls;
    using Proof = ActionRequest::Proof;
    for (const Location& location : allLocations()) {
        for (const Action& action : allActions()) {
            for (const UnixSeconds at : allTimes()) {
                for (const Proof proof : {Proof::Possession, Proof::Signature}) {
                    ActionRequest request{action, location, *taken, proof};
                    if (permits(detail, request, at))
                        calls.emplace_back(std::move(request), at);
                }
            }
        }
    }
    if (calls.empty())
        return calls;
    const auto [good, at] = calls.back();
    for (const Value& arguments : allArguments()) {
        ActionRequest request{good.action, good.location, arguments};
        if (permits(detail, request, at))
            calls.emplace_back(std::move(request), at);
    }
    return calls;
}

std::optional<std::string> permittedOnlyBelow(const AgentDelegation& child, const AgentDelegation& parent)
{
    for (const auto& [request, at] : callsOf(child)) {
        if (!permits(parent, request, at))
            return std::string(request.action.name()) + " at " + request.location.url() + " with "
                + valueJson(request.arguments) + " at " + std::to_string(at.value);
    }
    return std::nullopt;
}

/// What one detail has used up, kept as simply as can be.
class Books {
public:
    explicit Books(const AgentDelegation& detail) : m_detail(&detail) { }

    /// Without asking the person.
    [[nodiscard]] bool permits(const ActionRequest& request, UnixSeconds at) const
    {
        const auto matched = match(*m_detail, request, at);
        return matched && withinCounts(at) && withinSpending(matched->amount, at) && !asks(matched->amount, request);
    }

    void debit(const ActionRequest& request, UnixSeconds at)
    {
        m_times.push_back(at);
        if (const auto matched = match(*m_detail, request, at); matched && matched->amount) {
            m_total += matched->amount->millionths();
            m_days[m_detail->spend->zone.dayOf(at)] += matched->amount->millionths();
        }
        for (const Pointer& pointer : m_detail->stepUp.firstSeen)
            m_seen.insert(seen(pointer, request));
    }

private:
    [[nodiscard]] bool withinCounts(UnixSeconds at) const
    {
        if (m_detail->uses && std::cmp_greater_equal(m_times.size(), *m_detail->uses))
            return false;
        return !m_detail->rate || std::ranges::count_if(m_times, [&](UnixSeconds each) {
            return at - each < m_detail->rate->span;
        }) < m_detail->rate->count;
    }
    [[nodiscard]] bool withinSpending(const std::optional<Amount>& amount, UnixSeconds at) const
    {
        if (!amount)
            return true;
        const Spend& spend = *m_detail->spend;
        const auto day = m_days.find(spend.zone.dayOf(at));
        const std::int64_t onDay = day == m_days.end() ? 0 : day->second;
        return (!spend.total || m_total + amount->millionths() <= spend.total->millionths())
            && (!spend.perDay || onDay + amount->millionths() <= spend.perDay->millionths());
    }
    [[nodiscard]] bool asks(const std::optional<Amount>& amount, const ActionRequest& request) const
    {
        const StepUp& stepUp = m_detail->stepUp;
        return stepUp.everyAction == StepUp::EveryAction::Yes || (stepUp.above && amount && *amount > *stepUp.above)
            || std::ranges::any_of(
                stepUp.firstSeen, [&](const Pointer& pointer) { return !m_seen.contains(seen(pointer, request)); });
    }
    static std::string seen(const Pointer& pointer, const ActionRequest& request)
    {
        const Value* value = pointer.resolve(request.arguments);
        return pointer.text() + ' ' + (value != nullptr ? valueJson(*value) : std::string());
    }

    const AgentDelegation* m_detail;
    std::vector<UnixSeconds> m_times;
    std::int64_t m_total = 0;
    std::map<std::int64_t, std::int64_t> m_days;
    std::set<std::string> m_seen;
};

/// Calls that the child permits, one after the other, each also debited to the parent: which one does the parent
/// refuse? Now and then the person says yes to one that the child asks about, which then counts for both.
std::optional<std::string> widenedByCounts(const AgentDelegation& child, const AgentDelegation& parent, unsigned seed)
{
    const auto calls = callsOf(child);
    if (calls.empty())
        return std::nullopt;
    Generator generator(seed);
    Books childBooks(child);
    Books parentBooks(parent);
    std::int64_t now = calls.front().second.value;
    std::string told;
    for (int i = 0; i < 40; ++i) {
        static const std::vector<std::int64_t> steps{0, 0, 1, 5, 20, 59, 60, 61, 7200, 43200, 86400};
        now += generator.oneOf(steps);
        const ActionRequest& request = generator.oneOf(calls).first;
        const UnixSeconds at{now};
        const bool approved = generator.oneIn(4);
        if (!childBooks.permits(request, at)) {
            if (!approved || !child.stepUp.isSet() || !permits(parent, request, at) || !permits(child, request, at))
                continue;
        } else if (!parentBooks.permits(request, at)) {
            return told + " then " + valueJson(request.arguments) + " at " + std::to_string(now);
        }
        told += ' ' + valueJson(request.arguments) + " at " + std::to_string(now);
        childBooks.debit(request, at);
        parentBooks.debit(request, at);
    }
    return std::nullopt;
}

} // namespace

class NarrowsPropertiesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_written_reads_back_as_the_same()
    {
        Generator generator(seedOf("round trip"));
        for (int round = 0; round < kRounds; ++round) {
            const Permission permission = generator.permission();
            const std::string text = permissionJson(permission);
            const auto again = parsePermission(text);
            if (!again || *again != permission)
                QFAIL((text + (again ? permissionJson(*again) : again.error().message)).c_str());
        }
    }

    void narrower_is_reflexive_and_transitive()
    {
        Generator generator(seedOf("order"));
        int chains = 0;
        for (int round = 0; round < kRounds * 4; ++round) {
            const Permission first = generator.permission();
            const Permission second = generator.changed(first);
            const Permission third = generator.changed(second);
            if (!narrows(first, first))
                QFAIL(permissionJson(first).c_str());
            if (!narrows(second, first) || !narrows(third, second))
                continue;
            chains += second != first && third != second ? 1 : 0;
            if (!narrows(third, first))
                QFAIL(
                    (permissionJson(third) + " in " + permissionJson(second) + " in " + permissionJson(first)).c_str());
        }
        QVERIFY2(chains > kRounds / 50, "the generator made too few chains");
    }

    void whatever_the_child_permits_the_parent_permits()
    {
        Generator generator(seedOf("calls"));
        int narrower = 0;
        for (int round = 0; round < kRounds; ++round) {
            const AgentDelegation parent = generator.detail();
            const AgentDelegation child = generator.oneIn(5) ? generator.detail() : generator.changed(parent);
            if (child == parent || !isNarrower(child, parent))
                continue;
            ++narrower;
            const Fails fails = [](const AgentDelegation& less, const AgentDelegation& more) {
                return isNarrower(less, more) && permittedOnlyBelow(less, more);
            };
            if (fails(child, parent))
                QFAIL((*permittedOnlyBelow(child, parent) + ": " + shrunk(child, parent, fails)).c_str());
        }
        QVERIFY2(narrower > kRounds / 20, "the generator made too few that are narrower");
    }

    void whatever_the_child_permits_in_a_row_the_parent_permits_with_all_of_it_debited()
    {
        Generator generator(seedOf("rows of calls"));
        int narrower = 0;
        for (int round = 0; round < kRounds * 2; ++round) {
            AgentDelegation parent = generator.detail();
            if (generator.oneIn(2))
                parent.constraints.clear(); // so that more calls get as far as the counts
            const AgentDelegation child = generator.changed(parent);
            if (child == parent || !child.needsCounting() || !isNarrower(child, parent))
                continue;
            ++narrower;
            const auto seed = static_cast<unsigned>(generator.below(1U << 30U));
            const Fails fails = [seed](const AgentDelegation& less, const AgentDelegation& more) {
                return isNarrower(less, more) && widenedByCounts(less, more, seed);
            };
            if (fails(child, parent))
                QFAIL((*widenedByCounts(child, parent, seed) + ": " + shrunk(child, parent, fails)).c_str());
        }
        QVERIFY2(narrower > kRounds / 20, "the generator made too few that are narrower");
    }

    void each_detail_fits_into_the_one_that_it_is_paired_with()
    {
        Generator generator(seedOf("pairing"));
        int paired = 0;
        for (int round = 0; round < kRounds; ++round) {
            const Permission parent = generator.permission();
            const Permission child = generator.changed(parent);
            const auto pairing = narrows(child, parent);
            const auto handedOn = delegates(child, parent);
            QVERIFY2(pairing || !handedOn, permissionJson(child).c_str());
            if (!pairing)
                continue;
            QCOMPARE(pairing->size(), child.details.size());
            for (std::size_t i = 0; i < child.details.size(); ++i) {
                const auto above = static_cast<std::size_t>((*pairing)[i]);
                QVERIFY(!permittedOnlyBelow(child.details[i], parent.details[above]));
                for (std::size_t earlier = 0; earlier < above; ++earlier)
                    QVERIFY(!isNarrower(child.details[i], parent.details[earlier]));
                if (handedOn)
                    QVERIFY(
                        child.details[i].maxDepth < parent.details[static_cast<std::size_t>((*handedOn)[i])].maxDepth);
            }
            ++paired;
        }
        QVERIFY(paired > kRounds / 50);
    }

    void a_meet_permits_exactly_what_both_permit()
    {
        Generator generator(seedOf("meets"));
        int met = 0;
        for (int round = 0; round < kRounds; ++round) {
            const AgentDelegation a = generator.detail();
            const AgentDelegation b = generator.changed(a);
            const std::optional<AgentDelegation> both = meet(a, b);
            if (!both) {
                // What fits already always has a meet: itself.
                if (isNarrower(a, b) || isNarrower(b, a))
                    QFAIL(permissionJson(Permission{{a, b}}).c_str());
                continue;
            }
            met += a != b ? 1 : 0;
            if (!isNarrower(*both, a) || !isNarrower(*both, b))
                QFAIL(permissionJson(Permission{{a, b, *both}}).c_str());
            for (const auto& [request, at] : callsOf(a)) {
                if (permits(b, request, at) && !permits(*both, request, at))
                    QFAIL((valueJson(request.arguments) + permissionJson(Permission{{a, b, *both}})).c_str());
            }
        }
        QVERIFY2(met > kRounds / 10, "the generator made too few that meet");
    }
};

QTEST_GUILESS_MAIN(NarrowsPropertiesTest)
#include "tst_narrows_properties.moc"
