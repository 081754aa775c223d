// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evidence files: whatever comes, nothing is verified by a key that made nothing, and every check answers in one way.
#include "core/evidence/verify.h"

#include "tests/fuzz/fuzz.h"

using namespace countersign;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const evidence::Trust nobody{
        .keys = {Thumbprint{std::string(43, 'A')}}, .witnesses = {}, .now = UnixSeconds{1900000000}};
    const evidence::Report report = evidence::verify(fuzz::textOf(data, size), nobody);
    fuzz::require(report.verdict != evidence::Verdict::Verified, "nobody made this");
    const bool broken = report.verdict == evidence::Verdict::Broken;
    fuzz::require(broken == (report.firstFailure() != nullptr), "what is broken names its first failure");
    return 0;
}
