// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the agents signed: their requests. The second part of the page's script.
const sfKey = "[a-z*][a-z0-9_.*-]*", sfText = '"(?:[^"\\\\]|\\\\.)*"';
const sfParameters = `(?:; *${sfKey}(?:=(?:${sfText}|[^ \\t;,()"]+))?)*`;
// The members of a dictionary (RFC 9651 section 3.2), by their keys; null where it can't be read. What stands in a string
// parts nothing: an agent may write there what looks like another member.
function membersOf(field) {
  const member = new RegExp(`[ \\t]*(${sfKey})((?:%"[^"]*"|${sfText}|[^",%]|%(?!"))*)(?:,|$)`, "gy");
  const members = new Map();
  let end = 0;
  for (const [whole, key, value] of field.matchAll(member)) {
    members.set(key, value.replace(/^=/, "").replace(/[ \t]+$/, ""));
    end += whole.length;
  }
  return end === field.length ? members : null;
}
// The SHA-256 that a Content-Digest field (RFC 9530) states.
function statedDigest(field) {
  const stated = /^:([A-Za-z0-9+/=]*):(?:;|$)/.exec(membersOf(stringOf(field))?.get("sha-256") ?? "");
  const bytes = stated ? bytesOf(stated[1]) : [];
  return bytes.length === 32 ? bytes : undefined;
}
async function isDigestOf(field, bytes) {
  const stated = statedDigest(field);
  return stated !== undefined && same(stated, await sha256(bytes));
}

// The signature among those of the fields Signature-Input and Signature (RFC 9421) that is over the request, its input
// written as RFC 9651 has it: that is what was signed.
const written = (text) => text.replace(new RegExp(`(${sfText})|; +|=(-?)0+(?=[0-9])`, "g"), (all, quoted, sign) => quoted ?? (all[0] === ";" ? ";" : "=" + sign));
function signatureOf(details) {
  const inputs = membersOf(details.signature_input), signatures = membersOf(details.signature);
  must(inputs && signatures, "the agent's signature can't be read");
  const whole = new RegExp(`^\\( *((?:${sfText}${sfParameters} *)*)\\)(${sfParameters})$`);
  for (const [label, value] of inputs) {
    const [, items, parameters] = whole.exec(value) ?? [];
    if (items === undefined || !written(parameters).includes(';tag="fapi-2-request"')) continue; // another one
    const bytes = /^:([A-Za-z0-9+/=]*):$/.exec(signatures.get(label) ?? "");
    must(bytes, "the agent's signature is missing");
    return { items: [...items.matchAll(new RegExp(`${sfText}${sfParameters}`, "g"))].map(([item]) => written(item)), parameters: written(parameters), bytes: bytesOf(bytes[1]) };
  }
  throw new Error("the agent's signature is missing");
}

// What of the target a signature can cover (RFC 9421 section 2.2).
function partsOf(target) {
  const [, scheme, authority, path, query] = /^([a-z]+):\/\/([^/?]*)([^?]*)(.*)$/is.exec(target);
  const ownPort = scheme.toLowerCase() === "https" ? /:443$/ : /:80$/;
  return { "@target-uri": target, "@scheme": scheme.toLowerCase(), "@authority": authority.toLowerCase().replace(ownPort, ""), "@path": path || "/", "@query": query || "?" };
}

// The DPoP proof (RFC 9449): that the agent held its key, and for which request and token.
async function checkProof({ claims }, details, token, key) {
  const { header, claims: said, input, signature } = readJws(details.dpop);
  must(typeOf(header) === "dpop+jwt" && await verified(key, signature, input), "its DPoP proof is not by the agent that acted");
  must(said.ath === await digestOf(token.text), "its DPoP proof is for another token");
  must(said.htm === claims.request.method && stringOf(said.htu).split(/[?#]/)[0] === claims.request.target_uri, "its DPoP proof is for another request");
}

// Whose proof an entry holds.
async function keyOfProof({ text }) {
  const { dpop } = JSON.parse(text);
  return dpop ? (await importKey(readJws(dpop).header.jwk)).thumbprint : undefined;
}

// What binds one request to the agent that acted: "signed", "proven", "unread" (signed in a way that is not known here), "gone".
async function checkRequest(file, entry) {
  const { claims, disclosure } = entry;
  const check = { "http-signature": checkSignature, "agent-signature": checkAgentSignature }[claims.binding];
  must(claims.decision !== "permit" || check || ["GET", "HEAD"].includes(claims.request.method), "a request that changes something was permitted without the agent's signature");
  if (disclosure === undefined || entry.key === undefined) return "gone";
  const key = file.agents.find((each) => each.thumbprint === entry.key);
  must(key, "the key of the agent that acted is missing");
  const token = file.tokenOf.get(claims.token);
  await checkProof(entry, JSON.parse(disclosure.text), token, key);
  if (!check) return "proven";
  return await check(file, entry, key) instanceof Skipped ? "unread" : "signed";
}

// The agent's signature over the request (RFC 9421), from its components. Skipped where one is not known here.
async function checkSignature(file, { claims, disclosure }, key) {
  const details = JSON.parse(disclosure.text);
  const { items, parameters, bytes } = signatureOf(details);
  const token = file.tokenOf.get(claims.token);
  const values = { ...details.fields, ...partsOf(claims.request.target_uri + (details.query ? "?" + details.query : "")),
    "@method": claims.request.method, dpop: details.dpop, authorization: "DPoP " + token.text };
  must(base64url(await sha256(bytes)) === claims.request.signature_digest, "the receipt is about another signature");
  const keyId = /;keyid="([^"]*)"/.exec(parameters);
  must(keyId && keyId[1] === key.thumbprint, "it is signed with another key than the agent's that acted");
  for (const name of ["@method", "@target-uri", "authorization", "dpop"]) must(items.includes(`"${name}"`), `the agent's signature does not cover ${name}`);
  if (!items.every((item) => new RegExp(`^${sfText}$`).test(item))) return new Skipped(); // in another form than as it stands
  const base = items.map((item) => {
    const value = values[item.slice(1, -1)];
    must(value !== undefined, `the component ${item} is missing`);
    return `${item}: ${value.replace(/^[ \t]+|[ \t]+$/g, "")}\n`;
  }).join("");
  must(await verified(key, bytes, utf8.encode(`${base}"@signature-params": (${items.join(" ")})${parameters}`)), "the agent's signature is wrong");
}

// The field Agent-Signature: over method, path, ts, nonce and the body's digest.
async function checkAgentSignature(file, { claims, disclosure }, key) {
  const details = JSON.parse(disclosure.text);
  const members = membersOf(details.fields["agent-signature"]) ?? new Map();
  const [keyid, nonce, sig] = ["keyid", "nonce", "sig"].map((name) => (members.get(name) ?? "").replace(/^"(.*)"$/, "$1"));
  const ts = /^-?[0-9]+$/.test(members.get("ts")) ? String(BigInt(members.get("ts"))) : "";
  const digest = statedDigest(details.fields["content-digest"]) ?? await sha256(new Uint8Array());
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const path = claims.request.target_uri.replace(/^[a-z]+:\/\/[^/?]*/i, "") + (details.query ? "?" + details.query : "");
  const text = [claims.request.method, path.startsWith("/") ? path : "/" + path, ts, nonce, hex].join("\n");
  must(keyid === key.thumbprint, "it is signed with another key than the agent's that acted");
  const bytes = joseSignature(fromBase64url(sig));
  must(base64url(await sha256(bytes)) === claims.request.signature_digest, "the receipt is about another signature");
  must(await verified(key, bytes, utf8.encode(text)), "the agent's signature is wrong");
}
// An ECDSA signature as 64 bytes, also where it is written as the DER of two integers.
function joseSignature(bytes) {
  if (bytes.length === 64) return bytes;
  const number = (at) => { const part = bytes.slice(at + 2, at + 2 + bytes[at + 1]); return part.slice(Math.max(0, part.length - 32)); };
  const r = number(2), s = number(4 + bytes[3]);
  const whole = new Uint8Array(64);
  whole.set(r, 32 - r.length);
  whole.set(s, 64 - s.length);
  return whole;
}
