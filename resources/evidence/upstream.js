// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Receipts of other servers, and by what they are tied to the decisions here. The first part of the page's script.
"use strict";
const canonical = (value) => { // RFC 8785
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
};
const emptyDigest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
function nodeOf(claims, hash, text) {
  const request = claims.request || {};
  const field = request.content_digest || (text !== undefined && claims.binding === "http-signature" && (JSON.parse(text).fields || {})["content-digest"]) || "";
  const digest = (/(?:^|[ ,])sha-256=:([A-Za-z0-9+/=]*):/.exec(field) || [])[1];
  return { hash: base64url(hash), device: claims.device, at: claims.iat, signature: request.signature_digest, content: digest === emptyDigest ? undefined : digest,
    upstream: claims.upstream || [], outcomeOf: claims.outcome && claims.receipt && claims.receipt.leaf_hash, missing: claims.text_commitment !== undefined && text === undefined };
}
const isTied = (above, node) => node.upstream.includes(above.hash) || above.upstream.includes(node.hash) || (node.outcomeOf === above.hash && node.device === above.device)
  || (node.signature !== undefined && node.signature === above.signature) || (node.content !== undefined && node.content === above.content && node.at >= above.at - 300);
async function foreignReceipt(file, entry, foreign) {
  const read = await openJws(foreign.receipt, "action-receipt+jwt", await Promise.all(JSON.parse(foreign.keys).keys.map(importKey)));
  const { log, ...claims } = read.claims;
  const hash = await leafHash(canonical(claims));
  must(base64url(hash) === log.leaf_hash && claims.device === read.key.thumbprint, "the receipt of another server names another hash, or another device");
  must(!file.devices.some((key) => key.thumbprint === claims.device), "a receipt of this device itself stands there as another server's");
  must((entry.claims.upstream || []).includes(log.leaf_hash), "it does not name the receipt of another server that is here");
  const text = foreign.disclosure && foreign.disclosure.text;
  if (text !== undefined) must(base64url(await sha256(joined(fromBase64url(foreign.disclosure.salt), utf8.encode(text)))) === claims.text_commitment, "the details of another server's receipt are other ones");
  const about = entry.claims.receipt ? file.entries.find((each) => each.index === entry.claims.receipt.index && base64url(each.hash) === entry.claims.receipt.leaf_hash) : entry;
  must(about && about.claims.decision, "the decision that the receipt of another server is about is missing");
  Object.assign(foreign, { claims, node: nodeOf(claims, hash, text) });
  (about.elsewhere = about.elsewhere || []).push(foreign);
  return about;
}
function hang(decision, foreigns) { // how many hang by what is not in the file
  const tree = [nodeOf(decision.claims, decision.hash, decision.disclosure && decision.disclosure.text)];
  const waiting = foreigns.map(({ node }) => node);
  must(waiting.length <= 16 && new Set(waiting.map(({ hash }) => hash)).size === waiting.length, `Entry ${decision.index}: there are too many receipts of other servers, or one twice`);
  let hidden = 0;
  while (waiting.length) {
    let next = waiting.findIndex((node) => tree.some((above) => isTied(above, node)));
    if (next < 0) { next = waiting.findIndex((node) => node.missing || tree[0].missing); hidden++; }
    must(next >= 0, `Entry ${decision.index}: a receipt of another server is about another action`);
    tree.push(...waiting.splice(next, 1));
  }
  return hidden;
}
