// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/demands.h"
#include "core/services/openapi.h"
#include "tests/core/services/outline.h"

#include <QTest>

#include <format>

using namespace countersign;
using namespace countersign::services;

namespace {

constexpr const char* kSchemes = R"(components:
  securitySchemes:
    Agent: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {algorithm: ES256}}
    Few: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {trustLevels: [L1, 2]}}
    Bare: {type: apiKey, in: header, name: AGENT-signature}
    Query: {type: apiKey, in: query, name: Agent-Signature}
    OAuth: {type: oauth2, flows: {}, x-agent-trust: {}}
    Key: {type: apiKey, in: header, name: X-Key}
    Strict: {type: agentAuth, minimumTrustLevel: L3, identityMethod: challengeResponse}
    Screened: {type: agentAuth, properties: {sanctionsScreeningRequired: true, minimumTrustLevel: "1"}}
    Cheap: {type: agentAuth, spendLimit: {perDay: 5, currency: EUR}}
    Other: {$ref: '#/components/securitySchemes/Strict'}
    Unknown: {type: retinaScan}
    Typeless: {}
    Typo: {type: agentAuth, minimumTrustlevel: L3}
    Named: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {trustLevels: [bronze, silver]}}
    Odd: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {algorithm: RS256}}
    More: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: {minimumAge: 18}}
    Text: {type: apiKey, in: header, name: Agent-Signature, x-agent-trust: L3}
    Circle: {$ref: '#/components/securitySchemes/Circle'}
)";

/// Of an operation with these lines, in a document with these.
std::string demanded(const std::string& operation, const std::string& root = {}, const std::string& path = {})
{
    const std::string text =
        std::format("{}\n{}path:\n  x: 1\n{}\n  operation:\n    x: 1\n{}\n", root, kSchemes, path, operation);
    const Result<Document> document = Document::read(text);
    if (!document)
        return "unreadable: " + document.error().message;
    References references(*document);
    Result<Demands> demands = Demands::of(document->root(), references);
    if (!demands)
        return demands.error().message;
    const Node item = *document->root().member("path");
    const auto requirements = demands->forOperation(item, *item.member("operation"));
    return requirements ? test::demandsOutline(*requirements) : requirements.error().message;
}

/// An operation that names one scheme as often as it may; the scheme is as long as it may be.
std::string namedOften()
{
    std::string schemes = "    K:\n      type: agentAuth\n      minimumTrustLevel: L2\n";
    for (std::size_t i = 0; i < kMaxDocumentMembers - 2; ++i)
        schemes += std::format("      x-{}: 0\n", i);
    std::string alternative;
    for (std::size_t i = 0; i < kMaxSchemesTogether; ++i) {
        schemes += std::format("    K{}: {{$ref: '#/components/securitySchemes/K'}}\n", i);
        alternative += std::format("K{}: [], ", i);
    }
    std::string security;
    for (std::size_t i = 0; i < kMaxAlternatives; ++i)
        security += std::format("      - {{{}}}\n", alternative);
    return std::format("components:\n  securitySchemes:\n{}path:\n  post:\n    security:\n{}", schemes, security);
}

} // namespace

class DemandsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void security_requirements_become_demands_data()
    {
        QTest::addColumn<QByteArray>("security");
        QTest::addColumn<QByteArray>("demands");
        const auto row = [](const char* security, const char* demands) {
            QTest::newRow(security) << QByteArray(security) << QByteArray(demands);
        };
        row("[]", "nothing");
        row("[{}]", "nothing");
        row("[{Key: []}]", "nothing");
        row("[{Agent: [L3]}]", "L3, signature");
        row("[{Agent: []}]", "L0, signature");
        row("[{Agent: ['2']}]", "L2, signature");
        row("[{Agent: [L1, L3, L2]}]", "L3, signature");
        row("[{Few: [L2]}]", "L2, signature");
        row("[{OAuth: ['entries:read', L2]}]", "L2, signature");
        row("[{OAuth: ['entries:read']}]", "L0, signature");
        row("[{Query: []}]", "nothing");
        row("[{Strict: []}]", "L3, challenge");
        row("[{Other: []}]", "L3, challenge");
        row("[{Screened: [a.b, c.d, a.b]}]", "L1, screened, can a.b, can c.d");
        row("[{Cheap: []}]", "L0, 5.00 EUR a day");
        // together
        row("[{Agent: [L1], Key: []}]", "L1, signature");
        row("[{Agent: [L1], Screened: [a.b], Cheap: []}]", "L1, screened, signature, can a.b, 5.00 EUR a day");
        // one of several
        row("[{Agent: [L3]}, {}]", "nothing");
        row("[{Agent: [L3]}, {Key: []}]", "nothing");
        row("[{Agent: [L3]}, {Agent: [L1]}]", "L1, signature");
        row("[{Agent: [L3], Screened: []}, {Screened: []}]", "L1, screened");
        // none includes the other, so both hold: the weaker of each would be less than either
        row("[{Strict: []}, {Screened: []}]", "L3, screened, challenge");
        row("[{Agent: [L1]}, {Strict: []}, {Screened: []}]", "L3, screened, challenge, signature");
    }
    void security_requirements_become_demands()
    {
        QFETCH(QByteArray, security);
        QFETCH(QByteArray, demands);
        const std::string line = "    security: " + security.toStdString();
        QCOMPARE(demanded(line), demands.toStdString());
        // The document's holds where the operation has none, and only there.
        QCOMPARE(demanded({}, "security: " + security.toStdString()), demands.toStdString());
        QCOMPARE(demanded(line, "security: [{Agent: [L4]}]"), demands.toStdString());
    }

    void extensions_become_demands_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("demands");
        const auto row = [](const char* member, const char* demands) {
            QTest::newRow(member) << QByteArray(member) << QByteArray(demands);
        };
        row("x-agent-trust-required: L2", "L2");
        row("x-agent-trust-required: 2", "L2");
        row("x-agent-trust-required: \"2\"", "L2");
        row("x-agent-trust-required: L0", "nothing");
        row("x-agent-auth: {algorithm: ES256, trustLevels: [L0, L1], issuerKeysUrl: /keys}", "nothing");
        row("x-agent-auth: {minimumTrustLevel: L2, sanctionsScreeningRequired: true, spendLimit: 20.5}",
            "L2, screened, 20.50 USD each, 20.50 USD a day");
        row("x-agent-auth: {spendLimit: {perAction: '1', perDay: '2', currency: CHF}}",
            "L0, 1.00 CHF each, 2.00 CHF a day");
        row("x-agent-auth: {identityMethod: challengeResponse, description: text, x-more: 1}", "L0, challenge");
        row("x-agent-auth: {trustLevels: [L1, L2], sanctionsScreeningRequired: true}", "L0, screened");
        row("x-agent-auth: {trustLevels: [L0, L1, L2, L3, L4], minimumTrustLevel: L4}", "L4");
        row("x-agent-auth: {}", "nothing");
    }
    void extensions_become_demands()
    {
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, demands);
        const std::string line = member.toStdString();
        QCOMPARE(demanded("    " + line), demands.toStdString());
        QCOMPARE(demanded({}, line), demands.toStdString());
        QCOMPARE(demanded({}, {}, "  " + line), demands.toStdString());
    }

    void the_highest_of_document_path_and_operation_holds()
    {
        const std::string root = "x-agent-trust-required: L1\nsecurity: [{Screened: []}]";
        QCOMPARE(demanded({}, root), "L1, screened");
        QCOMPARE(demanded("    x-agent-trust-required: L3", root, "  x-agent-trust-required: L2"), "L3, screened");
        QCOMPARE(demanded("    x-agent-trust-required: L0", root, "  x-agent-trust-required: L2"), "L2, screened");
        QCOMPARE(demanded("    security: []", root, "  x-agent-trust-required: L2"), "L2");
    }

    void what_is_not_understood_is_refused_with_its_place_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const char* member, const char* why) {
            QTest::newRow(member) << QByteArray(member) << QByteArray(why);
        };
        row("security: {Agent: [L3]}", "/path/operation/security: security must be a list");
        row("security: [Agent]", "/path/operation/security/0: a security requirement must be an object");
        row("security: [{Agent: L3}]",
            "/path/operation/security/0/Agent: a security requirement names a list of scopes");
        row("security: [{Agent: [3]}]", "/path/operation/security/0/Agent/0: a scope must be a text");
        row("security: [{Nobody: []}]", "/path/operation/security/0/Nobody: components/securitySchemes has no scheme");
        row("security: [{Agent: [L5]}]", "/path/operation/security/0/Agent/0: this must be one of the levels");
        row("security: [{Agent: [payments.create]}]", "/Agent/0: this must be one of the levels");
        row("security: [{Few: [L3]}]", "/Few/0: the scheme's trustLevels do not list this level");
        row("security: [{Bare: [L3]}]",
            "/components/securitySchemes/Bare: a scheme for the header Agent-Signature needs");
        row("security: [{Unknown: []}]", "/components/securitySchemes/Unknown: the type of this security scheme");
        row("security: [{Typeless: []}]", "/components/securitySchemes/Typeless: the type of this security scheme");
        row("security: [{Typo: []}]", "/components/securitySchemes/Typo/minimumTrustlevel: this member of agentAuth");
        row("security: [{Named: []}]", "/Named/x-agent-trust/trustLevels/0: this must be one of the levels");
        row("security: [{Odd: []}]", "/Odd/x-agent-trust/algorithm: this algorithm is not supported");
        row("security: [{More: []}]", "/More/x-agent-trust/minimumAge: this member of x-agent-trust is not known");
        row("security: [{Text: []}]", "/Text/x-agent-trust: x-agent-trust must be an object");
        row("security: [{Circle: []}]", "/components/securitySchemes/Circle: more than");
        row("security: [{Screened: ['']}]", "/Screened/0: a capability is plain text");
        row("security: [{Screened: [\"a\\u202eb\"]}]", "/Screened/0: a capability is plain text");
        // also in an alternative that would not count
        row("security: [{}, {Agent: [L9]}]", "/path/operation/security/1/Agent/0: this must be one of the levels");
        row("x-agent-trust-required: L5", "/path/operation/x-agent-trust-required: this must be one of the levels");
        row("x-agent-trust-required: high", "this must be one of the levels");
        row("x-agent-trust-required: 2.0", "this must be one of the levels");
        row("x-agent-trust-required: -1", "this must be one of the levels");
        row("x-agent-trust-required: [L2]", "this must be one of the levels");
        row("x-agent-trust-required: null", "this must be one of the levels");
        row("x-agent-trust-required: true", "this must be one of the levels");
        row("x-agent-trust: L2", "/path/operation/x-agent-trust: x-agent-trust belongs into a security scheme");
        row("x-agent-auth: true", "/path/operation/x-agent-auth: x-agent-auth must be an object");
        row("x-agent-auth: {minTrust: L2}", "/x-agent-auth/minTrust: this member of x-agent-auth is not known");
        row("x-agent-auth: {identityMethod: password}", "/identityMethod: this identityMethod is not known");
        row("x-agent-auth: {sanctionsScreeningRequired: yes}",
            "/sanctionsScreeningRequired: this must be true or false");
        row("x-agent-auth: {sanctionsScreeningRequired: 1}", "/sanctionsScreeningRequired: this must be true or false");
        row("x-agent-auth: {spendLimit: much}", "/spendLimit: this must be an amount of money");
        row("x-agent-auth: {spendLimit: -1}", "/spendLimit: this must be an amount of money");
        row("x-agent-auth: {spendLimit: 1e40}", "/spendLimit: this must be an amount of money");
        row("x-agent-auth: {spendLimit: null}", "/spendLimit: this must be an amount of money");
        row("x-agent-auth: {spendLimit: {currency: EUR}}", "/spendLimit: a spendLimit names perAction or perDay");
        row("x-agent-auth: {spendLimit: {perAction: 1, currency: Euro}}",
            "/spendLimit/currency: this must be the code");
        row("x-agent-auth: {spendLimit: {perWeek: 1}}",
            "/spendLimit/perWeek: this member of a spendLimit is not known");
        row("x-agent-auth: {trustLevels: []}", "/trustLevels: trustLevels must be a list of levels");
        row("x-agent-auth: {trustLevels: [L0, L1], minimumTrustLevel: L2}", "trustLevels does not list");
        row("x-agent-auth: {trustLevels: [L0, L1, L2, L3, L4, L4]}",
            "/trustLevels: trustLevels lists more levels than");
        row("x-agent-auth: {issuerKeysUrl: 5}", "/issuerKeysUrl: issuerKeysUrl must be a text");
        row("x-agent-auth: {algorithm: none}", "/algorithm: this algorithm is not supported");
    }
    void what_is_not_understood_is_refused_with_its_place()
    {
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, why);
        const std::string message = demanded("    " + member.toStdString());
        QVERIFY2(message.starts_with("Line ") && message.contains(why.toStdString()), message.c_str());
    }

    void limits_hold_at_their_edges()
    {
        const auto list = [](std::size_t count, auto element) {
            std::string out;
            for (std::size_t i = 0; i < count; ++i)
                out += element(i) + ',';
            return out;
        };
        const auto alternatives = [&](std::size_t count) {
            return demanded(
                "    security: [" + list(count, [](std::size_t) { return std::string("{Key: []}"); }) + "]");
        };
        QCOMPARE(alternatives(kMaxAlternatives), "nothing");
        QVERIFY(alternatives(kMaxAlternatives + 1).contains("more than 32 alternatives"));
        const auto capabilities = [&](std::size_t count) {
            return demanded("    security: [{Screened: ["
                + list(count, [](std::size_t i) { return std::format("c{}", i); }) + "]}]");
        };
        QVERIFY(capabilities(kMaxCapabilities).ends_with("can c9"));
        QVERIFY(capabilities(kMaxCapabilities + 1).contains("more than 64 capabilities"));
        const auto capability = [&](std::size_t bytes) {
            return demanded("    security: [{Screened: [" + std::string(bytes, 'c') + "]}]");
        };
        QVERIFY(capability(kMaxCapabilityBytes).starts_with("L1, screened"));
        QVERIFY(capability(kMaxCapabilityBytes + 1).contains("at most 128 bytes"));
    }

    void a_scheme_that_is_named_often_is_read_once()
    {
        // Read for each of the quarter of a million times that it is named, this would take many minutes.
        const std::string text = namedOften();
        const Result<Document> document = Document::read(text);
        QVERIFY2(document, document ? "" : document.error().message.c_str());
        References references(*document);
        Result<Demands> demands = Demands::of(document->root(), references);
        QVERIFY(demands);
        const Node path = *document->root().member("path");
        for (std::size_t i = 0; i < kMaxOperations / 8; ++i) {
            const auto requirements = demands->forOperation(path, *path.member("post"));
            QVERIFY(requirements);
            QCOMPARE(requirements->minimumLevel, TrustLevel::L2);
        }
    }

    void more_schemes_in_one_alternative_than_allowed_are_refused()
    {
        const auto read = [](std::size_t count) {
            std::string schemes;
            std::string requirement;
            for (std::size_t i = 0; i < count; ++i) {
                schemes += std::format("K{}: {{type: http}},", i);
                requirement += std::format("K{}: [],", i);
            }
            const std::string text =
                std::format("components: {{securitySchemes: {{{}}}}}\nsecurity: [{{{}}}]\n", schemes, requirement);
            const Result<Document> document = Document::read(text);
            References references(*document);
            return Demands::of(document->root(), references).has_value();
        };
        QVERIFY(read(kMaxSchemesTogether));
        QVERIFY(!read(kMaxSchemesTogether + 1));
    }
};

QTEST_GUILESS_MAIN(DemandsTest)
#include "tst_demands.moc"
