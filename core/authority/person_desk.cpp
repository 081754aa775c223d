// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/person_desk.h"

#include "core/authority/authority.h"
#include "core/authority/catalogue_cases.h"
#include "core/authority/desk_port.h"
#include "core/authority/device_keys.h"
#include "core/authority/preview_catalogue.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/authority/weekly_check.h"
#include "core/base/mailbox.h"

#include <algorithm>
#include <unordered_map>

namespace countersign::authority {

struct PersonDesk::Data {
    Authority& authority;
    Mailbox mailbox;
    std::shared_ptr<Port> port = std::make_shared<Port>(mailbox);
    std::vector<WaitingRequest> requests;
    std::vector<GrantRow> grants;
    std::unordered_map<GrantId, std::size_t> fromOldest; ///< a grant's place, counted from the oldest
    std::vector<AgentRow> agents;
    std::vector<ServiceRow> services;
    DeskStatus status;
    bool isReady = false;

    template <typename T> void submit(Authority::Work<T> work, Done<T> done)
    {
        authority.submit(std::move(work), through<T>(port, std::move(done)));
    }
    void submitRevocation(Authority::Work<void> work, Done<void> done)
    {
        authority.submitRevocation(std::move(work), through<void>(port, std::move(done)));
    }
};

namespace {

bool isNewer(const GrantRow& a, const GrantRow& b)
{
    return a.grant.createdAt > b.grant.createdAt;
}

/// Applies what the authority announced, and says so.
template <typename Data> class Applier {
public:
    Applier(PersonDesk& desk, Data& data) : m_desk(desk), m_data(data) { }

    void apply(DeskChanges changes)
    {
        if (changes.everything)
            reset(changes);
        else
            update(changes);
        if (changes.servicesChanged) {
            m_data.services = std::move(changes.services);
            Q_EMIT m_desk.servicesChanged();
        }
        if (changes.status)
            takeStatus(std::move(*changes.status));
        if (!std::exchange(m_data.isReady, true))
            Q_EMIT m_desk.ready();
    }

private:
    void reset(DeskChanges& changes)
    {
        m_data.requests = std::move(changes.requests);
        m_data.grants = std::move(changes.grants);
        std::ranges::stable_sort(m_data.grants, isNewer);
        m_data.fromOldest.clear();
        for (std::size_t row = 0; row < m_data.grants.size(); ++row)
            m_data.fromOldest.emplace(m_data.grants[row].grant.id, m_data.grants.size() - 1 - row);
        Q_EMIT m_desk.grantsReset();
        m_data.agents = std::move(changes.agents);
        Q_EMIT m_desk.agentsReset();
        for (const std::string& publicId : publicIds())
            Q_EMIT m_desk.requestArrived(QString::fromStdString(publicId));
    }

    [[nodiscard]] std::vector<std::string> publicIds() const
    {
        std::vector<std::string> ids;
        for (const WaitingRequest& waiting : m_data.requests)
            ids.push_back(waiting.request.publicId);
        return ids;
    }

    void update(DeskChanges& changes)
    {
        for (WaitingRequest& request : changes.requests)
            takeRequest(std::move(request));
        for (GrantRow& grant : changes.grants)
            takeGrant(std::move(grant));
        for (AgentRow& agent : changes.agents)
            takeAgent(std::move(agent));
    }

    void takeRequest(WaitingRequest changed)
    {
        const QString publicId = QString::fromStdString(changed.request.publicId);
        const consent::RequestState state = changed.request.state;
        const auto held = std::ranges::find(
            m_data.requests, changed.request.publicId, [](const auto& each) { return each.request.publicId; });
        const bool isHeld = held != m_data.requests.end();
        if (state == consent::RequestState::Waiting) {
            if (isHeld)
                *held = std::move(changed);
            else
                m_data.requests.push_back(std::move(changed));
            isHeld ? Q_EMIT m_desk.requestChanged(publicId) : Q_EMIT m_desk.requestArrived(publicId);
        } else if (isHeld) {
            m_data.requests.erase(held);
            Q_EMIT m_desk.requestEnded(publicId, state);
        }
    }

    void takeGrant(GrantRow changed)
    {
        const auto place = m_data.fromOldest.find(changed.grant.id);
        if (place == m_data.fromOldest.end()) {
            m_data.fromOldest.emplace(changed.grant.id, m_data.grants.size());
            m_data.grants.insert(m_data.grants.begin(), std::move(changed));
            Q_EMIT m_desk.grantAdded(0);
            return;
        }
        const std::size_t row = m_data.grants.size() - 1 - place->second;
        m_data.grants.at(row) = std::move(changed);
        Q_EMIT m_desk.grantChanged(static_cast<int>(row));
    }

    void takeAgent(AgentRow changed)
    {
        const auto held =
            std::ranges::find(m_data.agents, changed.agent.id, [](const AgentRow& each) { return each.agent.id; });
        const int row = static_cast<int>(held - m_data.agents.begin());
        const bool isHeld = held != m_data.agents.end();
        if (changed.agent.standing == agents::Standing::Forgotten) {
            if (!isHeld)
                return;
            m_data.agents.erase(held);
            Q_EMIT m_desk.agentGone(row);
        } else if (isHeld) {
            *held = std::move(changed);
            Q_EMIT m_desk.agentChanged(row);
        } else {
            m_data.agents.insert(m_data.agents.begin(), std::move(changed));
            Q_EMIT m_desk.agentAdded(0);
        }
    }

    void takeStatus(DeskStatus status)
    {
        const bool grew = status.logSize != m_data.status.logSize;
        m_data.status = std::move(status);
        if (grew)
            Q_EMIT m_desk.timelineGrew(m_data.status.logSize);
        Q_EMIT m_desk.statusChanged();
    }

    PersonDesk& m_desk;
    Data& m_data;
};

} // namespace

PersonDesk::PersonDesk(Authority& authority, QObject* parent)
    : QObject(parent), d(std::make_unique<Data>(authority)), m_weeklyCheck(std::make_unique<WeeklyCheck>(authority))
{
    d->authority.setListener([this, port = d->port](DeskChanges changes) {
        // The port is closed before the desk goes, and the mailbox forgets what it has not run.
        port->post([this, changes = std::move(changes)]() mutable { Applier(*this, *d).apply(std::move(changes)); });
    });
}

PersonDesk::~PersonDesk()
{
    d->authority.setListener({});
    d->port->close();
}

const std::vector<WaitingRequest>& PersonDesk::waitingRequests() const
{
    return d->requests;
}

const WaitingRequest* PersonDesk::findRequest(const std::string& publicId) const
{
    const auto found = std::ranges::find(d->requests, publicId, [](const auto& each) { return each.request.publicId; });
    return found == d->requests.end() ? nullptr : &*found;
}

const std::vector<GrantRow>& PersonDesk::grants() const
{
    return d->grants;
}

const std::vector<AgentRow>& PersonDesk::agents() const
{
    return d->agents;
}

const std::vector<ServiceRow>& PersonDesk::services() const
{
    return d->services;
}

const DeskStatus& PersonDesk::status() const
{
    return d->status;
}

const Clock& PersonDesk::clock() const
{
    return d->authority.clock();
}

void PersonDesk::approve(Decision decision, Done<GrantId> done)
{
    d->submit<GrantId>([decision = std::move(decision)](Context& context) { return approveRequest(context, decision); },
        std::move(done));
}

void PersonDesk::deny(const std::string& requestId, Done<void> done)
{
    d->submit<void>([requestId](Context& context) { return denyRequest(context, requestId); }, std::move(done));
}

void PersonDesk::block(const ClientId& agent, Done<void> done)
{
    d->submitRevocation([agent](Context& context) { return blockAgent(context, agent); }, std::move(done));
}

void PersonDesk::unblock(const ClientId& agent, Done<void> done)
{
    d->submit<void>([agent](Context& context) { return unblockAgent(context, agent); }, std::move(done));
}

void PersonDesk::revoke(const GrantId& grant, Done<void> done)
{
    d->submitRevocation([grant](Context& context) { return revokeGrant(context, grant); }, std::move(done));
}

void PersonDesk::revokeAllOf(const ClientId& agent, Done<void> done)
{
    d->submitRevocation(
        [agent](
            Context& context) { return authority::revokeAllOf(context, agent, grants::EndReason::RevokedByPerson); },
        std::move(done));
}

void PersonDesk::stopEverything(Done<void> done)
{
    d->submitRevocation([](Context& context) { return authority::stopEverything(context); }, std::move(done));
}

void PersonDesk::unlockPersonKey(QString& passphrase, Done<void> done)
{
    d->authority.unlockPersonKey(crypto::SecretBytes::takeFrom(passphrase), through<void>(d->port, std::move(done)));
}

void PersonDesk::rotateDevice(QString& passphrase, Done<void> done)
{
    authority::rotateDevice(
        d->authority, crypto::SecretBytes::takeFrom(passphrase), through<void>(d->port, std::move(done)));
}

void PersonDesk::confirmClock(Done<void> done)
{
    d->submit<void>([](Context& context) { return authority::confirmClock(context); }, std::move(done));
}

void PersonDesk::confirmRollback(Done<void> done)
{
    d->submit<void>([](Context& context) { return authority::confirmRollback(context); }, std::move(done));
}

void PersonDesk::resume(const GrantId& grant, Done<void> done)
{
    d->submit<void>([grant](Context& context) { return resumeGrant(context, grant); }, std::move(done));
}

void PersonDesk::pause(const GrantId& grant, Done<void> done)
{
    d->submitRevocation([grant](Context& context) { return pauseGrant(context, grant); }, std::move(done));
}

void PersonDesk::prepareNarrowing(const GrantId& grant, Done<consent::ScreenFacts> done)
{
    d->submit<consent::ScreenFacts>(
        [grant](Context& context) { return authority::prepareNarrowing(context, grant); }, std::move(done));
}

void PersonDesk::narrow(Narrowing narrowing, Done<void> done)
{
    d->submit<void>([narrowing = std::move(narrowing)](Context& context) { return narrowGrant(context, narrowing); },
        std::move(done));
}

void PersonDesk::nameAgent(const ClientId& agent, const QString& name, Done<void> done)
{
    d->submit<void>(
        [agent, name](Context& context) { return authority::nameAgent(context, agent, name); }, std::move(done));
}

void PersonDesk::assignTrust(const ClientId& agent, std::optional<agents::TrustLevel> level, Done<void> done)
{
    d->submit<void>(
        [agent, level](Context& context) { return authority::assignTrust(context, agent, level); }, std::move(done));
}

void PersonDesk::askTrustAgain(const ClientId& agent, Done<void> done)
{
    d->submit<void>([agent](Context& context) { return authority::askTrustAgain(context, agent); }, std::move(done));
}

void PersonDesk::forget(const ClientId& agent, Done<void> done)
{
    d->submitRevocation([agent](Context& context) { return forgetAgent(context, agent); }, std::move(done));
}

void PersonDesk::addService(const QString& name, const QString& location, Done<ServiceSecret> done)
{
    d->submit<ServiceSecret>(
        [name, location](Context& context) { return authority::addService(context, name, location); }, std::move(done));
}

void PersonDesk::removeService(const ServiceId& service, Done<void> done)
{
    d->submit<void>(
        [service](Context& context) { return authority::removeService(context, service); }, std::move(done));
}

void PersonDesk::acceptServer(const Thumbprint& key, const QString& name, Done<void> done)
{
    d->submit<void>(
        [key, name](Context& context) { return authority::acceptServer(context, key, name); }, std::move(done));
}

void PersonDesk::forgetServer(const Thumbprint& key, Done<void> done)
{
    d->submit<void>([key](Context& context) { return authority::forgetServer(context, key); }, std::move(done));
}

void PersonDesk::importReceipts(PersonImport receipts, Done<ImportedReceipts> done)
{
    d->authority.importReceipts(std::move(receipts), through<ImportedReceipts>(d->port, std::move(done)));
}

void PersonDesk::previewCatalogue(const ServiceId& service, const QString& path, Done<CataloguePreview> done)
{
    previewCatalogueFile(d->authority, service, path, through<CataloguePreview>(d->port, std::move(done)));
}

void PersonDesk::importCatalogue(CataloguePreview preview, Done<void> done)
{
    d->submit<void>(
        [preview = std::move(preview)](Context& context) { return authority::importCatalogue(context, preview); },
        std::move(done));
}

void PersonDesk::timeline(
    audit::TimelineFilter filter, std::optional<std::uint64_t> before, int count, Done<std::vector<TimelineEntry>> done)
{
    d->authority.timeline(
        std::move(filter), before, count, through<std::vector<TimelineEntry>>(d->port, std::move(done)));
}

void PersonDesk::story(std::uint64_t entry, Done<Story> done)
{
    d->authority.story(entry, through<Story>(d->port, std::move(done)));
}

void PersonDesk::exportTimeline(TimelineFile file, LongWork work, Done<std::uint64_t> done)
{
    d->authority.exportTimeline(
        std::move(file), onDesk(d->port, std::move(work)), through<std::uint64_t>(d->port, std::move(done)));
}

void PersonDesk::checkLog(LongWork work, Done<std::uint64_t> done)
{
    d->authority.checkLog(onDesk(d->port, std::move(work)), through<std::uint64_t>(d->port, std::move(done)));
}

void PersonDesk::eraseDetails(std::uint64_t entry, Done<void> done)
{
    d->submit<void>([entry](Context& context) { return authority::eraseDetails(context, entry); }, std::move(done));
}

} // namespace countersign::authority
