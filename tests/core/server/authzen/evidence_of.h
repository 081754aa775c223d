// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an auditor finds in the evidence of a decision that a service got over the wire.
#pragma once

#include "core/audit/receipt.h"
#include "core/authority/context.h"
#include "core/base/try.h"
#include "core/evidence/export.h"
#include "core/evidence/verify.h"
#include "tests/core/server/authzen/performed_scene.h"
#include "tests/support/must.h"

#include <array>
#include <string>

namespace countersign::testing {

[[nodiscard]] inline audit::Receipt receiptIn(PerformedScene& scene, const WireAnswer& answer)
{
    const std::array keys{scene.wire.fixture().identity().device.publicKey()};
    return must(audit::verifyReceipt(contextText(answer.body, "receipt"), keys), "receipt");
}

/// As somebody checks it, an hour later, who trusts this device.
[[nodiscard]] inline evidence::Report evidenceOf(PerformedScene& scene, const WireAnswer& answer)
{
    AuthorityFixture& fixture = scene.wire.fixture();
    must(fixture.run<void>([](authority::Context& context) -> Result<void> {
        TRY(context.log->writeCheckpoint());
        return {};
    }),
        "checkpoint");
    const evidence::EntryWanted wanted{receiptIn(scene, answer).index};
    const std::string file = must(AuthorityFixture::wait<std::string>([&](auto reply) {
        evidence::exportEvidence(
            fixture.authority(), wanted, {.details = evidence::Details::WithBodies}, std::move(reply));
    }),
        "evidence");
    return evidence::verify(
        file, {{fixture.identity().device.publicKey().thumbprint()}, {}, scene.wire.now() + std::chrono::hours(1)});
}

/// Its verdict, and what failed.
[[nodiscard]] inline std::string told(const evidence::Report& report)
{
    const evidence::Step* const failure = report.firstFailure();
    return std::string(evidence::verdictName(report.verdict))
        + (failure == nullptr ? std::string() : ' ' + failure->name + ": " + failure->sentence);
}

} // namespace countersign::testing
