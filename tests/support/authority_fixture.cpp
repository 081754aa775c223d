// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/authority_fixture.h"

#include "core/authority/context.h"
#include "core/authority/device_keys.h"
#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/link.h"
#include "core/keychain/seal.h"
#include "core/permissions/permission_json.h"
#include "tests/support/must.h"

#include <QFile>

#include <algorithm>

namespace countersign::testing {

using namespace authority;

namespace {

constexpr crypto::Argon2Cost kCheap{8, 1, 1};
constexpr std::chrono::seconds kAskedLife = std::chrono::hours(8);

crypto::SecretBytes secretOf(QString text)
{
    return crypto::SecretBytes::takeFrom(text);
}

std::string sealPerson(const crypto::PrivateKey& person)
{
    const auto der = must(person.toPkcs8(), "PKCS #8");
    const auto box = must(keychain::seal(der, secretOf(passphrase()), "person-key", kCheap), "seal");
    return json::serialize(json::Object{{"public", person.publicKey().toJwk()}, {"sealed", crypto::base64url(box)}});
}

UsedProof freshProof(const std::string& owner, UnixSeconds now)
{
    return {owner, crypto::randomToken(), now + std::chrono::minutes(5)};
}

std::vector<UsedProof> freshProofs(const TestAgent& agent, UnixSeconds now)
{
    return {freshProof(agent.id().value, now), freshProof(agent.jkt().value, now)};
}

agents::ProcessEvidence evidenceOf(const std::string& executable)
{
    if (executable.empty())
        return {};
    return {
        {{4242, executable, executable.substr(executable.rfind('/') + 1)}, {1, "/usr/lib/systemd/systemd", "systemd"}}};
}

} // namespace

QString passphrase()
{
    return QStringLiteral("a passphrase for tests");
}

keychain::Identity makeIdentity()
{
    auto device = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "device key");
    auto log = must(crypto::PrivateKey::generate(crypto::KeyType::Ed25519), "log key");
    const auto person = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "person key");
    return {std::move(device), std::move(log), person.publicKey(), sealPerson(person)};
}

bool saveIdentity(const keychain::Identity& identity, const QString& file)
{
    const auto keyText = [](const crypto::PrivateKey& key) {
        return crypto::base64url(must(key.toPkcs8(), "PKCS #8").view());
    };
    const json::Object object{{"device", keyText(identity.device)}, {"log", keyText(identity.log)},
        {"person", identity.person.toJwk()}, {"sealed", identity.sealedPersonKey}};
    QFile out(file);
    return out.open(QIODevice::WriteOnly) && out.write(QByteArray::fromStdString(json::serialize(object))) > 0;
}

keychain::Identity readIdentity(const QString& file)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        qFatal("no identity");
    const auto object = must(json::parseObject(in.readAll().toStdString()), "identity");
    const auto key = [&](std::string_view name) {
        const auto der = must(crypto::fromBase64url(must(json::requiredString(object, name), "key")), "key");
        return must(crypto::PrivateKey::fromPkcs8(crypto::SecretBytes(std::string_view(der))), "key");
    };
    return {key("device"), key("log"), must(crypto::PublicKey::fromJwk(object.at("person").as_object()), "person"),
        must(json::requiredString(object, "sealed"), "sealed")};
}

permissions::Permission permissionOf(std::string_view authorizationDetails)
{
    return must(permissions::parsePermission(authorizationDetails), "authorization_details");
}

permissions::Permission payments(UnixSeconds now)
{
    permissions::Permission permission =
        permissionOf(R"([{"type":"agent_delegation","locations":["https://payments.example/"],)"
                     R"("actions":["payments.create","payments.read"]}])");
    permission.details.front().expiresAt = now + kAskedLife;
    return permission;
}

permissions::Permission delegable(int maxDepth, UnixSeconds now)
{
    permissions::Permission permission = payments(now);
    permission.details.front().maxDepth = maxDepth;
    return permission;
}

permissions::Permission handedOn(permissions::Permission permission)
{
    for (permissions::AgentDelegation& detail : permission.details)
        detail.maxDepth = std::max(0, detail.maxDepth - 1);
    return permission;
}

Decision approvalOf(const WaitingRequest& waiting)
{
    Decision decision;
    decision.requestId = waiting.request.publicId;
    decision.facts = waiting.facts;
    decision.edit = consent::initialEdit(waiting.facts);
    const consent::Screen screen = consent::composeScreen(decision.facts, decision.edit, QLocale(QLocale::English));
    decision.locale = screen.locale;
    decision.shownText = screen.text(decision.edit);
    return decision;
}

AuthorityFixture::AuthorityFixture(PersonKey personKey) : m_identity(makeIdentity())
{
    m_folder = m_ownFolder.path();
    must(start(personKey), "start");
}

AuthorityFixture::AuthorityFixture(const QString& folder, keychain::Identity identity)
    : m_folder(folder), m_identity(std::move(identity))
{
}

AuthorityFixture::~AuthorityFixture()
{
    stop();
}

void AuthorityFixture::stop()
{
    m_authority.reset();
}

Result<void> AuthorityFixture::start(PersonKey personKey)
{
    AuthorityOptions options{.folder = folder(),
        .issuer = "http://127.0.0.1:7317",
        .keychainName = "test",
        .identity = identity(),
        .anchor = anchor(),
        .keepAnchor =
            [this](const keychain::LogAnchor& now, const authority::AnchorKept& kept) {
                setAnchor(now);
                if (m_onAnchor)
                    m_onAnchor(now, kept);
            },
        .clock = &m_clock,
        .follows = m_follows,
        .deviceKeeper = m_deviceKeeper,
        .delegationDepth = m_delegationDepth,
        .logLooks = m_logLooks};
    if (!options.deviceKeeper.stage) {
        options.deviceKeeper.stage = [this](const keychain::Identity& now, const keychain::NextDevice& next) {
            keychain::Identity staged = now;
            staged.next = next;
            setIdentity(std::move(staged));
            return Result<void>();
        };
        options.deviceKeeper.adopt = [this](const keychain::Identity& now) { setIdentity(now); };
    }
    m_authority = TRY(Authority::start(std::move(options)));
    if (personKey == PersonKey::Unlocked)
        TRY(wait<void>([&](auto reply) { m_authority->unlockPersonKey(secretOf(passphrase()), std::move(reply)); }));
    return {};
}

keychain::Identity AuthorityFixture::identity() const
{
    const std::lock_guard lock(m_mutex);
    return m_identity;
}

void AuthorityFixture::setIdentity(keychain::Identity identity)
{
    const std::lock_guard lock(m_mutex);
    m_identity = std::move(identity);
}

Result<void> AuthorityFixture::rotateDevice(const QString& typed)
{
    return wait<void>([&](auto reply) { authority::rotateDevice(authority(), secretOf(typed), std::move(reply)); });
}

std::optional<keychain::LogAnchor> AuthorityFixture::anchor() const
{
    const std::lock_guard lock(m_mutex);
    return m_anchor;
}

void AuthorityFixture::setAnchor(std::optional<keychain::LogAnchor> anchor)
{
    const std::lock_guard lock(m_mutex);
    m_anchor = std::move(anchor);
}

TestAgent AuthorityFixture::registerAgent(const std::string& name, const std::string& executable, uid_t uid)
{
    auto key = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "agent key");
    RegisterAgent command{name, key.publicKey(), {}, evidenceOf(executable)};
    command.peer.uid = uid;
    auto agent =
        wait<agents::Agent>([&](auto reply) { authority().registerAgent(std::move(command), std::move(reply)); });
    return {must(std::move(agent), "register"), std::move(key)};
}

DelegationRequest AuthorityFixture::request(
    const TestAgent& agent, const permissions::Permission& asked, const std::string& message) const
{
    DelegationRequest request;
    request.agent = agent.id();
    request.proofs = {freshProof(agent.id().value, m_clock.now())};
    request.asked = asked;
    request.bindingMessage = message;
    request.peer.uid = 1000;
    request.digest = crypto::sha256(permissions::permissionJson(asked) + message);
    request.evidence = evidenceOf(agent.agent.executable);
    return request;
}

Result<AcceptedRequest> AuthorityFixture::ask(DelegationRequest request)
{
    return wait<AcceptedRequest>(
        [&](auto reply) { authority().requestDelegation(std::move(request), std::move(reply)); });
}

std::vector<WaitingRequest> AuthorityFixture::waiting()
{
    return must(run<std::vector<WaitingRequest>>([](Context& context) -> Result<std::vector<WaitingRequest>> {
        std::vector<WaitingRequest> all;
        for (const StoredRequest& stored : TRY(context.requests.waiting()))
            all.push_back(TRY(waitingRequest(context, stored)));
        return all;
    }),
        "waiting requests");
}

Result<GrantId> AuthorityFixture::approve(Decision decision)
{
    return run<GrantId>(
        [decision = std::move(decision)](Context& context) { return approveRequest(context, decision); });
}

Result<void> AuthorityFixture::deny(const std::string& publicId)
{
    return run<void>([publicId](Context& context) { return denyRequest(context, publicId); });
}

Result<TokenSet> AuthorityFixture::poll(const TestAgent& agent, const RequestId& id)
{
    return wait<TokenSet>([&](auto reply) {
        authority().poll({agent.id(), id, agent.jkt(), freshProofs(agent, m_clock.now())}, std::move(reply));
    });
}

Result<TokenSet> AuthorityFixture::refresh(const TestAgent& agent, const std::string& refreshToken)
{
    return wait<TokenSet>([&](auto reply) {
        authority().refresh(
            {agent.id(), refreshToken, agent.jkt(), freshProofs(agent, m_clock.now())}, std::move(reply));
    });
}

Result<void> AuthorityFixture::revokeToken(const TestAgent& agent, const std::string& token)
{
    return wait<void>([&](auto reply) {
        authority().revokeToken({agent.id(), token, freshProofs(agent, m_clock.now())}, std::move(reply));
    });
}

Result<void> AuthorityFixture::revoke(const GrantId& grant)
{
    return wait<void>([&](auto reply) { authority().revokeGrant(grant, std::move(reply)); });
}

TokenSet AuthorityFixture::tokensFor(const TestAgent& agent, const permissions::Permission& asked)
{
    const auto accepted = must(ask(request(agent, asked)), "ask");
    must(approve(approvalOf(waiting().back())), "approve");
    return must(poll(agent, accepted.id), "poll");
}

std::string AuthorityFixture::delegate(const std::string& above, const crypto::PrivateKey& parent,
    const TestAgent& child, const permissions::Permission& permission, const Tweak& tweak) const
{
    const auto claims = must(json::parseObject(must(crypto::parseJws(above), "what is above").payload), "claims");
    int deepest = 0;
    for (const permissions::AgentDelegation& detail : permission.details)
        deepest = std::max(deepest, detail.maxDepth);
    const int depth = static_cast<int>(claims.at("del_depth").as_int64()) + 1;
    const int most = static_cast<int>(claims.at("del_max_depth").as_int64());
    grants::Link link{parent.publicKey().thumbprint(), child.id().value, child.key.publicKey(),
        must(grants::hashOf(above), "par_hash"), permission, m_clock.now(), m_clock.now() + std::chrono::hours(1),
        crypto::randomToken(), depth, std::max(depth, std::min(most, depth + deepest))};
    if (tweak)
        tweak(link);
    return must(grants::signLink(link, parent), "link");
}

Result<grants::VerifiedChain> AuthorityFixture::verified(
    const std::string& token, const std::vector<std::string>& links) const
{
    const std::vector<crypto::PublicKey> keys = audit::keysOf(m_authority->deviceKeys());
    return grants::verifyChain(
        TRY(grants::verifyAccessToken(token, keys, m_clock.now())), links, m_clock.now(), permissions::kMaxChain - 1);
}

Result<TokenSet> AuthorityFixture::exchange(
    const TestAgent& child, const std::string& token, const std::vector<std::string>& links)
{
    ExchangeLink command{child.id(), TRY(verified(token, links)), freshProofs(child, m_clock.now())};
    return wait<TokenSet>([&](auto reply) { authority().exchange(std::move(command), std::move(reply)); });
}

std::vector<GrantRow> AuthorityFixture::grants()
{
    return must(wait<std::vector<GrantRow>>([&](auto reply) { authority().listGrants(std::move(reply)); }), "grants");
}

grants::Grant AuthorityFixture::grant(const GrantId& id)
{
    for (const GrantRow& row : grants()) {
        if (row.grant.id == id)
            return row.grant;
    }
    qFatal("there is no grant %s", id.value.c_str());
}

DeskStatus AuthorityFixture::status()
{
    return must(wait<DeskStatus>([&](auto reply) { authority().status(std::move(reply)); }), "status");
}

bool AuthorityFixture::has(Trouble trouble)
{
    return std::ranges::contains(status().troubles, trouble);
}

std::vector<audit::LeafKind> AuthorityFixture::log()
{
    std::vector<audit::LeafKind> kinds;
    std::optional<std::uint64_t> before;
    for (;;) {
        const auto page = must(wait<std::vector<TimelineEntry>>([&](auto reply) {
            authority().timeline({}, before, audit::kMaxTimelinePage, std::move(reply));
        }),
            "timeline");
        for (const TimelineEntry& entry : page)
            kinds.push_back(entry.kind);
        if (page.size() < static_cast<std::size_t>(audit::kMaxTimelinePage))
            break;
        before = page.back().index;
    }
    std::ranges::reverse(kinds);
    return kinds;
}

int AuthorityFixture::count(audit::LeafKind kind)
{
    return static_cast<int>(std::ranges::count(log(), kind));
}

} // namespace countersign::testing
