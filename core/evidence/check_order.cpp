// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// That nothing was left out, as far as a file can show it: the entries of a grant are counted and chained (`seq`,
// `prev`), those of a span have neighbouring places in the log.

#include "core/audit/leaf.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/commitment.h"
#include "core/evidence/case.h"

#include <algorithm>

namespace countersign::evidence {

namespace {

std::unexpected<Error> wrong(std::string what)
{
    return fail(ErrorCode::BadSignature, std::move(what));
}

/// A grant's place in its own count. Entries of a version that did not write it count by their place among the grant's.
std::int64_t seqOf(const OpenedEntry& opened, const OpenedEntry* before, std::int64_t seqBefore)
{
    return json::optionalInteger(opened.claims, "seq")
        .value_or(std::nullopt)
        .value_or(before != nullptr ? seqBefore + 1 : 0);
}

/// What stands first among a grant's entries: what made it, or what takes no authority of it (of a row that was
/// forged).
bool mayBegin(audit::LeafKind kind)
{
    return kind == audit::LeafKind::ConsentGiven || kind == audit::LeafKind::GrantDelegated
        || audit::mayFollowEnd(kind);
}

enum class Gaps : std::uint8_t { Refused, Allowed };

struct Last {
    const OpenedEntry* entry = nullptr;
    std::int64_t seq = -1;
    bool closed = false;
};

Result<void> follow(Last& last, const OpenedEntry& opened, Gaps gaps)
{
    const std::int64_t seq = seqOf(opened, last.entry, last.seq);
    if (seq <= last.seq || (gaps == Gaps::Refused && seq != last.seq + 1))
        return wrongAt(opened, "an entry of its grant before it is missing");
    const std::string prev = textClaim(opened.claims, "prev");
    if ((seq == 0) != prev.empty() && opened.claims.contains("seq"))
        return wrongAt(opened, "it does not say which entry of its grant comes before it");
    if (last.entry != nullptr && seq == last.seq + 1 && !prev.empty() && prev != crypto::base64url(last.entry->hash))
        return wrongAt(opened, "it follows another entry of its grant than the one before it here");
    const auto kind = audit::leafKindFromName(opened.type);
    if (seq == 0 && opened.claims.contains("seq") && !(kind && mayBegin(*kind)))
        return wrongAt(opened, "it is the first of its grant, and nobody had made that yet");
    if (last.closed && !(kind && audit::mayFollowEnd(*kind)))
        return wrongAt(opened, "its grant had ended");
    const bool closes = json::optionalBool(opened.claims, "closing").value_or(std::nullopt).value_or(false);
    last = {&opened, seq, last.closed || closes};
    return {};
}

/// The grant and all that were handed on from it, as far as the entries name them.
std::set<GrantId> treeOf(const Case& file, const GrantId& root)
{
    std::set<GrantId> tree{root};
    for (const OpenedEntry& opened : file.entries) {
        if (opened.type == "grant_delegated" && tree.contains(GrantId{textClaim(opened.claims, "parent")}))
            tree.insert(opened.grant);
    }
    return tree;
}

Result<void> checkSpan(const Case& file)
{
    std::uint64_t next = file.file.subject.first;
    for (const OpenedEntry& opened : file.entries) {
        if (opened.entry->index < next || opened.entry->index > file.file.subject.last)
            continue;
        if (opened.entry->index != next)
            break;
        ++next;
    }
    if (next != file.file.subject.last + 1)
        return wrong("Entry " + std::to_string(next) + " of the span is missing.");
    return {};
}

/// What the disclosure opens is what the entry is committed to.
Result<bool> isOpened(const OpenedEntry& opened)
{
    const std::string commitment = textClaim(opened.claims, "text_commitment");
    const auto& disclosure = opened.entry->disclosure;
    if (!disclosure)
        return false;
    if (!crypto::opensCommitment(commitment, disclosure->salt, disclosure->text))
        return wrongAt(opened, "its private details are not those that it is committed to");
    return true;
}

} // namespace

Result<Finding> checkOrder(Case& file)
{
    const Subject& subject = file.file.subject;
    const std::set<GrantId> whole = subject.kind == Kind::Grant ? treeOf(file, subject.grant) : std::set<GrantId>();
    std::map<GrantId, Last> lasts;
    for (const OpenedEntry& opened : file.entries) {
        if (!opened.grant.isEmpty())
            TRY(follow(lasts[opened.grant], opened, whole.contains(opened.grant) ? Gaps::Refused : Gaps::Allowed));
    }
    if (subject.kind == Kind::Span)
        TRY(checkSpan(file));
    if (subject.kind == Kind::Action)
        return passed("The entries follow each other as they say.");
    if (subject.kind == Kind::Span)
        return passed(
            "No entry from " + std::to_string(subject.first) + " to " + std::to_string(subject.last) + " is missing.");
    const auto found = lasts.find(subject.grant);
    if (found == lasts.end())
        return wrong("There is no entry about the grant.");
    return passed(counted(found->second.seq + 1, "entry", "entries")
        + (found->second.closed
                ? " of the grant, from its beginning to its end, without a gap."
                : " of the grant, without a gap; it had not ended then, and later ones can't be missed.")
        + " A grant that was handed on from it and is left out as a whole can't be missed either.");
}

Result<Finding> checkDetails(Case& file)
{
    std::size_t opened = 0;
    std::size_t erased = 0;
    for (const OpenedEntry& entry : file.entries) {
        const bool isOpen = TRY(isOpened(entry));
        opened += isOpen ? 1 : 0;
        erased += !isOpen && entry.claims.contains("text_commitment") ? 1 : 0;
    }
    const std::string gone = erased == 0
        ? std::string()
        : " Those of " + counted(erased, "entry", "entries") + " were erased or left out, and can't be shown any more.";
    if (opened == 0)
        return skipped(erased == 0 ? "No entry has private details." : "No private details are here." + gone);
    return passed("The private details of " + counted(opened, "entry are", "entries are")
        + " what the log is committed to." + gone);
}

} // namespace countersign::evidence
