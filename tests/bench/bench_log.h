// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A log for the benchmarks, in a database on disk: entries like those of actions that were permitted under a grant.
#pragma once

#include "core/audit/check.h"
#include "core/audit/log.h"
#include "core/audit/receipt.h"
#include "core/crypto/digest.h"
#include "core/store/database.h"
#include "tests/bench/bench.h"

#include <QTemporaryDir>

#include <memory>
#include <string>
#include <utility>

namespace countersign::bench {

inline constexpr int kBatch = 500; ///< entries a transaction, with a checkpoint, as in a busy ten seconds
inline constexpr int kGrants = 20;

template <typename T> T must(Result<T> result)
{
    require(result.has_value(), result ? "" : result.error().message);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

enum class Details : std::uint8_t { Erased, Kept };
enum class Receipts : std::uint8_t { None, Written };

class BenchLog {
public:
    BenchLog() : m_database(open()), m_log(openLog())
    {
        must(audit::rememberDeviceKey(*m_database, m_device.publicKey()));
    }

    [[nodiscard]] store::Database& database() { return *m_database; }
    [[nodiscard]] audit::Log& log() { return m_log; }
    [[nodiscard]] QString folder() const { return m_home.path(); }

    [[nodiscard]] audit::CheckExpectation expectation() const
    {
        return {.origin = m_log.origin(), .key = m_logKey.publicKey()};
    }

    void grow(int entries, Details details, Receipts receipts)
    {
        for (int i = 0; i < entries; ++i) {
            if (i % kBatch == 0)
                must(m_database->begin());
            const audit::Appended leaf = must(m_log.append(permitted(details, receipts), m_now));
            if (receipts == Receipts::Written)
                must(audit::writeReceipt(*m_database, leaf, m_log.origin(), m_device));
            if ((i + 1) % kBatch != 0 && i + 1 != entries)
                continue;
            must(m_log.writeCheckpoint());
            must(m_database->commit());
            m_now = m_now + std::chrono::seconds(10);
        }
    }

    /// The log as it is stored now, opened anew: for what was put there past this class.
    void reopen() { m_log = openLog(); }

private:
    std::unique_ptr<store::Database> open()
    {
        return must(store::Database::open(m_home.path(), store::Access::ReadWrite));
    }
    audit::Log openLog()
    {
        const Thumbprint person{crypto::randomToken()};
        return must(audit::Log::open(*m_database, {m_device.publicKey().thumbprint(), person}, m_logKey));
    }

    /// With the members that the decision of a signed request has.
    audit::LeafDraft permitted(Details details, Receipts receipts)
    {
        const std::string grant = m_grants[static_cast<std::size_t>(m_log.size() % kGrants)];
        audit::LeafDraft leaf{.kind = audit::LeafKind::ActionPermitted, .agent = m_agent, .grant = {grant}};
        leaf.claims = {{"agent", json::Object{{"client_id", m_agent.value}, {"jkt", m_agentKey}}},
            {"binding", "http-signature"}, {"chain", json::Array{json::Value(grant)}}, {"consent", m_agentKey},
            {"debits",
                json::Array{json::Object{{"amount", "499.00"}, {"day", 20455}, {"detail", 0}, {"grant_id", grant}}}},
            {"decision", "permit"}, {"iss", "http://127.0.0.1:7317"},
            {"request",
                json::Object{{"action", "payments.create"},
                    {"amount", json::Object{{"currency", "EUR"}, {"value", "499.00"}}},
                    {"location", "https://payments.example/"}, {"method", "POST"},
                    {"signature_digest", crypto::randomToken()},
                    {"target_uri", "https://payments.example/v1/payments"}}},
            {"service_id", m_agent.value}, {"token", crypto::randomToken()}};
        if (receipts == Receipts::Written)
            leaf.claims["jti"] = audit::newReceiptId(m_log.size());
        if (details == Details::Kept)
            leaf.privateText = R"({"arguments":{"/amount":"499.00","/recipient":"acme"},"signature":")"
                + crypto::randomToken(64) + R"("})";
        else
            leaf.claims["text_commitment"] = crypto::randomToken();
        return leaf;
    }

    QTemporaryDir m_home;
    crypto::PrivateKey m_device = must(crypto::PrivateKey::generate(crypto::KeyType::P256));
    crypto::PrivateKey m_logKey = must(crypto::PrivateKey::generate(crypto::KeyType::Ed25519));
    std::unique_ptr<store::Database> m_database;
    audit::Log m_log;
    ClientId m_agent{crypto::randomToken(16)};
    std::string m_agentKey = crypto::randomToken();
    std::vector<std::string> m_grants = [] {
        std::vector<std::string> grants;
        for (int i = 0; i < kGrants; ++i)
            grants.push_back(crypto::randomToken(16));
        return grants;
    }();
    UnixSeconds m_now{1'767'300'000};
};

} // namespace countersign::bench
