// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What may be done: authorization_details (RFC 9396) of type `agent_delegation`, as plain values that can't be built
// invalid. This version knows locations, actions and expires_at; any other member is refused (permission_json.h).
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <QLocale>
#include <QStringList>

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

/// A dotted name of two or more segments ([a-z0-9_-]+): "payments.create".
class Action {
public:
    [[nodiscard]] static Result<Action> parse(std::string_view name); ///< InvalidAuthorizationDetails
    [[nodiscard]] const std::string& name() const { return m_name; }

    auto operator<=>(const Action&) const = default;

private:
    std::string m_name;
};

/// One element of authorization_details. Locations and actions are never empty, sorted, without repetitions.
struct AgentDelegation {
    std::vector<Location> locations;
    std::vector<Action> actions;
    std::optional<UnixSeconds> expiresAt; ///< always set in what was granted

    bool operator==(const AgentDelegation&) const = default;
};

struct Permission {
    std::vector<AgentDelegation> details; ///< never empty

    bool operator==(const Permission&) const = default;
    /// When the last detail ends; nullopt when one is without an end.
    [[nodiscard]] std::optional<UnixSeconds> end() const;
};

/// Why something isn't narrower: the member, as a JSON pointer into authorization_details, and the reason.
struct Widening {
    std::string member;
    std::string reason;
};

/// Whether `child` permits nothing that `parent` does not: each detail of the child fits inside one detail of the
/// parent. Error: InvalidAuthorizationDetails, naming the member and the reason.
[[nodiscard]] Result<void> narrows(const Permission& child, const Permission& parent);

/// One sentence a detail, in the language of the running translation, for a tired person: "create and read payments at
/// payments.example". Plain text; what stands in it was parsed, so it is safe to show.
[[nodiscard]] QStringList toSentences(const Permission& permission, const QLocale& locale = QLocale());
/// One action as a person reads it: "create payments".
[[nodiscard]] QString actionLabel(const Action& action);
/// The places of a detail: "payments.example and ledger.example/v1".
[[nodiscard]] QString placesLabel(const AgentDelegation& detail, const QLocale& locale = QLocale());

} // namespace countersign::permissions
