// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts to be read again and the log behind them.
//   GET  /receipts/{id}           who knows the id: JSON {receipt, disclosure {salt, text}?, proof?}; with `Accept:
//                                 text/plain` the proof alone (c2sp.org/tlog-proof@v1), or 202 until there is one
//   POST /receipts/{id}/outcome   the service that asked (HTTP Basic): JSON {executed: yes | no | unknown, status?,
//                                 response_digest?, signature?}, once; the answer has a receipt of its own. With
//                                 `upstream` (audit/foreign_receipt_json.h), receipts that other servers gave for the
//                                 same action; the same report may come again with more of them
//   GET  /log/checkpoint, /log/tile/…   a service (HTTP Basic): C2SP tlog-checkpoint, tlog-tiles. Bundles of entries
//                                 are not handed out here: they tell what others did
// Answers that carry a receipt are signed (oauth/signed_answers.h).
#pragma once

#include "core/server/oauth/endpoints.h"

#include <string_view>

namespace countersign::server {

inline constexpr std::string_view kReceiptsPath = "/receipts/"; ///< and an id
inline constexpr std::string_view kOutcomeSuffix = "/outcome"; ///< after the id
inline constexpr std::string_view kLogPath = "/log/";

inline constexpr std::size_t kMaxOutcomeBytes = 16 * 1024;
inline constexpr std::size_t kMaxResponseDigestBytes = 256;
inline constexpr std::size_t kMaxOutcomeSignatureBytes = 8 * 1024;

void receipt(OAuthServer& server, const HttpRequest& request, Respond respond); ///< GET below kReceiptsPath
void reportOutcome(OAuthServer& server, const HttpRequest& request, Respond respond); ///< POST below kReceiptsPath
void readLog(OAuthServer& server, const HttpRequest& request, Respond respond); ///< GET below kLogPath

} // namespace countersign::server
