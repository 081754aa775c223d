// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/evidence/verify.h"

#include "core/evidence/case.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace countersign::evidence {

namespace {

struct NamedCheck {
    std::string_view name;
    Check run;
};

constexpr std::string_view kForm = "form";
/// In their order: each may build on those before it.
constexpr auto kChecks = std::to_array<NamedCheck>({
    {"keys", checkKeys},
    {"receipts", checkReceipts},
    {"devices", checkDevices},
    {"checkpoint", checkCheckpoint},
    {"witnesses", checkWitnesses},
    {"inclusion", checkInclusion},
    {"times", checkTimes},
    {"order", checkOrder},
    {"details", checkDetails},
    {"consents", checkConsents},
    {"screens", checkScreens},
    {"chain", checkChains},
    {"permissions", checkPermissions},
    {"approvals", checkApprovals},
    {"requests", checkRequests},
    {"bodies", checkBodies},
    {"outcomes", checkOutcomes},
    {"upstream", checkUpstream},
});
constexpr std::string_view kOrigin = "origin";

std::string aboutOf(const Subject& subject)
{
    switch (subject.kind) {
    case Kind::Action:
        return std::format("the decision in entry {}", subject.first);
    case Kind::Grant:
        return std::format("grant {} and what was done under it", subject.grant.value);
    case Kind::Span:
        break;
    }
    return std::format("entries {} to {} of the log", subject.first, subject.last);
}

Step stepOf(std::string_view name, Result<Finding> found)
{
    if (!found)
        return {std::string(name), StepState::Failed, std::move(found.error().message)};
    return {std::string(name), found->state, std::move(found->sentence)};
}

bool isTrusted(const Trust& trust, const Thumbprint& thumbprint)
{
    return std::ranges::contains(trust.keys, thumbprint);
}

std::string listOf(const audit::DeviceTerms& devices)
{
    std::string list;
    for (const audit::DeviceTerm& term : devices)
        list += (list.empty() ? "" : ", ") + term.key.thumbprint().value;
    return list;
}

/// The earliest that a key signed by itself.
std::uint64_t earliestEntry(const Case& file)
{
    const auto first =
        std::ranges::find_if(file.entries, [](const OpenedEntry& opened) { return opened.type != "key_rotated"; });
    return first == file.entries.end() ? 0 : first->entry->index;
}

/// From where on the key was in force that vouches for the log's: entries without a receipt rest on that alone.
std::uint64_t vouchedFrom(const Case& file)
{
    const auto voucher = std::ranges::find(
        file.devices, file.voucher, [](const audit::DeviceTerm& term) { return term.key.thumbprint(); });
    return voucher == file.devices.end() ? 0 : voucher->first;
}

Step notEstablished(const Case& file, std::uint64_t earliest, const Trust& trust)
{
    const bool isKnown = std::ranges::any_of(
        file.devices, [&](const audit::DeviceTerm& term) { return isTrusted(trust, term.key.thumbprint()); });
    const std::string sentence = isKnown && earliest < earliestEntry(file)
        ? std::format("The log's key is vouched for by a key that the device had before the one that you trust, and "
                      "that may have leaked since: ask the device's owner for another export, or for the thumbprint "
                      "that it had then ({}), on another way.",
              file.voucher.value)
        : isKnown
        ? std::format(
              "The key that you trust was not in force before entry {}, and does not answer for what an earlier "
              "one signed: ask the device's owner for the thumbprint that it had then ({}), on another way.",
              earliest, audit::keyAt(file.devices, earliest).thumbprint().value)
        : "Whose device this is (" + listOf(file.devices)
            + ") is not established: ask its owner for its thumbprint, on another way.";
    return {std::string(kOrigin), StepState::Skipped, sentence};
}

/// Everything in the file rests on the device's keys. Each hands over to the next, so who trusts one can follow to all
/// later ones, and not back: a key may have been replaced because somebody else had got hold of it, who can date back,
/// and sign a key of a log that never was.
Step originStep(const Case& file, const Trust& trust)
{
    const std::uint64_t earliest = std::min(earliestEntry(file), vouchedFrom(file));
    const bool trusted = std::ranges::any_of(file.devices, [&](const audit::DeviceTerm& term) {
        return term.first <= earliest && isTrusted(trust, term.key.thumbprint());
    });
    if (!trusted)
        return notEstablished(file, earliest, trust);
    const bool person = std::ranges::all_of(
        file.file.persons, [&](const crypto::PublicKey& key) { return isTrusted(trust, key.thumbprint()); });
    return {std::string(kOrigin), StepState::Passed,
        person ? "The device and the person are those that you trust."
               : "The device is one that you trust; it vouches for the person's key."};
}

/// Runs the checks up to the first that fails.
void run(Case& file, Report& report)
{
    const auto failed = [&report] { return report.firstFailure(); };
    for (const NamedCheck& check : kChecks) {
        if (const Step* const failure = failed()) {
            std::string why = "Not asked, because \"" + failure->name + "\" failed.";
            report.steps.push_back({std::string(check.name), StepState::Skipped, std::move(why)});
            continue;
        }
        report.steps.push_back(stepOf(check.name, check.run(file)));
    }
    if (failed() != nullptr) {
        report.steps.push_back({std::string(kOrigin), StepState::Skipped, "Not asked, because the file is broken."});
        return;
    }
    report.steps.push_back(originStep(file, *file.trust));
    report.verdict = report.steps.back().state == StepState::Passed ? Verdict::Verified : Verdict::Consistent;
}

void skipAll(Report& report)
{
    for (const NamedCheck& check : kChecks)
        report.steps.push_back(
            {std::string(check.name), StepState::Skipped, "Not asked, because the file can't be read."});
    report.steps.push_back({std::string(kOrigin), StepState::Skipped, "Not asked, because the file can't be read."});
}

} // namespace

std::string_view stepStateName(StepState state)
{
    constexpr auto kNames = std::to_array<std::string_view>({"ok", "failed", "skipped"});
    return kNames.at(std::to_underlying(state));
}

std::string_view verdictName(Verdict verdict)
{
    constexpr auto kNames = std::to_array<std::string_view>({"verified", "consistent", "broken"});
    return kNames.at(std::to_underlying(verdict));
}

const Step* Report::firstFailure() const
{
    const auto failed = std::ranges::find(steps, StepState::Failed, &Step::state);
    return failed == steps.end() ? nullptr : &*failed;
}

Report verify(std::string_view file, const Trust& trust)
{
    Report report;
    auto read = fromJson(file);
    if (!read) {
        report.steps.push_back({std::string(kForm), StepState::Failed, read.error().message});
        skipAll(report);
        return report;
    }
    report.about = aboutOf(read->subject);
    report.steps.push_back(
        {std::string(kForm), StepState::Passed, "It is an evidence file about " + report.about + '.'});
    Case opened;
    opened.file = *std::move(read);
    opened.trust = &trust;
    run(opened, report);
    return report;
}

std::unexpected<Error> wrongAt(const OpenedEntry& entry, const std::string& what)
{
    const std::string place = entry.entry != nullptr ? "Entry " + std::to_string(entry.entry->index) + ": " : "";
    return fail(ErrorCode::BadSignature, place + what + (what.ends_with('.') ? "" : "."));
}

std::string counted(std::size_t count, std::string_view one, std::string_view many)
{
    return std::format("{} {}", count, count == 1 ? one : many);
}

std::string textClaim(const json::Object& claims, std::string_view name)
{
    return json::optionalString(claims, name).value_or(std::nullopt).value_or(std::string());
}

} // namespace countersign::evidence
