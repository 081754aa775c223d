// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An evidence file, `countersign-evidence/1`: everything that is needed to check what an agent did and who allowed it,
// in one JSON object, for somebody with no network and no database. Several actions share consents, keys and one
// checkpoint. The format for implementers elsewhere: resources/profile/evidence.md.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::evidence {

inline constexpr std::string_view kFormat = "countersign-evidence/1";
inline constexpr std::size_t kMaxEvidenceBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxEntries = 20'000;
inline constexpr std::size_t kMaxInclusionHashes = 63; ///< of one entry: a tree of 2^63 leaves
inline constexpr std::size_t kMaxKeys = 1'000; ///< of one kind

/// What opens a commitment: base64url(SHA-256(salt ‖ text)).
struct Opening {
    std::string salt; ///< bytes
    std::string text; ///< UTF-8

    bool operator==(const Opening&) const = default;
};

struct Consent {
    std::string record; ///< JWS, typ consent+jwt
    std::optional<Opening> screen; ///< what the person read; nullopt: erased

    bool operator==(const Consent&) const = default;
};

/// A receipt that another server gave for the same action.
struct ForeignReceipt {
    std::string receipt; ///< JWS
    std::string keys; ///< that server's JWK set, JSON
    std::optional<Opening> disclosure; ///< of its text_commitment; nullopt: none, not given, or erased

    bool operator==(const ForeignReceipt&) const = default;
};

/// One entry of the log: its text, or the receipt that the text is made from again.
struct Entry {
    std::uint64_t index = 0;
    std::optional<std::string> leaf; ///< canonical JSON; exactly one of these two is there
    std::optional<std::string> receipt; ///< JWS, typ action-receipt+jwt
    std::optional<Opening> disclosure; ///< of the leaf's text_commitment; nullopt: none, or erased
    std::vector<std::string> inclusion; ///< RFC 9162 section 2.1.3, 32 bytes each, in the tree of the checkpoint
    std::optional<std::string> body; ///< the bytes of the request, where the person agreed
    std::vector<ForeignReceipt> upstream;

    bool operator==(const Entry&) const = default;
};

enum class Kind : std::uint8_t {
    Action, ///< one decision
    Grant, ///< a grant with all that was done under it
    Span, ///< a part of the log without gaps
};

[[nodiscard]] std::string_view kindName(Kind kind); ///< "action", "grant", "span"

/// What the file is about. Entries beside that are there because it needs them.
struct Subject {
    Kind kind = Kind::Action;
    GrantId grant; ///< Grant
    std::uint64_t first = 0; ///< Action, Span: indexes of entries
    std::uint64_t last = 0; ///< the same as `first` for an Action

    bool operator==(const Subject&) const = default;
};

struct Evidence {
    Subject subject;
    std::vector<crypto::PublicKey> devices; ///< the keys that signed receipts and tokens
    std::vector<crypto::PublicKey> persons; ///< that signed consents
    std::vector<crypto::PublicKey> agents; ///< that signed requests
    std::string logKey; ///< the log's key as a signed-note verifier key
    std::string logKeyStatement; ///< JWS, typ log-key+jwt, by a device key: this is my log's key
    std::string checkpoint; ///< C2SP tlog-checkpoint with all its signatures
    std::vector<Consent> consents;
    std::vector<std::string> tokens; ///< access tokens under which was acted, typ at+jwt
    std::vector<std::string> links; ///< typ delegation+jwt
    std::vector<Entry> entries; ///< ascending by index

    bool operator==(const Evidence&) const = default;
};

/// JSON text. Error: TooLarge.
[[nodiscard]] Result<std::string> toJson(const Evidence& evidence);
/// Reads the form and nothing else: unknown members, other types and values that can't be are refused, the message
/// naming the place ("entries/3/inclusion: …"). Errors: InvalidInput, TooLarge, NotSupported for another format.
[[nodiscard]] Result<Evidence> fromJson(std::string_view text);

} // namespace countersign::evidence
