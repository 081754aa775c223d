// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Checks the evidence in this page again, with WebCrypto, and tells its story. Text of the file only ever becomes text.
const utf8 = new TextEncoder();
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const fromBase64url = (text) => {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("it is not base64url");
  return bytesOf(text.replace(/-/g, "+").replace(/_/g, "/"));
};
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const base64url = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
};
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const digestOf = async (text) => base64url(await sha256(utf8.encode(text)));
const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const must = (right, what) => { if (!right) throw new Error(what); };
// What opens a commitment. All salts have one length: else the beginning of a text could pass for the end of its salt.
const opens = async (commitment, { salt, text }) => {
  const bytes = fromBase64url(salt);
  return bytes.length === 16 && base64url(await sha256(joined(bytes, utf8.encode(text)))) === commitment;
};
const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;
class Skipped { constructor(sentence) { this.sentence = sentence; } }

// ---- keys and signatures ----
let ed25519 = true; // whether this browser has it: of a key that is known to be right (RFC 8032 section 7.1)
const askEd25519 = () => crypto.subtle.importKey("jwk", { crv: "Ed25519", kty: "OKP", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }, { name: "Ed25519" }, false, ["verify"]).catch(() => { ed25519 = false; });
async function importKey(jwk) {
  const algorithm = jwk.kty === "EC" ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" };
  const members = jwk.kty === "EC" ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x };
  const thumbprint = await digestOf(JSON.stringify(members)); // RFC 7638
  let key = null;
  try {
    key = await crypto.subtle.importKey("jwk", members, algorithm, false, ["verify"]);
  } catch (error) {
    if (jwk.kty === "EC" || ed25519) throw error;
  }
  return { key, thumbprint, jwk };
}
async function verified(key, signature, data) {
  must(key.key, "this browser has no Ed25519");
  const algorithm = key.jwk.kty === "EC" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" };
  return crypto.subtle.verify(algorithm, key.key, signature, data);
}
function readJws(jws) {
  const parts = jws.split(".");
  must(parts.length === 3, "it is no JWS");
  const payload = textOf(fromBase64url(parts[1]));
  return { header: JSON.parse(textOf(fromBase64url(parts[0]))), payload, claims: JSON.parse(payload),
    input: utf8.encode(parts[0] + "." + parts[1]), signature: fromBase64url(parts[2]) };
}
const typeOf = ({ typ }) => stringOf(typ).toLowerCase().replace(/^application\//, ""); // RFC 7515 section 4.1.9
async function openJws(jws, type, keys) {
  const read = readJws(jws);
  must(typeOf(read.header) === type, `it is not of the type ${type}`);
  const key = keys.find((each) => each.thumbprint === read.header.kid);
  must(key, "it is signed with a key that is not in the file");
  must(await verified(key, read.signature, read.input), "its signature is wrong");
  return { ...read, key };
}

// ---- the log ----
const leafHash = (leaf) => sha256(joined(Uint8Array.of(0), utf8.encode(leaf)));
async function rootFrom(index, size, hash, proof) { // RFC 9162 section 2.1.3.2
  let at = BigInt(index), last = BigInt(size) - 1n, root = hash;
  must(at <= last, "it lies outside the log");
  for (const step of proof) {
    must(last !== 0n, "its path is too long");
    if (at % 2n === 1n || at === last) {
      root = await sha256(joined(Uint8Array.of(1), step, root));
      while (at % 2n === 0n && at !== 0n) { at /= 2n; last /= 2n; }
    } else {
      root = await sha256(joined(Uint8Array.of(1), root, step));
    }
    at /= 2n; last /= 2n;
  }
  must(last === 0n, "its path is too short");
  return root;
}
async function noteKey(vkey) {
  const parts = vkey.split("+");
  const raw = bytesOf(parts.slice(2).join("+"));
  must(parts.length >= 3 && raw[0] === 1 && raw.length === 33, "the log's key can't be read");
  return { name: parts[0], id: parts[1], key: await importKey({ kty: "OKP", crv: "Ed25519", x: base64url(raw.slice(1)) }) };
}

// ---- the checks, in order; each may throw, return a sentence, or be skipped ----
const checks = {
  async keys(file) {
    await askEd25519();
    file.devices = await Promise.all(file.keys.device.map(importKey));
    file.persons = await Promise.all(file.keys.person.map(importKey));
    file.agents = await Promise.all(file.keys.agents.map(importKey));
    const { claims: statement, key } = await openJws(file.keys.log_statement, "log-key+jwt", file.devices);
    file.voucher = key.thumbprint;
    file.log = await noteKey(file.keys.log);
    must(statement.vkey === file.keys.log && statement.origin === file.log.name, "the device vouches for another log");
    return "The device vouches for the key of its log.";
  },
  async receipts(file) {
    let receipts = 0;
    for (const entry of file.entries) {
      let leaf = entry.leaf;
      if (entry.receipt !== undefined) {
        const receipt = await openJws(entry.receipt, "action-receipt+jwt", file.devices);
        const log = receipt.claims.log;
        const end = `,"log":{"index":${entry.index},"leaf_hash":"${log.leaf_hash}","origin":"${file.log.name}"}}`;
        must(receipt.payload.endsWith(end), `Entry ${entry.index}: the receipt is of another entry`);
        leaf = receipt.payload.slice(0, -end.length) + "}";
        must(base64url(await leafHash(leaf)) === log.leaf_hash, `Entry ${entry.index}: the receipt names another hash`);
        receipts++;
      }
      entry.claims = JSON.parse(leaf);
      entry.hash = await leafHash(leaf);
      must(file.devices.some((key) => key.thumbprint === entry.claims.device), `Entry ${entry.index}: it is another device's`);
    }
    return receipts ? count(receipts, "receipt is", "receipts are") + " signed by the device." : new Skipped("There is no receipt.");
  },
  async devices(file) {
    const terms = [file.log.name.replace(/^countersign\//, "")];
    must(file.devices.some((key) => key.thumbprint === terms[0]), "the key that the log is named after is missing");
    for (const { index, claims } of file.entries) {
      must(claims.person === file.entries[0].claims.person, `Entry ${index}: it is of another person's log than the first entry`);
      must(claims.device === terms[terms.length - 1], `Entry ${index}: it is not by the key that was the device's then`);
      if (claims.type !== "key_rotated") continue;
      const next = await rotated(file, claims).catch((error) => { throw new Error(`Entry ${index}: ${error.message}`); });
      must(!terms.includes(next), `Entry ${index}: it brings back a key that had been replaced`);
      terms.push(next);
    }
    for (const key of file.devices) must(terms.includes(key.thumbprint), `nothing says that the key ${key.thumbprint} became the device's`);
    for (const key of file.persons) must(key.thumbprint === file.entries[0]?.claims.person, `the key ${key.thumbprint} is not that of the person whose log it is`);
    file.terms = terms;
    return terms.length === 1 ? "The device has had one key, and the log bears its name."
      : `${count(terms.length - 1, "change", "changes")} of the device's key, each signed by both keys and by the person.`;
  },
  async checkpoint(file) {
    const split = file.checkpoint.indexOf("\n\n");
    const text = file.checkpoint.slice(0, split + 1);
    const [origin, size, root] = text.split("\n");
    must(split > 0 && origin === file.log.name, "the checkpoint is of another log");
    Object.assign(file, { size: Number(size), root: bytesOf(root) });
    if (!ed25519) return new Skipped("This browser has no Ed25519, so the log's own signature was not checked.");
    const line = file.checkpoint.slice(split + 2).split("\n").find((each) => each.startsWith(`\u2014 ${origin} `));
    must(line, "the checkpoint is not signed by the log");
    const signature = bytesOf(line.split(" ")[2]);
    must([...signature.slice(0, 4)].map((b) => b.toString(16).padStart(2, "0")).join("") === file.log.id, "the checkpoint is signed with another key");
    must(await verified(file.log.key, signature.slice(4), utf8.encode(text)), "the checkpoint's signature is wrong");
    return `The log of ${size} entries is signed with its key.`;
  },
  async inclusion(file) {
    must(file.entries.length > 0, "the file holds no entry");
    for (const entry of file.entries) {
      const root = await rootFrom(entry.index, file.size, entry.hash, entry.inclusion.map(bytesOf));
      must(same(root, file.root), `Entry ${entry.index}: it is not in the signed log`);
    }
    return count(file.entries.length, "entry stands", "entries stand") + " in the signed log as they are here.";
  },
  times: checkTimes,
  async order(file) {
    const last = new Map(), whole = new Set([file.subject.grant_id]); // and all that was handed on from it
    for (const { claims } of file.entries) if (file.kind === "grant" && claims.type === "grant_delegated" && whole.has(claims.parent)) whole.add(claims.grant_id);
    for (const { index, claims, hash } of file.entries) {
      if (claims.grant_id === undefined || claims.seq === undefined) continue;
      const before = last.get(claims.grant_id);
      must(!before || claims.seq > before.seq, `Entry ${index}: its place in its grant is taken`);
      if (before && before.seq + 1 === claims.seq) must(claims.prev === base64url(before.hash), `Entry ${index}: it follows another entry`);
      must(!whole.has(claims.grant_id) || claims.seq === (before ? before.seq + 1 : 0), `Entry ${index}: one before it is missing`);
      must((claims.seq === 0) === (claims.prev === undefined), `Entry ${index}: it does not say which entry of its grant comes before it`);
      must(claims.seq > 0 || ["consent_given", "grant_delegated", ...takesNothing].includes(claims.type), `Entry ${index}: it is the first of its grant, and nobody had made that yet`);
      must(!before || !before.closed || takesNothing.includes(claims.type), `Entry ${index}: its grant had ended`);
      last.set(claims.grant_id, { seq: claims.seq, hash, closed: claims.closing === true || (before !== undefined && before.closed) });
    }
    if (file.kind === "span") {
      const there = new Set(file.entries.map((entry) => entry.index));
      for (let i = file.subject.first; i <= file.subject.last; i++) must(there.has(i), `Entry ${i} is missing`);
    }
    return "The entries follow each other as they say." + (file.kind === "grant" ? " A grant that was handed on and is left out as a whole can't be missed." : "");
  },
  async details(file) {
    let opened = 0, gone = 0;
    for (const { index, claims, disclosure } of file.entries) {
      if (claims.text_commitment === undefined) { must(disclosure === undefined, `Entry ${index}: it has no details`); continue; }
      if (disclosure === undefined) { gone++; continue; }
      must(await opens(claims.text_commitment, disclosure), `Entry ${index}: its details are not those it is committed to`);
      opened++;
    }
    const sentence = `The private details of ${count(opened, "entry are", "entries are")} what the log is committed to.` + (gone ? ` Those of ${gone} were erased or left out.` : "");
    return opened ? sentence : new Skipped(sentence);
  },
  async consents(file) {
    for (const [i, consent] of file.consents.entries()) {
      consent.claims = (await openJws(consent.record, "consent+jwt", file.persons)).claims;
      const logged = file.entries.find(({ claims }) => kindsOfConsent.includes(claims.type) && Object.entries(consent.claims).every(([name, value]) => JSON.stringify(claims[name]) === JSON.stringify(value)));
      must(logged, `Consent ${i + 1}: the log does not know it`);
      must(file.devices.some((key) => key.thumbprint === consent.claims.device), `Consent ${i + 1}: it was given on another device`);
      consent.logged = logged.index;
    }
    for (const { index, claims } of file.entries) must(!kindsOfConsent.includes(claims.type) || file.consents.some(({ logged }) => logged === index), `Entry ${index}: what the person signed then is missing`);
    return file.consents.length ? count(file.consents.length, "record is", "records are") + " signed by the person, and logged." : new Skipped("No person signed anything here.");
  },
  async screens(file) {
    let shown = 0;
    for (const [i, { claims, screen }] of file.consents.entries()) {
      if (screen === undefined) continue;
      must(await opens(claims.screen.digest, screen), `Consent ${i + 1}: the screen showed another text`);
      shown++;
    }
    return shown ? `The person signed the very words of ${count(shown, "screen", "screens")}.` : new Skipped("No text of a screen is here.");
  },
  chain: checkChain,
  approvals: checkApprovals,
  async requests(file) {
    let signed = 0, proven = 0, unread = 0;
    const held = new Set();
    for (const { disclosure } of file.entries.filter((entry) => isDecision(entry) && entry.disclosure)) held.add(await keyOfProof(disclosure));
    for (const { thumbprint } of file.agents) must(held.has(thumbprint), `an agent's key stands in the file that nothing here was done with: ${thumbprint}`);
    for (const entry of file.entries.filter(isDecision)) {
      const found = await checkRequest(file, entry).catch((error) => { throw new Error(`Entry ${entry.index}: ${error.message}`); });
      if (found === "signed") signed++; else if (found === "proven") proven++; else if (found === "unread") unread++;
    }
    const more = unread ? ` What ${count(unread, "more covers is", "more cover is")} not known to this page: countersignctl verify checks it.` : "";
    if (!signed && !proven) return new Skipped("No request is here that this page can check." + more);
    return count(signed, "request is", "requests are") + " signed by the agent that acted" + (proven ? `, ${count(proven, "is", "are")} bound to it by a DPoP proof alone.` : ".") + more;
  },
  async bodies(file) {
    let bodies = 0;
    for (const { index, body, disclosure } of file.entries) {
      if (body === undefined) continue;
      const field = JSON.parse(disclosure.text).fields["content-digest"];
      must(await isDigestOf(field, fromBase64url(body)), `Entry ${index}: its body is another one`);
      bodies++;
    }
    return bodies ? count(bodies, "body is", "bodies are") + " what the agent signed, byte for byte." : new Skipped("No body is here.");
  },
  outcomes: checkOutcomes,
  async upstream(file) {
    const decisions = new Map();
    for (const entry of file.entries) {
      for (const foreign of entry.upstream || []) {
        const decision = await foreignReceipt(file, entry, foreign).catch((error) => { throw new Error(`Entry ${entry.index}: ${error.message}`); });
        decisions.set(decision, [...(decisions.get(decision) || []), foreign]);
      }
    }
    let receipts = 0, hidden = 0, brought = 0;
    for (const [decision, foreigns] of decisions) {
      receipts += foreigns.length;
      hidden += hang(decision, foreigns);
      brought += foreigns.filter(({ node }) => node.brought).length;
    }
    if (!receipts) return new Skipped("No receipt of another server is here.");
    const gone = hidden ? ` By what ${count(hidden, "of them is", "of them are")} tied to it was erased, or left out.` : "";
    const about = receipts === brought ? "" : count(receipts - brought, "receipt of another server is", "receipts of other servers are") + " signed, and about the same action.";
    const word = brought ? ` ${count(brought, "receipt", "receipts")} of other servers came along with what the agents sent, signed: that they led to the actions here is the agent's word.` : "";
    return (about + word).trim() + gone + " Whose their keys are is for you to find out.";
  },
};

// A change of the device's key: both keys and the person say the same. The new one's thumbprint.
async function rotated(file, { device, person, rotation }) {
  const [before, after, by] = await Promise.all([rotation.old, rotation.new, rotation.person].map(importKey));
  must(before.thumbprint === device && by.thumbprint === person, "it is handed over by another key, or for another person");
  const words = { iat: readJws(rotation.by_old).claims.iat, new: after.thumbprint, old: before.thumbprint, origin: file.log.name, person: by.thumbprint };
  for (const [jws, key] of [[rotation.by_old, before], [rotation.by_new, after], [rotation.by_person, by]]) {
    const { claims } = await openJws(jws, "device-rotation+jwt", [key]);
    must(Object.keys(claims).length === 5 && Object.entries(words).every(([name, value]) => claims[name] === value), "its signatures are about another change of keys");
  }
  return after.thumbprint;
}

// ---- what is shown ----
// What can't be seen, or turns the order of what is read, is written out.
const shown = (text) => String(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => "\n\r\t".includes(c) ? c : `\u27e8U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`);
const put = (parent, tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = shown(text); // never as markup
  if (name) element.className = name;
  return parent.appendChild(element);
};
const at = (id) => document.getElementById(id);
const place = { action: (s) => `the decision in entry ${s.entry} of the log`, grant: (s) => `grant ${s.grant_id} and what was done under it`, span: (s) => `entries ${s.first} to ${s.last} of the log` };
const sentences = {
  log_started: "The log was started.", key_rotated: "The device got another key.",
  log_recovered: "This log follows one whose keys were lost.", agent_registered: "An agent introduced itself.", request_received: "An agent asked for authority.",
  consent_given: "The person agreed.", grant_narrowed: "The person took back a part of it.", key_bound: "The agent showed the key that it acts with.",
  token_issued: "The agent got an access token.", grant_delegated: "An agent handed on a part of its authority to another.",
  link_exchanged: "What was handed on was exchanged for a token.", grant_revoked: "The authority was revoked.", grant_expired: "The authority ran out.",
  action_asked: "The person was asked about one action.", action_approved: "The person said yes to one action.", action_outcome: "The service said what became of the action.",
  receipt_imported: "What other servers decided about an action was taken in.",
};
function storyOf({ claims }) {
  const request = claims.request || {};
  const money = request.amount ? ` for ${request.amount.value} ${request.amount.currency}` : "";
  if (claims.decision === "permit") return `Permitted: ${request.action}${money}, ${request.method} ${request.target_uri}.`;
  if (claims.decision === "deny") return `Refused (${claims.reason}): ${request.action}${money}, ${request.method} ${request.target_uri}.`;
  if (claims.outcome) return `${sentences.action_outcome} Carried out: ${claims.outcome.executed}.`;
  return sentences[claims.type] || claims.type;
}
function elsewhere({ claims, node }) {
  const brought = node.brought ? "The agent brought along a receipt: another" : "Another";
  const outcome = claims.outcome ? `says of what it permitted: carried out: ${claims.outcome.executed}` : { permit: "permitted it", deny: "refused it" }[claims.decision] ?? "gave a receipt";
  const request = claims.request ? ` (${claims.request.method} ${claims.request.target_uri})` : "";
  return `${brought} server, which calls itself ${claims.iss}, ${outcome}${request}. Its key: ${node.device}`;
}
function tell(file) {
  for (const entry of file.entries) {
    const item = put(at("story"), "li", undefined, entry.claims.decision || "");
    put(item, "time", `${new Date(entry.claims.iat * 1000).toISOString().replace("T", " ").slice(0, 19)} UTC \u00b7 entry ${entry.index}`);
    put(item, "div", storyOf(entry));
    for (const foreign of entry.elsewhere || []) put(item, "div", elsewhere(foreign), "elsewhere");
    for (const [heading, words] of authorityIn(file, entry)) {
      const authority = put(item, "details", undefined, "authority");
      authority.open = entry.claims.decision === undefined;
      put(authority, "summary", heading);
      const list = put(authority, "ul");
      for (const each of words) put(list, "li", each);
    }
    if (entry.disclosure === undefined) continue;
    const more = put(item, "details");
    put(more, "summary", "What was sent");
    put(more, "pre", entry.disclosure.text);
    if (entry.body === undefined) continue;
    put(more, "div", "Its content, as it was received:");
    put(more, "pre", new TextDecoder().decode(fromBase64url(entry.body)));
  }
  for (const { screen } of file.consents) put(at("screens"), "pre", screen === undefined ? "(The text was erased.)" : screen.text);
  for (const [name, keys] of [["Device", file.devices], ["Person", file.persons], ["Agent", file.agents]]) {
    for (const key of keys) { put(at("thumbprints"), "dt", name); put(at("thumbprints"), "dd", key.thumbprint); }
  }
}
// On whose word all rests: the key by which the first entry is, or that vouches for the log's where that is older.
function earliestKey({ entries, terms, voucher }) {
  const { claims } = entries.find((entry) => entry.claims.type !== "key_rotated") || entries[0];
  return terms[Math.min(terms.indexOf(claims.device), terms.indexOf(voucher))];
}
async function main() {
  const steps = [];
  let file = null, failed = null;
  const step = (name, state, sentence) => steps.push({ name, state, sentence });
  try {
    file = JSON.parse(at("evidence").textContent);
    must(file.format === "countersign-evidence/1", "the format is another one");
    at("about").textContent = shown(`About ${place[file.kind](file.subject)}.`);
    must(crypto.subtle, "this browser does not let a file use its cryptography");
    step("form", "ok", "It is an evidence file.");
  } catch (error) {
    step("form", "failed", error.message);
    failed = "form";
  }
  for (const [name, check] of Object.entries(checks)) {
    if (failed) { step(name, "skipped", `Not asked, because \u201c${failed}\u201d failed.`); continue; }
    try {
      const found = await check(file);
      step(name, found instanceof Skipped ? "skipped" : "ok", found.sentence || found);
    } catch (error) {
      step(name, "failed", error.message);
      failed = name;
    }
  }
  for (const { name, state, sentence } of steps) {
    const row = put(at("steps"), "tr", undefined, state);
    put(row, "td", name); put(row, "td", state); put(row, "td", sentence);
  }
  if (!failed) tell(file);
  const first = failed ? null : earliestKey(file);
  document.documentElement.dataset.verdict = failed ? "broken" : "consistent";
  at("verdict").textContent = failed ? `Broken: the check \u201c${failed}\u201d failed. Nothing here is proven.`
    : "What this page checks in this file fits together. It does not check everything: what it leaves out stands below. Whose device made it is for you to find out: compare its thumbprint" + (file.devices.length > 1 ? `, the one that it had first here: ${first}` : "") + ".";
}
main();
