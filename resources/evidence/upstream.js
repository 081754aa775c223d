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
const objectOf = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
const stringOf = (value) => (typeof value === "string" ? value : "");
const isHash = (text) => /^[A-Za-z0-9_-]{43}$/.test(text);
// What of a receipt others can be tied by. What can't be read ties nothing.
function nodeOf(claims, hash, text) {
  const request = objectOf(claims.request);
  let fields = {};
  try { if (text !== undefined && claims.binding === "http-signature") fields = objectOf(JSON.parse(text).fields); } catch { fields = {}; }
  const digest = statedDigest(stringOf(request.content_digest) || stringOf(fields["content-digest"]));
  const names = Array.isArray(claims.upstream) && claims.upstream.every((name) => typeof name === "string") ? claims.upstream.filter(isHash) : [];
  must(names.length <= 16, "a receipt names too many others");
  const outcomeOf = claims.outcome === undefined ? "" : stringOf(objectOf(claims.receipt).leaf_hash);
  return { hash: base64url(hash), bytes: hash, device: claims.device, at: claims.iat, signature: stringOf(request.signature_digest),
    content: digest === undefined || base64(digest) === emptyDigest ? undefined : base64(digest), upstream: names, outcomeOf: isHash(outcomeOf) ? outcomeOf : "",
    missing: claims.text_commitment !== undefined && text === undefined };
}
const states = (above, node) => node.upstream.includes(above.hash) || above.upstream.includes(node.hash)
  || (node.outcomeOf === above.hash && node.device === above.device);
const sharesRequest = (above, node) => node.signature !== "" && node.signature === above.signature;
const sharesContent = (above, node) => node.content !== undefined && node.content === above.content && node.at >= above.at - 300;
const older = (a, b) => { // the oldest first; of those of one second, by their hashes
  if (a.at !== b.at) return a.at - b.at;
  const differs = a.bytes.findIndex((byte, i) => byte !== b.bytes[i]);
  return differs < 0 ? 0 : a.bytes[differs] - b.bytes[differs];
};
async function foreignReceipt(file, entry, foreign) {
  const keys = await Promise.all(JSON.parse(foreign.keys).keys.map((jwk) => importKey(jwk).catch(() => null))); // others can't have signed it
  const read = await openJws(foreign.receipt, "action-receipt+jwt", keys.filter((key) => key !== null));
  const { log, ...claims } = read.claims;
  const hash = await leafHash(canonical(claims));
  must(base64url(hash) === log.leaf_hash && claims.device === read.key.thumbprint, "the receipt of another server names another hash, or another device");
  must(!file.devices.some((key) => key.thumbprint === claims.device), "a receipt of this device itself stands there as another server's");
  must(Array.isArray(entry.claims.upstream) && entry.claims.upstream.includes(log.leaf_hash), "it does not name the receipt of another server that is here");
  const text = foreign.disclosure && foreign.disclosure.text;
  if (text !== undefined) must(await opens(claims.text_commitment, foreign.disclosure), "the details of another server's receipt are other ones");
  const about = entry.claims.receipt ? file.entries.find((each) => each.index === entry.claims.receipt.index && base64url(each.hash) === entry.claims.receipt.leaf_hash) : entry;
  must(about && about.claims.decision, "the decision that the receipt of another server is about is missing");
  Object.assign(foreign, { claims, node: nodeOf(claims, hash, text) });
  (about.elsewhere = about.elsewhere || []).push(foreign);
  return about;
}
// Where each hangs, as resources/profile/upstream.md has it. How many hang by what is not in the file.
function hang(decision, foreigns) {
  const top = { node: nodeOf(decision.claims, decision.hash, decision.disclosure && decision.disclosure.text), hops: 0 };
  const tree = [top];
  const waiting = foreigns.map(({ node }) => node).sort(older);
  must(waiting.length <= 16 && new Set(waiting.map(({ hash }) => hash)).size === waiting.length, `Entry ${decision.index}: there are too many receipts of other servers, or one twice`);
  const hangOn = (node, above) => {
    // Named by the decision, and about another request: that it led to this one is the agent's word.
    const named = above === top && !node.upstream.includes(top.node.hash) && top.node.upstream.includes(node.hash);
    node.brought = above === top ? named && !sharesRequest(top.node, node) && !sharesContent(top.node, node) : above.node.brought;
    must(above.hops < 8, `Entry ${decision.index}: a receipt of another server is too many servers away`);
    tree.push({ node, hops: above.hops + 1 });
    waiting.splice(waiting.indexOf(node), 1);
    return true;
  };
  const hangBy = (tie, places) => {
    for (const node of waiting) {
      const above = places.find((each) => tie(each.node, node));
      if (above) return hangOn(node, above);
    }
    return false;
  };
  let hidden = 0;
  const hangHidden = () => {
    const node = waiting.find(({ missing }) => missing || top.node.missing);
    if (node) hidden++;
    return node !== undefined && hangOn(node, top);
  };
  const isAlike = (node) => !node.upstream.length && !node.outcomeOf && sharesRequest(top.node, node) && !states(top.node, node);
  for (const node of waiting.filter(isAlike)) hangOn(node, top);
  while (hangBy(states, tree.slice().reverse()) || hangBy(sharesRequest, tree) || hangBy(sharesContent, tree) || hangHidden());
  must(!waiting.length, `Entry ${decision.index}: a receipt of another server is about another action`);
  return hidden;
}
