// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/samples.h"

#include "core/permissions/permission_json.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui::samples {

using permissions::Permission;

Permission permission(
    const std::vector<std::string>& locations, const std::vector<std::string>& actions, std::optional<UnixSeconds> end)
{
    permissions::AgentDelegation detail;
    for (const std::string& location : locations)
        detail.locations.push_back(permissions::Location::parse(location).value());
    for (const std::string& action : actions)
        detail.actions.push_back(permissions::Action::parse(action).value());
    std::ranges::sort(detail.locations);
    std::ranges::sort(detail.actions);
    detail.expiresAt = end;
    return Permission{{detail}};
}

consent::ScreenFacts familiar(UnixSeconds at)
{
    consent::ScreenFacts facts;
    facts.requestId = "req-familiar";
    facts.agentName = safeText("reconcile-bot");
    facts.agentKey = Thumbprint{"7f3aK9x2LmQ0vTz4bNcR8sWdYeUhGjPq1oAiXkZl5c2"};
    facts.evidence.chain = {
        {4711, "/usr/bin/node", "node"}, {4700, "/usr/bin/claude", "claude"}, {4100, "/usr/bin/konsole", "konsole"}};
    facts.firstSeen = at - std::chrono::days(12);
    facts.asked =
        permission({"https://payments.example/"}, {"payments.create", "payments.read"}, at + std::chrono::hours(1));
    facts.holdsNow = {
        permission({"https://payments.example/"}, {"payments.create", "payments.read"}, at + std::chrono::minutes(5))};
    facts.bindingMessage = "Reconcile last week's invoices.";
    facts.at = at;
    return facts;
}

consent::ScreenFacts unknown(UnixSeconds at)
{
    consent::ScreenFacts facts = familiar(at);
    facts.requestId = "req-unknown";
    facts.firstSeen = at;
    facts.holdsNow.clear();
    facts.asked = permission({"https://payments.example/"}, {"payments.create", "payments.read", "payments.cancel"},
        at + std::chrono::hours(30));
    facts.asked.details.push_back(
        permission({"https://ledger.example/2026"}, {"entries.read", "entries.append"}, at + std::chrono::hours(30))
            .details.front());
    return facts;
}

consent::ScreenFacts hostile(UnixSeconds at)
{
    consent::ScreenFacts facts = unknown(at);
    facts.requestId = "req-hostile";
    facts.agentName = safeText("<b>Your bank</b>\u202Egro.knab\u200B &Approve <img src=x> p\u0430ypal");
    facts.bindingMessage = "<a href='https://evil.example'>click</a> & \"&Approve\" </html>";
    facts.evidence.chain = {{1, "/tmp/<b>bank</b>\n\u202Eexe", "<i>sh</i>"}};
    return facts;
}

consent::ScreenFacts crowded(UnixSeconds at)
{
    consent::ScreenFacts facts = unknown(at);
    facts.requestId = "req-crowded";
    facts.agentName = safeText(std::string(200, 'W'));
    facts.asked.details.clear();
    for (int place = 0; place < 8; ++place) {
        std::vector<std::string> actions;
        for (int action = 0; action < 8; ++action)
            actions.push_back(
                "rechnungsdatenverarbeitungsgesellschaften_" + std::to_string(action) + ".freigabebestaetigung");
        actions.push_back("a." + std::string(permissions::kMaxActionBytes - 2, 'x'));
        facts.asked.details.push_back(
            permission({"https://donaudampfschifffahrtsgesellschaft" + std::to_string(place) + ".example/"}, actions,
                at + std::chrono::hours(3))
                .details.front());
    }
    facts.bindingMessage = std::string(consent::kMaxBindingMessage, 'M');
    facts.timesAsked = 5;
    return facts;
}

namespace {
Permission payments(UnixSeconds end, const std::string& total, const std::string& recipients)
{
    const std::string json = "[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],"
                             "\"actions\":[\"payments.cancel\",\"payments.create\",\"payments.read\"],"
                             "\"constraints\":{\"/recipient\":{\"one_of\":"
        + recipients
        + "},\"/reference\":{\"pattern\":\"INV-*\"}},"
          "\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"500.00\",\"total\":\""
        + total
        + "\"},\"uses\":200,\"rate\":{\"count\":20,\"seconds\":60},\"max_depth\":2,"
          "\"expires_at\":"
        + std::to_string(end.value) + "}]";
    return permissions::parsePermission(json).value();
}
} // namespace

consent::ScreenFacts payer(UnixSeconds at)
{
    consent::ScreenFacts facts = familiar(at);
    facts.requestId = "req-payer";
    facts.asked = payments(at + std::chrono::hours(9), "20000.00", "[\"acme\",\"globex\",\"initech\"]");
    return facts;
}

consent::ScreenFacts demanding(UnixSeconds at)
{
    consent::ScreenFacts facts = payer(at);
    facts.requestId = "req-demanding";
    agents::TrustEvidence& evidence = facts.trust.evidence;
    evidence.level = evidence.claimed = services::TrustLevel::L3;
    evidence.source = agents::TrustSource::Token;
    evidence.issuer = "https://issuer.example";
    evidence.fetchedAt = at - std::chrono::hours(2);
    evidence.validUntil = at + std::chrono::hours(6);
    evidence.distrust = agents::Distrust::None;
    services::Requirements demanded;
    demanded.minimumLevel = services::TrustLevel::L2;
    demanded.screening = services::Screening::Required;
    demanded.spendLimits = {{*Currency::parse("EUR"), *Amount::parse("1000.00"), *Amount::parse("5000.00")}};
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i)
        facts.demanded.push_back({static_cast<int>(i), 0, "payments.example", consent::Demanded::Known::Yes, demanded});
    return facts;
}

consent::ScreenFacts extending(UnixSeconds at)
{
    consent::ScreenFacts facts = payer(at);
    facts.requestId = "req-extending";
    facts.purpose = consent::Purpose::Replacement;
    facts.before = payments(at + std::chrono::hours(2), "5000.00", "[\"acme\",\"globex\"]");
    facts.holdsNow = {*facts.before};
    facts.ownName = u"night books"_s;
    facts.bindingMessage = "There are more invoices than I thought.";
    return facts;
}

consent::ScreenFacts narrowing(UnixSeconds at)
{
    consent::ScreenFacts facts = payer(at);
    facts.requestId.clear();
    facts.purpose = consent::Purpose::Amendment;
    facts.holdsNow = {facts.asked};
    facts.evidence = {};
    facts.bindingMessage.clear();
    return facts;
}

consent::ScreenFacts onePayment(UnixSeconds at)
{
    consent::ScreenFacts facts = payer(at);
    facts.requestId = "req-one-payment";
    facts.purpose = consent::Purpose::Action;
    facts.holdsNow = {facts.asked};
    facts.asked = {};
    facts.bindingMessage.clear();
    facts.action = permissions::ActionRequest{permissions::Action::parse("payments.create").value(),
        permissions::Location::parse("https://payments.example/v1/payments").value(),
        permissions::parseValue(
            "{\"amount\":\"1612.00\",\"currency\":\"EUR\",\"recipient\":\"globex\","
            "\"note\":\"<b>urgent</b>\\u202e\\nApproved: yes\",\"lines\":[{\"sku\":\"A-1\",\"count\":3}]}")
            .value()};
    facts.askedBecause = "1,612.00 EUR is above 1,000.00 EUR.";
    return facts;
}

authority::GrantRow grantRow(int number, std::chrono::seconds left, UnixSeconds now)
{
    authority::GrantRow row;
    row.grant.id = GrantId{"grant-" + std::to_string(number)};
    row.grant.agent = ClientId{"agent-" + std::to_string(number % 7)};
    row.grant.createdAt = now - std::chrono::minutes(20);
    row.grant.expiresAt = now + left;
    row.grant.permission = permission({"https://payments.example/"}, {"payments.read"}, row.grant.expiresAt);
    row.agentName = u"agent-%1"_s.arg(number % 7);
    row.may = {u"read payments at payments.example"_s};
    if (left.count() <= 0) {
        row.grant.state = grants::GrantState::Expired;
        row.grant.reason = grants::EndReason::TimeRanOut;
    }
    return row;
}

std::vector<authority::GrantRow> grantRows(UnixSeconds now)
{
    std::vector<authority::GrantRow> rows{grantRow(1, std::chrono::seconds(52), now),
        grantRow(2, std::chrono::minutes(14), now), grantRow(3, std::chrono::hours(5), now),
        grantRow(4, std::chrono::days(3), now), grantRow(5, std::chrono::seconds(-30), now)};
    rows[0].agentName = u"ledger-helper"_s;
    rows[1].agentName = u"reconcile-bot"_s;
    rows[1].may = {u"create and read payments at payments.example"_s, u"append entries at ledger.example/2026"_s};
    rows[1].grant.lastUsedAt = now - std::chrono::minutes(3);
    rows[2].agentName = u"calendar-agent"_s;
    rows[2].may = {u"read events at calendar.example"_s};
    rows[2].grant.state = grants::GrantState::Held;
    rows[2].grant.reason = grants::EndReason::ClockMoved;
    rows[3].agentName = u"backup"_s;
    return rows;
}

std::vector<authority::GrantRow> grantTree(UnixSeconds now)
{
    using Kind = authority::Meter::Kind;
    const Currency euro = Currency::parse("EUR").value();
    const auto money = [](std::int64_t units) { return units * 1'000'000; };
    std::vector<authority::GrantRow> rows;
    const auto add = [&](int number, const QString& name, std::chrono::seconds left, int parent, const QString& may) {
        authority::GrantRow row = grantRow(number, left, now);
        row.agentName = name;
        row.grant.agent = ClientId{"agent-" + name.toStdString()};
        row.may = {may};
        if (parent > 0) {
            row.grant.parent = GrantId{"grant-" + std::to_string(parent)};
            row.grant.depth = 1;
        }
        rows.insert(rows.begin(), row);
    };
    add(1, u"reconcile-bot"_s, std::chrono::hours(5) + std::chrono::minutes(12), 0,
        u"create and read payments at payments.example, at most 500.00 EUR each, 20,000.00 EUR in all, 200 times"_s);
    rows.front().meters = {{Kind::Total, money(7310), money(20000), euro}, {Kind::Uses, 41, 200, {}},
        {Kind::PerDay, money(4900), money(5000), euro}};
    rows.front().ownName = u"night books"_s;
    rows.front().grant.lastUsedAt = now - std::chrono::minutes(3);
    add(2, u"calendar-agent"_s, std::chrono::hours(1), 0, u"read events at calendar.example"_s);
    add(3, u"ledger-helper"_s, std::chrono::minutes(14), 1,
        u"create payments at payments.example, at most 100.00 EUR each, 1,000.00 EUR in all"_s);
    rows.front().narrowed = {u"may do: create payments instead of create payments and read payments"_s,
        u"in all at most: 1,000.00 EUR instead of 20,000.00 EUR"_s};
    rows.front().meters = {{Kind::Total, money(980), money(1000), euro}};
    add(4, QString(), std::chrono::minutes(10), 3, u"create payments at payments.example, at most 10.00 EUR each"_s);
    rows.front().grant.state = grants::GrantState::Held;
    rows.front().grant.reason = grants::EndReason::PausedByPerson;
    return rows;
}

authority::TimelineEntry timelineEntry(std::uint64_t index, std::uint64_t size, UnixSeconds now)
{
    using Outcome = authority::TimelineEntry::Outcome;
    struct Kind {
        audit::LeafKind kind;
        Outcome outcome;
        QString sentence;
    };
    static const std::vector<Kind> kinds{
        {audit::LeafKind::ConsentGiven, Outcome::Permitted,
            u"You let “reconcile-bot” create and read payments at payments.example for 1 h"_s},
        {audit::LeafKind::TokenIssued, Outcome::Neutral, u"“reconcile-bot” got a token"_s},
        {audit::LeafKind::RequestDenied, Outcome::Refused,
            u"You denied “reconcile-bot” to cancel payments at payments.example"_s},
        {audit::LeafKind::RequestReceived, Outcome::Neutral,
            u"“reconcile-bot” asked to create payments at payments.example"_s},
        {audit::LeafKind::ActionPermitted, Outcome::Permitted,
            u"“ledger-helper” was permitted to create payments at payments.example for 499.00 EUR"_s},
        {audit::LeafKind::ActionDenied, Outcome::Refused,
            u"“ledger-helper” was refused to create payments at payments.example for 612.00 EUR: that is too much "
            "money at once"_s},
        {audit::LeafKind::GrantRevoked, Outcome::Neutral, u"You revoked what “ledger-helper” was allowed"_s},
    };
    const Kind& kind = kinds[index % kinds.size()];
    authority::TimelineEntry entry;
    entry.index = index;
    entry.at = now - std::chrono::minutes(37 * static_cast<int>(size - 1 - index));
    entry.kind = kind.kind;
    entry.outcome = kind.outcome;
    entry.agent = ClientId{"agent-1"};
    entry.agentName = u"reconcile-bot"_s;
    entry.sentence = kind.sentence;
    entry.details =
        u"{\n    \"agent\": \"agent-1\",\n    \"iat\": %1,\n    \"type\": \"sample\"\n}"_s.arg(entry.at.value);
    const bool isAction = kind.kind == audit::LeafKind::ActionPermitted || kind.kind == audit::LeafKind::ActionDenied;
    entry.receipt = isAction ? authority::TimelineEntry::Receipt::Kept : authority::TimelineEntry::Receipt::None;
    entry.inLog = index + 2 < size ? authority::TimelineEntry::InLog::Signed : authority::TimelineEntry::InLog::Waiting;
    return entry;
}

std::vector<authority::TimelineEntry> timelinePage(
    std::uint64_t size, std::optional<std::uint64_t> before, int count, UnixSeconds now)
{
    std::vector<authority::TimelineEntry> page;
    for (std::uint64_t index = std::min(before.value_or(size), size); index > 0 && std::ssize(page) < count; --index)
        page.push_back(timelineEntry(index - 1, size, now));
    return page;
}

authority::Story story(std::uint64_t entry, UnixSeconds now)
{
    using authority::Finding;
    authority::Story story;
    story.entry = timelineEntry(entry, entry + 1, now);
    story.entry.kind = audit::LeafKind::ActionPermitted;
    story.entry.outcome = authority::TimelineEntry::Outcome::Permitted;
    story.entry.privateDetails = authority::TimelineEntry::Private::Kept;
    story.sent = authority::SentRequest{u"POST"_s, u"https://payments.example/payments"_s, u"dry=no"_s, u"Payments"_s,
        u"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"_s,
        {u"amount: 499.00"_s, u"currency: \"EUR\""_s, u"recipient: \"acme\""_s},
        authority::SentRequest::Binding::Signature};
    using authority::Naming;
    story.chain = {{GrantId{"grant-1"}, ClientId{"agent-1"}, u"reconcile-bot"_s, Naming::Shown,
                       {u"create and read payments at payments.example, at most 500.00 EUR each"_s}, {}, true},
        {GrantId{"grant-2"}, ClientId{"agent-2"}, u"ledger-helper"_s, Naming::Shown,
            {u"create payments at payments.example"_s}, {u"in all at most: 20,000.00 EUR → 5,000.00 EUR (less)"_s},
            true}};
    authority::StoryConsent consent;
    consent.entry = 3;
    consent.at = now - std::chrono::hours(6);
    consent.signature = Finding::Right;
    consent.digest = Finding::Right;
    consent.screen =
        u"Let an agent create payments at payments.example?\nWho: “reconcile-bot” (what it calls itself)"_s;
    story.consents = {consent};
    story.proof.receipt = Finding::Right;
    story.proof.inclusion = Finding::Right;
    story.proof.details = Finding::Right;
    story.proof.treeSize = entry + 12;
    story.outcome = authority::StoryOutcome{entry + 1, authority::StoryOutcome::Executed::Yes, 201, false, {}};
    story.receipt = u"eyJhbGciOiJFUzI1NiJ9.e30.c2ln"_s;
    return story;
}

authority::Story storyElsewhere(std::uint64_t entry, UnixSeconds now)
{
    using authority::Finding;
    authority::Story story = samples::story(entry, now);
    story.sent->body = authority::SentBody{
        61, u"{\n  \"amount\": \"499.00\",\n  \"currency\": \"EUR\",\n  \"recipient\": \"acme\"\n}"_s, Finding::Right};
    authority::StoryForeign gateway;
    gateway.entry = entry + 2;
    gateway.server = u"https://gateway.example"_s;
    gateway.key = {"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWA"};
    gateway.acceptedAs = u"Payment gateway"_s;
    gateway.said = authority::StoryForeign::Said::Permitted;
    gateway.request = u"POST https://gateway.example/transfers"_s;
    gateway.at = now;
    gateway.tie = audit::Tie::SameContent;
    gateway.signature = Finding::Right;
    authority::StoryForeign bank = gateway;
    bank.server = u"https://bank.example"_s;
    bank.key = {"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"};
    bank.acceptedAs.reset();
    bank.request = u"POST https://bank.example/sepa"_s;
    bank.above = 0;
    bank.tie = audit::Tie::Names;
    authority::StoryForeign screening = bank;
    screening.server = u"https://screening.example"_s;
    screening.said = authority::StoryForeign::Said::Refused;
    screening.request = u"POST https://screening.example/checks"_s;
    story.upstream = {gateway, bank, screening};
    return story;
}

} // namespace countersign::ui::samples
