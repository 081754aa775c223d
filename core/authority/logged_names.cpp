// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/logged_names.h"

#include "core/authority/leaves.h"
#include "core/authority/parsed_leaf_json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <initializer_list>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using Names = std::map<std::string, std::optional<std::string>>;

/// Where the rows have names.
struct NameRows {
    const char* read;
    const char* clear;
    const char* set;
};
constexpr NameRows kAgents{"SELECT client_id, name FROM agents", "UPDATE agents SET name = '' WHERE client_id = ?",
    "UPDATE agents SET name = ? WHERE client_id = ?"};
constexpr NameRows kOwn{"SELECT client_id, coalesce(own_name, '') FROM agents",
    "UPDATE agents SET own_name = NULL WHERE client_id = ?",
    "UPDATE agents SET own_name = nullif(?, '') WHERE client_id = ?"};
constexpr NameRows kServices{"SELECT service_id, name FROM services",
    "UPDATE services SET name = '' WHERE service_id = ?", "UPDATE services SET name = ? WHERE service_id = ?"};

std::optional<std::string> nameIn(const audit::Leaf& leaf, const json::Object& claims)
{
    if (leaf.privateText || claims.contains("text_commitment"))
        return leaf.privateText;
    return std::string();
}

} // namespace

void LoggedNames::take(const ParsedLeaf& parsed)
{
    const auto& [leaf, claims] = parsed;
    switch (leaf.kind) {
    case LeafKind::AgentRegistered:
        m_agents[leaf.agent.value] = nameIn(leaf, claims);
        m_own.try_emplace(leaf.agent.value, std::string());
        break;
    case LeafKind::AgentNamed:
        m_own[leaf.agent.value] = nameIn(leaf, claims);
        break;
    case LeafKind::AgentForgotten:
        m_own[leaf.agent.value] = std::string();
        break;
    case LeafKind::ServiceAdded:
        m_services[json::textOf(claims, "service_id")] = nameIn(leaf, claims);
        break;
    default:
        break;
    }
}

Result<std::vector<LoggedNames::Differing>> LoggedNames::differing(store::Database& database) const
{
    struct Kind {
        const Names* names;
        const NameRows* rows;
    };
    std::vector<Differing> found;
    for (const Kind& kind : {Kind{&m_agents, &kAgents}, Kind{&m_own, &kOwn}, Kind{&m_services, &kServices}}) {
        store::Query query(database, kind.rows->read);
        while (TRY(query.next())) {
            const auto logged = kind.names->find(query.text(0));
            if (logged != kind.names->end() && logged->second && *logged->second != query.text(1))
                found.push_back({kind.rows->clear, kind.rows->set, logged->first, *logged->second});
        }
    }
    return found;
}

Result<void> LoggedNames::compare(store::Database& database) const
{
    const auto found = TRY(differing(database));
    if (found.empty())
        return {};
    return fail(ErrorCode::StorageCorrupt, found.front().id + " has another name in the data than in the log");
}

Result<QStringList> LoggedNames::verify(Context& context) const
{
    const auto found = TRY(differing(context.database));
    for (const Differing& each : found)
        TRY(store::Query(context.database, each.clear).bind(each.id).run());
    for (const Differing& each : found) {
        TRY(store::Query(context.database, each.set).bind(each.name).bind(each.id).run());
        audit::LeafDraft leaf;
        leaf.kind = LeafKind::StateRejected;
        leaf.claims["what"] = "name: its row said another one than the log";
        leaf.claims["of"] = each.id;
        TRY(appendLeaf(context, leaf));
    }
    if (found.empty())
        return QStringList();
    return QStringList(QCoreApplication::translate("authority",
        "%n names of agents and services were changed in the data; they are as the log says again.", nullptr,
        static_cast<int>(found.size())));
}

} // namespace countersign::authority
