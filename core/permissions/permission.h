// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What may be done: authorization_details (RFC 9396) of type `agent_delegation`, as plain values that can't be built
// invalid.
#pragma once

#include "core/base/clock.h"
#include "core/base/money.h"
#include "core/base/result.h"
#include "core/permissions/constraint.h"
#include "core/permissions/value.h"

#include <QLocale>
#include <QStringList>
#include <QTimeZone>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::permissions {

inline constexpr std::size_t kMaxDetails = 64; ///< details a request
inline constexpr std::size_t kMaxLocations = 32; ///< locations a detail
inline constexpr std::size_t kMaxActions = 64; ///< actions a detail
inline constexpr std::size_t kMaxLocationBytes = 512;
inline constexpr std::size_t kMaxActionBytes = 128;
inline constexpr std::chrono::seconds kMaxGrantLife = std::chrono::days(366); ///< nothing is granted for longer

/// An absolute http(s) URL that is matched by scheme, host, port and whole path segments. A URL that normalisation
/// would change (RFC 3986 section 6.2.2: case, percent-encoding, dot segments; default ports), or with userinfo, query
/// or fragment, is refused rather than normalised.
class Location {
public:
    [[nodiscard]] static Result<Location> parse(std::string_view url); ///< InvalidTarget
    [[nodiscard]] const std::string& url() const { return m_url; }
    [[nodiscard]] std::string origin() const; ///< "https://payments.example"
    /// For a person: the host, the port where it isn't the default, the path where it isn't "/".
    [[nodiscard]] std::string place() const;
    /// Whether what is sent there can be read on its way: http to anything but this machine.
    [[nodiscard]] bool isUnprotected() const;
    /// Whether everything under `other` is under this one.
    [[nodiscard]] bool covers(const Location& other) const;

    auto operator<=>(const Location&) const = default;

private:
    std::string m_url;
    std::size_t m_authorityEnd = 0;
};

/// A dotted name of two or more segments ([a-z0-9_-]+): "payments.create". As something permitted its last segment may
/// be a wildcard: "payments.*" covers one more segment, "payments.**" one or more.
class Action {
public:
    [[nodiscard]] static Result<Action> parse(std::string_view name); ///< InvalidAuthorizationDetails
    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] bool isWildcard() const { return m_name.ends_with('*'); }
    /// Whether everything that `other` names is named by this one.
    [[nodiscard]] bool covers(const Action& other) const;

    auto operator<=>(const Action&) const = default;

private:
    std::string m_name;
};

/// An IANA time zone that this machine knows ("Europe/Berlin").
class Zone {
public:
    Zone(); ///< UTC
    [[nodiscard]] static Result<Zone> parse(std::string_view name); ///< InvalidAuthorizationDetails
    [[nodiscard]] const std::string& name() const { return m_name; }
    /// Days since 1970-01-01 by the calendar of that zone, and seconds since its midnight by its wall clock.
    [[nodiscard]] std::int64_t dayOf(UnixSeconds at) const;
    [[nodiscard]] int secondOfDay(UnixSeconds at) const;

    std::strong_ordering operator<=>(const Zone& other) const { return m_name <=> other.m_name; }
    bool operator==(const Zone& other) const { return m_name == other.m_name; }

private:
    [[nodiscard]] std::int64_t localSeconds(UnixSeconds at) const;

    std::string m_name = "UTC";
    QTimeZone m_zone;
};

/// What may be spent. At least one of the three limits is set.
struct Spend {
    Pointer amountAt; ///< must yield one non-negative decimal
    /// Where the API counts minor units: how many of them, as a power of ten, make one main unit. The argument is then
    /// an integer. nullopt: it counts main units.
    std::optional<int> scale;
    Currency currency;
    std::optional<Pointer> currencyAt; ///< must yield the currency's code; nullopt: the operation fixes it
    std::optional<Amount> perAction;
    std::optional<Amount> perDay; ///< a day in `zone`
    Zone zone;
    std::optional<Amount> total;

    bool operator==(const Spend&) const = default;
};

inline constexpr std::int64_t kMaxUses = 1'000'000'000;
inline constexpr int kMaxRateCount = 10'000;
inline constexpr std::chrono::seconds kMaxRateSpan = std::chrono::days(31);
inline constexpr int kMaxScale = 6; ///< minor units that an amount can hold (kMoneyScale)
inline constexpr std::size_t kMaxConstraints = 64; ///< constraints a detail, counted with what stands inside them
inline constexpr std::size_t kMaxFirstSeen = 8;
inline constexpr int kMaxChain = 8; ///< hops from the person on, the first agent's grant included

/// At most `count` actions in any span of so long: an exact sliding count.
struct Rate {
    int count = 0;
    std::chrono::seconds span{};

    bool operator==(const Rate&) const = default;
};

/// By the wall clock of `zone`, from `from` on and before `to`; over midnight where `to` is earlier. Never the same.
struct DailyWindow {
    int from = 0; ///< minutes since midnight
    int to = 0;
    Zone zone;

    bool operator==(const DailyWindow&) const = default;
};

/// What a request that changes nothing must carry; one that changes something is always signed (RFC 9421).
enum class SignedReads : std::uint8_t {
    No, ///< the proof of possession is enough (RFC 9449)
    Yes, ///< its signature too
};

/// When the person is asked again, for one action with its exact arguments.
struct StepUp {
    enum class EveryAction : std::uint8_t { No, Yes } everyAction = EveryAction::No;
    std::optional<Amount> above; ///< needs `spend`
    std::vector<Pointer> firstSeen; ///< a value there that this grant has not acted with before; sorted

    bool operator==(const StepUp&) const = default;
    [[nodiscard]] bool isSet() const { return *this != StepUp{}; }
};

struct ArgumentConstraint {
    Pointer at;
    Constraint constraint;

    bool operator==(const ArgumentConstraint&) const = default;
};

/// One element of authorization_details. Locations and actions are never empty, sorted, without repetitions.
struct AgentDelegation {
    std::vector<Location> locations;
    std::vector<Action> actions;
    std::optional<UnixSeconds> expiresAt; ///< always set in what was granted
    /// Sorted by pointer, each pointer once. A constrained argument must be there. Once there is a constraint or
    /// `spend`, an argument that none of them names is refused.
    std::vector<ArgumentConstraint> constraints = {};
    std::optional<Spend> spend = {};
    std::optional<std::int64_t> uses = {};
    std::optional<Rate> rate = {};
    std::optional<UnixSeconds> notBefore = {};
    std::optional<DailyWindow> dailyWindow = {};
    int maxDepth = 0; ///< how many hops further it may be delegated; 0: not at all
    StepUp stepUp = {};
    SignedReads signedReads = SignedReads::No;

    bool operator==(const AgentDelegation&) const = default;
    /// Whether only somebody who keeps count, or asks the person, can decide (`spend`, `uses`, `rate`, `step_up`).
    [[nodiscard]] bool needsCounting() const;
};

struct Permission {
    std::vector<AgentDelegation> details; ///< never empty

    bool operator==(const Permission&) const = default;
    /// When the last detail ends; nullopt when one is without an end.
    [[nodiscard]] std::optional<UnixSeconds> end() const;
};

/// Whether `child` permits nothing that `parent` does not: each detail of the child fits inside one detail of the
/// parent, member by member; a member that the parent has and the child lacks is a widening. No where it can't be told.
/// The answer: for each detail of the child the first detail of the parent that it fits into, to which its debits go.
/// Error: InvalidAuthorizationDetails, naming the member and the reason. The cost grows with the sizes of both at most.
[[nodiscard]] Result<std::vector<int>> narrows(const Permission& child, const Permission& parent);
/// The same for a delegation from one agent to the next: `max_depth` must also drop by one at least.
[[nodiscard]] Result<std::vector<int>> delegates(const Permission& child, const Permission& parent);
/// What both permit; nullopt where that can't be written as one detail (two time zones, for example) or is nothing.
[[nodiscard]] std::optional<AgentDelegation> meet(const AgentDelegation& child, const AgentDelegation& parent);

/// One sentence a detail, in the language of the running translation, for a tired person: "create and read payments at
/// payments.example, at most 500.00 EUR each, recipient only acme or globex". Of the ends only those are said that come
/// before the permission's own. Plain text; what comes from outside is made safe to show (words.h).
[[nodiscard]] QStringList toSentences(const Permission& permission, const QLocale& locale = QLocale());
/// One action as a person reads it: "create payments".
[[nodiscard]] QString actionLabel(const Action& action);
/// The places of a detail: "payments.example and ledger.example/v1".
[[nodiscard]] QString placesLabel(const AgentDelegation& detail, const QLocale& locale = QLocale());

} // namespace countersign::permissions
