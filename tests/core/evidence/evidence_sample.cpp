// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: evidence_sample FOLDER   writes real evidence there for other people's programs (tests/peers): grant.json and
// grant.html of a grant with a payment (about which other servers gave receipts), a refusal and a hop, and the bodies,
// during which the device got two new keys, and after which the person took something back; changed.html with one digit
// of its details changed, upstream.html with one of another server's receipt. odd.json and odd.html are right, and
// signed as few do; far.* and stray.* are what a device that lies could have signed: with a receipt too many servers
// away, and with one that is tied to nothing. spoilt-* were made of real ones by somebody with no key at all. late-*
// rest on what came only after the action; lie-* (which a page sees, too) and unasked-* (which it says that it does not
// ask, and "nothing") are those of lies.h.
#include "core/audit/receipt.h"
#include "core/authority/foreign_receipts.h"
#include "core/authority/leaves.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"
#include "core/evidence/html.h"
#include "tests/core/evidence/lies.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

using namespace countersign;
using namespace countersign::testing;

namespace {

void write(const QString& name, const std::string& text)
{
    QFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::fromStdString(text)) < 0)
        qFatal("can't write %s", qPrintable(name));
}

std::string sample()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("</script><script>document.title='taken over'</script>");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    const auto first = scene.pay("12.50");
    const ForeignServer gateway;
    const GivenReceipt passedOn = scene.alsoDecidedBy(gateway, first);
    const UnixSeconds now = scene.fixture.clock().now();
    const GivenReceipt farther = ForeignServer("https://bank.example/</script>")
                                     .receipt({.text = "{}", .upstream = {passedOn.leafHash}, .at = now});
    scene.reportDone(first, {passedOn, farther, gateway.outcome(passedOn, now)});
    must(scene.fixture.rotateDevice(), "rotation");
    scene.pay("51.00", "</script><!--");
    must(scene.fixture.rotateDevice(), "rotation");
    scene.act(sentPayment("7.25", "globex"), second, scene.tokens.accessToken, {link});
    must(narrow(scene.fixture, scene.tokens.grant,
             [](consent::Edit& edit) { edit.details.front().perAction = must(Amount::parse("25.00"), "amount"); }),
        "narrowing");
    scene.tokens = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
    scene.pay("25.01");
    return textOf(
        must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}, evidence::Details::WithBodies), "evidence"));
}

using Change = std::function<void(authority::ReceivedRequest&)>;
using Act = std::function<authority::ActionAnswer(const SentRequest&, const Change&)>;

/// What an agent may write so that a careless reader finds another signature or digest, or none.
void actOddly(EvidenceScene& scene, const Act& act)
{
    SentRequest sent = sentPayment("3.00");
    sent.proofType = "application/DPoP+JWT";
    sent.beforeDigest = R"(a=" sha-256=:AAAA:", )";
    act(sent, [](authority::ReceivedRequest& received) {
        received.signatureInput.insert(0, R"(x=(1 @5);a=%"b, agent=(", )");
        received.signature.insert(0, R"(y=:AA==:;z=", agent=:AAAA:", )");
    });
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    scene.act(sentPayment("4.00"), second, scene.tokens.accessToken,
        {retyped(link, "application/Delegation+JWT", scene.agent.key)});
}

std::string oddSample()
{
    EvidenceScene scene;
    const Act act = [&](const SentRequest& sent, const Change& change) {
        auto command = passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sent);
        change(command.received);
        return must(perform(scene.fixture, std::move(command)), "action");
    };
    const auto replace = [](std::string& text, std::string_view what, std::string_view by) {
        text.replace(text.find(what), what.size(), by);
    };
    demand(scene.fixture, scene.service, agentSignatureAsked());
    SentRequest sent = sentPayment("1.00");
    sent.isSigned = SentRequest::Signed::AsAgent;
    act(sent, [&](authority::ReceivedRequest& received) {
        replace(received.fields.back().second, ",", "\t,\t"); // between the members of Agent-Signature
    });
    sent = sentPayment("2.00");
    sent.query = "note=a";
    sent.alsoCovered = {"@authority", "@path", "@query", "@scheme"};
    const auto answer = act(sent, [&](authority::ReceivedRequest& received) {
        replace(received.signatureInput, "(", "(  ");
        replace(received.signatureInput, ";created", ";  created");
        received.signatureInput.insert(0, R"(proxy=("@method");tag="other", )");
        received.signature.insert(0, "proxy=:AAAA:, ");
    });
    const auto claims = must(crypto::parseJws(answer.receipt->jws).and_then([](const crypto::Jws& jws) {
        return json::parseObject(jws.payload);
    }),
        "claims");
    const GivenReceipt silent = ForeignServer().receipt(
        {.signatureDigest = must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest"),
            .at = scene.fixture.clock().now(),
            .change = [](json::Object& said) { said.erase("decision"); }});
    scene.reportDone(answer, {silent});
    actOddly(scene, act);
    return textOf(
        must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}, evidence::Details::WithBodies), "evidence"));
}

/// A decision that names these, though they can't be tied to it.
std::string lieWith(EvidenceScene& scene, const std::vector<GivenReceipt>& receipts)
{
    const UnixSeconds now = scene.fixture.clock().now();
    const auto lie = scene.lie(scene.pay("1.00"), [&](EvidenceScene::Lie& entry) {
        json::Array names;
        for (const GivenReceipt& given : receipts)
            names.emplace_back(crypto::base64url(given.leafHash));
        entry.claims["upstream"] = std::move(names);
    });
    must(scene.fixture.run<void>([&](authority::Context& context) -> Result<void> {
        for (const GivenReceipt& given : receipts) {
            const auto receipt = must(verified(given, now), "receipt");
            TRY(authority::keepReceipt(context.database, receipt, lie.index, lie.index));
        }
        return {};
    }),
        "keeping");
    return textOf(must(scene.evidenceOf(lie), "evidence"));
}

std::string farSample()
{
    EvidenceScene scene;
    std::vector<GivenReceipt> chain;
    for (std::size_t i = 0; i <= audit::kMaxForeignHops; ++i) {
        ForeignClaims claims{.at = scene.fixture.clock().now() - std::chrono::seconds(100 - i)};
        if (i > 0)
            claims.upstream = {chain.back().leafHash};
        chain.push_back(ForeignServer().receipt(claims));
    }
    return lieWith(scene, chain);
}

/// An entry that took in a receipt which only seems to name the decision: its `upstream` is a text, and no list.
std::string straySample()
{
    EvidenceScene scene;
    const auto answer = scene.pay("1.00");
    must(scene.fixture.run<void>([&](authority::Context& context) -> Result<void> {
        const auto stored = TRY(audit::findReceipt(context.database, answer.receipt->id, context.log->origin()));
        const std::string decision = crypto::base64url(crypto::leafHash(stored.leaf.bytes));
        const GivenReceipt stray = ForeignServer().receipt(
            {.at = context.now(), .change = [&](json::Object& said) { said["upstream"] = decision; }});
        const auto grant = TRY(context.ledger.find(stored.leaf.grant));
        audit::LeafDraft leaf = authority::draftAbout(audit::LeafKind::ReceiptImported, *grant);
        leaf.claims["receipt"] = {{"index", stored.leaf.index}, {"leaf_hash", decision}};
        leaf.claims["upstream"] = json::Array{crypto::base64url(stray.leafHash)};
        const audit::Appended taken = TRY(authority::appendLeaf(context, leaf));
        return authority::keepReceipt(
            context.database, must(verified(stray, context.now()), "receipt"), stored.leaf.index, taken.index);
    }),
        "stray receipt");
    return textOf(must(scene.evidenceOf(evidence::EntryWanted{*answer.leaf}), "evidence"));
}

/// The person said yes, or the agent handed on, only after the action that is said to rest on it.
std::string lateSample(const std::function<GrantId(EvidenceScene&)>& late)
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    const auto answer = scene.act(sentPayment("7.25"), second, scene.tokens.accessToken, {link});
    scene.logAgainNow(late(scene));
    return textOf(scene.evidenceOf(answer));
}

/// As a file for programs, and as a page for people.
void writeBoth(const QDir& folder, const QString& name, const std::string& file)
{
    write(folder.filePath(name + QStringLiteral(".json")), file);
    write(folder.filePath(name + QStringLiteral(".html")), must(evidence::toHtml(file), "page"));
}

/// Real evidence with one thing changed by who has no key.
void writeSpoilt(const QDir& folder, const QString& name, const std::function<void(evidence::Evidence&)>& spoil)
{
    EvidenceScene scene;
    evidence::Evidence file = scene.evidenceOf(scene.pay("1.00"));
    spoil(file);
    writeBoth(folder, QStringLiteral("spoilt-") + name, textOf(file));
}

crypto::PublicKey strangersKey()
{
    return must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key").publicKey();
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QDir folder(QCoreApplication::arguments().value(1));
    const std::string file = sample();
    writeBoth(folder, QStringLiteral("grant"), file);
    std::string changed = file;
    const std::string amount = "\\\"amount\\\":\\\"12.50\\\"";
    changed.replace(changed.find(amount), amount.size(), "\\\"amount\\\":\\\"12.51\\\"");
    write(folder.filePath(QStringLiteral("changed.html")), must(evidence::toHtml(changed), "page"));
    std::string renamed = file; // what another server signed is no other's word
    const std::string name = "\"upstream\":[{\"receipt\":\"";
    renamed[renamed.find(name) + name.size() + 100] ^= 1;
    write(folder.filePath(QStringLiteral("upstream.html")), must(evidence::toHtml(renamed), "page"));
    writeBoth(folder, QStringLiteral("odd"), oddSample());
    writeBoth(folder, QStringLiteral("far"), farSample());
    writeBoth(folder, QStringLiteral("stray"), straySample());
    writeBoth(
        folder, QStringLiteral("late-consent"), lateSample([](EvidenceScene& scene) { return scene.tokens.grant; }));
    writeBoth(folder, QStringLiteral("late-link"), lateSample([](EvidenceScene& scene) { return scene.grantBelow(); }));
    writeSpoilt(folder, QStringLiteral("screen"), [](evidence::Evidence& spoilt) {
        evidence::Opening& screen = *spoilt.consents.front().screen;
        screen.salt += screen.text.substr(0, 30);
        screen.text.erase(0, 30);
    });
    writeSpoilt(
        folder, QStringLiteral("person"), [](evidence::Evidence& spoilt) { spoilt.persons.push_back(strangersKey()); });
    writeSpoilt(
        folder, QStringLiteral("agent"), [](evidence::Evidence& spoilt) { spoilt.agents.push_back(strangersKey()); });
    writeSpoilt(folder, QStringLiteral("token"), [](evidence::Evidence& spoilt) { spoilt.tokens.push_back("x.x.x"); });
    for (const NamedLie& lie : namedLies()) {
        EvidenceScene scene;
        const auto wanted = scene.lie(scene.pay("49.99"), lie.tell);
        const QString of = QString::fromStdString(lie.name).replace(u' ', u'-').remove(u'\'');
        const bool isSeen = lie.page == NamedLie::Page::Sees;
        writeBoth(folder, (isSeen ? QStringLiteral("lie-") : QStringLiteral("unasked-")) + of,
            textOf(must(scene.evidenceOf(wanted), "evidence")));
    }
    return 0;
}
