// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An action here, and servers elsewhere that decide about it too.
#pragma once

#include "core/audit/leaf_codec.h"
#include "core/authority/story.h"
#include "core/authority/use_cases.h"
#include "tests/support/foreign_server.h"
#include "tests/support/signed_requests.h"

namespace countersign::testing {

struct UpstreamScene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens = grantTo(fixture, agent,
        paymentsWith(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"50.00\"},"
                     "\"constraints\":{\"/recipient\":{\"wildcard\":true}}"));
    ForeignServer gateway;
    ForeignServer bank{"https://bank.example"};

    authority::ActionAnswer pay(const std::string& amount = "10.00")
    {
        return must(
            perform(fixture, passedOn(fixture, service, tokens.accessToken, agent, sentPayment(amount))), "pay");
    }
    [[nodiscard]] UnixSeconds now() { return fixture.clock().now(); }
    /// The other server's word about the same signed request.
    [[nodiscard]] GivenReceipt aboutSame(const ForeignServer& server, const authority::ActionAnswer& action)
    {
        const auto claims = claimsOf(action);
        return server.receipt(
            {.signatureDigest =
                    must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest"),
                .at = now()});
    }
    /// What the leaf of an action says.
    [[nodiscard]] json::Object claimsOf(const authority::ActionAnswer& action) { return claimsAt(action.leaf.value()); }
    [[nodiscard]] json::Object claimsAt(std::uint64_t entry)
    {
        return must(json::parseObject(
                        must(fixture.run<std::string>([entry](authority::Context& context) -> Result<std::string> {
                            store::Query query(context.database, "SELECT leaf FROM log_leaves WHERE idx = ?");
                            const auto found = query.bind(static_cast<std::int64_t>(entry)).next();
                            return found && *found ? audit::unpackLeaf(query.blob(0))
                                                   : fail(ErrorCode::NotFound, "no such entry");
                        }),
                            "leaf")),
            "claims");
    }
    [[nodiscard]] std::string leafHashOf(const authority::ActionAnswer& action)
    {
        const std::array keys{fixture.identity().device.publicKey()};
        return must(audit::verifyReceipt(action.receipt->jws, keys), "receipt").leafHash;
    }

    /// The service reports what came of it, with these receipts.
    [[nodiscard]] Result<authority::OutcomeAnswer> report(
        const authority::ActionAnswer& action, const std::vector<GivenReceipt>& upstream)
    {
        authority::ReportOutcome report;
        report.service = service;
        report.receipt = action.receipt->id;
        report.executed = authority::ReportOutcome::Executed::Yes;
        for (const GivenReceipt& given : upstream)
            report.upstream.push_back(must(verified(given, now()), "foreign receipt"));
        return AuthorityFixture::wait<authority::OutcomeAnswer>(
            [&](auto reply) { fixture.authority().reportOutcome(report, std::move(reply)); });
    }
    /// The person has them from elsewhere.
    [[nodiscard]] Result<authority::ImportedReceipts> import(
        const std::string& action, const std::vector<GivenReceipt>& upstream)
    {
        authority::PersonImport command{action, {}};
        for (const GivenReceipt& given : upstream)
            command.receipts.push_back(must(verified(given, now()), "foreign receipt"));
        return AuthorityFixture::wait<authority::ImportedReceipts>(
            [&](auto reply) { fixture.authority().importReceipts(std::move(command), std::move(reply)); });
    }
    [[nodiscard]] authority::Story story(std::uint64_t entry)
    {
        return must(AuthorityFixture::wait<authority::Story>(
                        [&](auto reply) { fixture.authority().story(entry, std::move(reply)); }),
            "story");
    }
    [[nodiscard]] Result<void> erase(std::uint64_t entry)
    {
        return fixture.run<void>(
            [entry](authority::Context& context) { return authority::eraseDetails(context, entry); });
    }
    [[nodiscard]] Result<void> accept(const Thumbprint& key, const QString& name)
    {
        return fixture.run<void>(
            [=](authority::Context& context) { return authority::acceptServer(context, key, name); });
    }
    [[nodiscard]] Result<void> forget(const Thumbprint& key)
    {
        return fixture.run<void>([=](authority::Context& context) { return authority::forgetServer(context, key); });
    }
    [[nodiscard]] Result<std::uint64_t> check()
    {
        return AuthorityFixture::wait<std::uint64_t>(
            [&](auto reply) { fixture.authority().checkLog({}, std::move(reply)); });
    }
    /// As somebody who can write to the file would.
    [[nodiscard]] Result<void> tamper(const std::string& sql)
    {
        return fixture.run<void>(
            [sql](authority::Context& context) { return store::Query(context.database, sql).run(); });
    }
    [[nodiscard]] std::int64_t number(const char* sql)
    {
        return must(fixture.run<std::int64_t>([sql](authority::Context& context) -> Result<std::int64_t> {
            store::Query query(context.database, sql);
            if (auto found = query.next(); !found)
                return std::unexpected(found.error());
            return query.integer(0);
        }),
            sql);
    }
};

} // namespace countersign::testing
