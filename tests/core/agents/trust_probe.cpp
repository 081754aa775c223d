// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: trust_probe SETTINGS-FILE AUDIENCE: the trust service for programs of others. Reads one JSON object a line:
//     {"jwk": …, "token": "…", "proven": true, "anew": false, "newest": {"issuer": 123}}   prints the evidence, as the
//     log has it
//     {"advance": 60}                                                                     moves its clock, prints {}
#include "core/agents/trust_evidence_json.h"
#include "core/agents/trust_service.h"
#include "core/agents/trust_settings_json.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdio>
#include <future>
#include <iostream>

using namespace countersign;
using namespace countersign::agents;

namespace {

[[noreturn]] void giveUp(const std::string& why)
{
    std::fprintf(stderr, "trust_probe: %s\n", why.c_str());
    std::exit(EXIT_FAILURE);
}

template <typename T> T must(Result<T> result)
{
    if (!result)
        giveUp(result.error().message);
    return *std::move(result);
}

TrustSettings settingsIn(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        giveUp("no settings");
    return must(readTrustSettings(file.readAll().toStdString()));
}

TrustQuestion questionIn(const json::Object& line)
{
    TrustQuestion question{.agent = {"agent"}, .key = must(crypto::PublicKey::fromJwk(line.at("jwk").as_object()))};
    question.token = must(json::optionalString(line, "token")).value_or(std::string());
    question.proof = must(json::optionalBool(line, "proven")).value_or(true) ? KeyProof::Proven : KeyProof::Unproven;
    question.freshness = must(json::optionalBool(line, "anew")).value_or(false) ? Freshness::Anew : Freshness::Cached;
    if (const json::Value* newest = line.if_contains("newest")) {
        for (const auto& each : newest->as_object())
            question.newestTokens[each.key()] = {each.value().as_int64()};
    }
    return question;
}

json::Object answerTo(const json::Object& line, TrustService& service, ManualClock& clock)
{
    if (const auto seconds = must(json::optionalInteger(line, "advance"))) {
        clock.advance(std::chrono::seconds(*seconds));
        return {};
    }
    std::promise<TrustEvidence> promise;
    auto arrived = promise.get_future();
    service.ask(questionIn(line), [&](TrustEvidence evidence) { promise.set_value(std::move(evidence)); });
    return trustClaim(arrived.get());
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3)
        giveUp("usage: trust_probe SETTINGS-FILE AUDIENCE");
    ManualClock clock(SystemClock().now());
    TrustService service(settingsIn(arguments[1]), arguments[2].toStdString(), clock);
    for (std::string line; std::getline(std::cin, line);)
        std::cout << json::serialize(answerTo(must(json::parseObject(line)), service, clock)) << std::endl;
    return EXIT_SUCCESS;
}
