// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// From the person to the agent that acted: who signed what, in which order, and which key is bound to which grant. What
// was permitted is not looked at here. The third part of the page's script.
const urn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"; // RFC 9278
const clockSkew = 5, writtenAfter = 60, allowedAhead = 300; // seconds
const kindsOfConsent = ["consent_given", "grant_narrowed", "action_approved"];
// What takes no authority of a grant: it may stand after its end, or before anybody made it.
const takesNothing = ["action_denied", "action_outcome", "receipt_imported", "details_erased", "state_rejected"];

async function readLinks(file) {
  file.linkOf = new Map();
  for (const jws of file.links) {
    const { header, claims, input, signature } = readJws(jws);
    must(typeOf(header) === "delegation+jwt", "a link is of another type");
    const [signer, child] = await Promise.all([header.jwk, claims.cnf.jwk].map(importKey));
    must(claims.iss === urn + signer.thumbprint, "a link is signed by another than it says");
    must(await verified(signer, signature, input), "the signature of a link is wrong");
    const hash = base64url(await sha256(input));
    file.linkOf.set(hash, { claims, hash, signer: signer.thumbprint, child: child.thumbprint });
  }
}

// Which keys the token says are bound to the grants down to its own (cnf, act).
function boundKeys(claims, depth) {
  const keys = [];
  let actor = claims.act;
  for (let i = depth; depth > 0 && i >= 0; i--, actor = actor.act) {
    must(actor && stringOf(actor.sub).startsWith(urn), "its token names other agents than the chain has");
    keys[i] = actor.sub.slice(urn.length);
  }
  must(actor === undefined && (depth === 0 || keys[depth] === claims.cnf.jkt), "its token names other agents than the chain has");
  keys[depth] = claims.cnf.jkt;
  return keys;
}

// A grant's own consent with what the person took back since, each naming the record before it.
async function consentTo(file, grant) {
  const own = file.consents.filter(({ claims }) => claims.grant_id === grant);
  const first = own.find(({ claims }) => claims.purpose === undefined || claims.purpose === "replacement");
  must(first, `the person's consent to grant ${grant} is missing`);
  await checkAmendments(file, grant, first.record);
  return { record: first.record, logged: first.logged, at: first.claims.iat };
}
async function checkAmendments(file, grant, record) {
  const own = file.consents.filter(({ claims }) => claims.grant_id === grant && claims.purpose === "amendment");
  let before = record;
  for (const amendment of own.sort((a, b) => a.logged - b.logged)) {
    must(amendment.claims.previous === await digestOf(before), `a change of grant ${grant} is missing`);
    before = amendment.record;
  }
}

// How a grant came from the one above.
function handedOn(file, grant, parent) {
  const entry = file.entries.find(({ claims }) => claims.type === "grant_delegated" && claims.grant_id === grant);
  must(entry && entry.claims.parent === parent, `how grant ${grant} was handed on is missing`);
  const link = file.linkOf.get(entry.claims.link);
  must(link, `the link under grant ${grant} is missing`);
  return { link, logged: entry.index, at: link.claims.iat };
}

// What a grant rests on came before the action, by the log and by the clock, unless that was set back in between.
function mustPrecede(file, { index, claims }, grant, base) {
  must(base.logged < index, `grant ${grant} was only made after it`);
  const wentOn = file.entries.some((each) => each.claims.type === "grant_resumed" && each.claims.grant_id === grant && each.index > base.logged && each.index < index);
  must(base.at <= claims.iat + clockSkew || wentOn, `grant ${grant} was only signed after it, by the clock`);
}

// One decision. The key that it must be signed with.
async function checkDecision(file, entry) {
  const { claims } = entry, { chain } = claims;
  must(Array.isArray(chain) && chain.length > 0 && chain[chain.length - 1] === claims.grant_id, "its chain does not end at its grant");
  const token = file.tokenOf.get(claims.token);
  must(token, "its access token is missing");
  const depth = chain.indexOf(token.claims.grant_id);
  must(depth >= 0 && token.claims.del_depth === depth, "its token is of another grant");
  must(token.claims.iat <= claims.iat + clockSkew && claims.iat < token.claims.exp, "its token was not in force");
  must(token.claims.sub === urn + claims.person, "its token is of another person's grant");
  must(depth < chain.length - 1 || token.claims.client_id === claims.client_id, "its token is another agent's");
  const root = await consentTo(file, chain[0]);
  const named = await Promise.all(file.consents.map(async (each) => each.claims.grant_id === chain[0] && await digestOf(each.record) === claims.consent));
  must(named.includes(true), "the receipt names another consent");
  const bases = [root];
  for (let i = 1; i < chain.length; i++) {
    const hop = handedOn(file, chain[i], chain[i - 1]);
    must(bases[i - 1].logged < hop.logged, `grant ${chain[i]} was handed on before there was one above it`);
    must(hop.link.claims.del_depth === i, `link ${i} says another depth than it has`);
    bases.push(hop);
  }
  const keys = boundKeys(token.claims, depth);
  for (let i = depth + 1; i < chain.length; i++) keys[i] = bases[i].link.child;
  for (let i = 0; i < chain.length; i++) {
    mustPrecede(file, entry, chain[i], bases[i]);
    if (i > 0) must(bases[i].link.signer === keys[i - 1] && bases[i].link.child === keys[i], `link ${i} is of other agents than acted`);
    if (i > depth) must(claims.iat < bases[i].link.claims.exp, `link ${i} had expired`);
  }
  return keys[chain.length - 1];
}

async function checkChain(file) {
  file.tokenOf = new Map();
  for (const token of file.tokens) file.tokenOf.set(await digestOf(token), { text: token, claims: (await openJws(token, "at+jwt", file.devices)).claims });
  await readLinks(file);
  let checked = 0;
  for (const entry of file.entries.filter(isDecision)) {
    const { index, claims } = entry;
    if (claims.decision === "deny" && !(claims.chain || []).length) continue; // refused before its chain was known
    entry.key = await checkDecision(file, entry).catch((error) => { throw new Error(`Entry ${index}: ${error.message}`); });
    checked++;
  }
  const digests = new Set(file.entries.map(({ claims }) => claims.token)), links = new Set(file.entries.map(({ claims }) => claims.link));
  for (const digest of file.tokenOf.keys()) must(digests.has(digest), "an access token stands in the file under which nothing here was done");
  for (const hash of file.linkOf.keys()) must(links.has(hash), "a link stands in the file that no entry here knows");
  return checked ? count(checked, "decision was", "decisions were") + " under a consent of the person, and by an agent to which it was handed on." : new Skipped("No decision is here.");
}
const isDecision = ({ receipt, claims }) => receipt !== undefined && (claims.type === "action_permitted" || claims.type === "action_denied");

// The person's yes to one action, where the receipt names one: what was approved is what was done.
async function checkApprovals(file) {
  let approved = 0;
  for (const { index, claims, disclosure } of file.entries.filter(isDecision)) {
    if (claims.approval === undefined || claims.decision !== "permit") continue;
    const found = file.consents.find((each) => each.claims.purpose === "action" && each.claims.request_id === claims.approval && each.claims.grant_id === claims.grant_id && each.logged < index);
    must(found, `Entry ${index}: what the person signed for this one action is missing`);
    must(claims.iat <= found.claims.exp, `Entry ${index}: the person's yes had run out`);
    approved++;
  }
  return approved ? `The person said yes to ${count(approved, "action", "actions")} before ${approved === 1 ? "it" : "they"} happened.` : new Skipped("No action here names a yes of its own.");
}

function checkOutcomes(file) {
  let outcomes = 0;
  for (const { index, claims } of file.entries) {
    if (claims.type !== "action_outcome") continue;
    const about = file.entries.find((each) => claims.receipt && each.index === claims.receipt.index);
    must(about && about.claims.type === "action_permitted" && claims.receipt.leaf_hash === base64url(about.hash), `Entry ${index}: it is the outcome of another decision`);
    outcomes++;
  }
  return outcomes ? count(outcomes, "outcome belongs", "outcomes belong") + " to the decisions here. That something was done is the word of the service." : new Skipped("No outcome is here.");
}

function checkTimes(file) {
  const now = Date.now() / 1000 + allowedAhead;
  for (const { index, claims } of file.entries) must(claims.iat <= now, `Entry ${index}: it is from the future, by the clock of this computer`);
  return "No entry is from the future.";
}
