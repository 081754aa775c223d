// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service's floor in a running program, end to end: an OpenAPI document that was imported demands a level and a
// screening, an issuer and a registry of another make speak of agents, and what they say holds grants, lets them go on,
// or ends them. Nothing that they say ever permits more than the person did, whatever an issuer, a registry, an agent or
// whoever stands between gets wrong or lies about. GUARDED_PROGRAM is tests' own (trust/guarded.cpp); it is told what to
// do line by line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import * as jose from 'jose';
import * as client from 'openid-client';
import { demands, failures, keyPair, keysPath, nobody, serve, stopServing } from './trust_peer.mjs';

const folder = mkdtempSync(join(tmpdir(), 'floor-'));
const now = () => Math.floor(Date.now() / 1000);
const issuerKey = await keyPair('ES256', 'issuer-key-1');
const rightKeys = { keys: [issuerKey.published] };
const peer = await serve({ [keysPath]: rightKeys });
// Issuers that the person named as well, each of which fails in its own way where its keys are asked for; `elsewhere` has them.
const elsewhere = await serve({ [keysPath]: rightKeys });
const failing = {};
for (const [way, page] of Object.entries(failures(elsewhere, keysPath, rightKeys))) failing[way] = (await serve({ [keysPath]: page })).url;
failing['not there'] = await nobody();
const rotating = await serve({ [keysPath]: rightKeys });

// ---- the program, and the document of its service ----
const documentFile = (level) => {
  const file = join(folder, `${level}.json`);
  writeFileSync(file, JSON.stringify(demands(level)));
  return file;
};
const settings = join(folder, 'trust.json');
writeFileSync(settings, JSON.stringify({
  issuers: [peer.url, rotating.url, ...Object.values(failing)].map((url) => ({ issuer: url, nearby: true })),
  registries: [{ name: 'acme registry', url: peer.url, nearby: true }],
  levelCaps: { EUR: { L1: { perAction: '10.00', perDay: '50.00' }, L2: { perAction: '100.00', perDay: '500.00' }, L3: { perAction: '1000.00', perDay: '5000.00' }, L4: { perAction: '9000.00', perDay: '9000.00' } } },
}));
const program = spawn(process.env.GUARDED_PROGRAM, [settings, documentFile('L2')], { stdio: ['pipe', 'pipe', 'inherit'] });
after(() => {
  program.stdin.end();
  stopServing();
});
const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
async function tell(line) {
  program.stdin.write(`${JSON.stringify(line)}\n`);
  return JSON.parse((await lines.next()).value);
}
Object.assign(process.env, (await lines.next().then(({ value }) => JSON.parse(value))));
const { agentSignature, asService, decide } = await import('./agent_signed.mjs');
const { actorToken, ciba, dpopOf, granted, issuer, jwtType, kEnough, link, registered, tokenExchange, wait } = await import('./peer.mjs');

// ---- agents ----
const mayPay = () => [{
  type: 'agent_delegation', locations: ['https://payments.example/'], actions: ['payments.create'], max_depth: 1, expires_at: now() + 3600,
  constraints: { '/recipient': { one_of: ['acme'] }, '/note': { wildcard: true } },
  spend: { amount_at: '/amount', currency: 'EUR', currency_at: '/currency', per_action: '500.00', total: '20000.00' },
}];

/// An agent of which nothing is known, with a grant. `dpop`: the key that its token is bound to.
async function agentWithGrant(name) {
  const self = await registered(name);
  const { dpop, tokens } = await granted(self, `${name}: please approve`, { authorization_details: JSON.stringify(mayPay()) });
  return signer(self, dpop, tokens);
}
async function signer(self, dpop, tokens) {
  const registeredJwk = await jose.exportJWK(self.key.publicKey);
  return {
    self, dpop, keys: dpop.keys, jkt: dpop.jkt, jwk: await jose.exportJWK(dpop.keys.publicKey), alg: 'ES256', joseAlg: 'ES256',
    id: self.config.clientMetadata().client_id, token: tokens.access_token, grant: jose.decodeJwt(tokens.access_token).grant_id,
    registeredJwk, registeredJkt: await jose.calculateJwkThumbprint(registeredJwk),
  };
}
const pathOf = (agent) => `/trust/${agent.registeredJkt}`;

async function trustToken(agent, claims = {}, { key = issuerKey, iss = peer.url, aud = issuer, iat = now(), exp = now() + 3600, header = {} } = {}) {
  return new jose.SignJWT({
    sub: 'a bot', cnf: { jkt: agent.registeredJkt }, agent_trust_level: 3, agent_sanctions_clear: true, agent_sanctions_checked_at: now() - 600, ...claims,
  }).setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header }).setIssuer(iss).setAudience(aud).setIssuedAt(iat).setExpirationTime(exp).sign(key.privateKey);
}

/// Registers again, with a token and a proof of its key; what comes of it.
async function registerWith(agent, software_statement) {
  const { kty, crv, x, y } = agent.registeredJwk;
  const send = async (nonce) => {
    const dpop = await new jose.SignJWT({ jti: crypto.randomUUID(), htm: 'POST', htu: `${issuer}/register`, ...(nonce ? { nonce } : {}) })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }).setIssuedAt().sign(agent.self.key.privateKey);
    return fetch(`${issuer}/register`, {
      method: 'POST', headers: { 'content-type': 'application/json', dpop },
      body: JSON.stringify({ client_name: 'again', jwks: { keys: [{ kty, crv, x, y, use: 'sig', alg: 'ES256' }] }, grant_types: [ciba, 'refresh_token', tokenExchange], software_statement }),
    });
  };
  const first = await send();
  const answer = first.status === 201 ? first : await send(first.headers.get('dpop-nonce'));
  return { status: answer.status, body: await answer.json() };
}
async function show(agent, software_statement) {
  const answer = await registerWith(agent, software_statement);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}
const said = (agent, agent_trust_level, rest = {}) => ({ agent_id: agent.registeredJkt, agent_trust_level, agent_sanctions_clear: true, agent_sanctions_checked_at: now() - 60, ...rest });

/// The registry says so from now on, and is asked.
async function registrySays(agent, page) {
  peer.pages[pathOf(agent)] = page;
  await tell({ ask: agent.id });
}

const bodyOf = (amount, recipient) => JSON.stringify({ amount, currency: 'EUR', recipient });
async function pay(agent, amount = '10.00', { recipient = 'acme', action = 'payments.create' } = {}) {
  const body = bodyOf(amount, recipient);
  const { decision, context } = await decide(agent, agentSignature(agent, { body }), body, {}, action);
  return decision ? 'permitted' : context.reason;
}
const stateOf = (agent) => tell({ grant: agent.grant });
async function isActive(agent) {
  const answer = await fetch(`${issuer}/introspect`, { method: 'POST', headers: { authorization: asService }, body: new URLSearchParams({ token: agent.token }) });
  return (await answer.json()).active;
}
/// Waits for the state, "live" or the reason for another.
async function until(agent, wanted, seconds = 60) {
  let state;
  for (const end = now() + seconds; now() < end; await wait(0.1)) {
    state = await stateOf(agent);
    if (state.state === wanted || state.reason === wanted) return state;
  }
  return assert.fail(`${JSON.stringify(state)}, and not ${wanted}`);
}
const waiting = 'waiting_for_evidence';
/// Waits until that is what is made of all that was said of it; the evidence.
async function untilJudged(agent, distrust, what = '', seconds = 60) {
  let trust;
  for (const end = now() + seconds; now() < end; await wait(0.05)) {
    trust = await tell({ trust: agent.id });
    if (trust.distrust === distrust) return trust;
  }
  return assert.fail(`${what}: ${JSON.stringify(trust)}, and not ${distrust}`);
}
/// Nothing may happen under its grant, which goes on waiting.
async function mayDoNothing(agent, what) {
  assert.equal((await stateOf(agent)).reason, waiting, what);
  assert.equal(await isActive(agent), false, what);
  assert.equal(await pay(agent, '0.01'), waiting, what);
}

test('a grant waits until its agent shows what the service demands', kEnough, async () => {
  const agent = await agentWithGrant('Shows it later');
  await until(agent, waiting);
  assert.equal(await isActive(agent), false);
  assert.equal(await pay(agent), waiting);
  await show(agent, await trustToken(agent));
  await until(agent, 'live');
  assert.equal(await isActive(agent), true);
  const body = bodyOf('10.00', 'acme');
  const answer = await decide(agent, agentSignature(agent, { body }), body);
  assert.equal(answer.decision, true, JSON.stringify(answer));
  const { evidence } = jose.decodeJwt(answer.context.receipt);
  assert.equal(evidence.length, 1);
  assert.deepEqual({ level: evidence[0].level, screening: evidence[0].screening, issuer: evidence[0].issuer }, { level: 'L3', screening: 'clear', issuer: peer.url });
  assert.match(evidence[0].digest, /^[\w-]{43}$/);
});

test('a level that falls holds it, also that of an agent above, and it goes on by itself', kEnough, async () => {
  const parent = await agentWithGrant('Hands on');
  await show(parent, await trustToken(parent));
  await until(parent, 'live');
  const childSelf = await registered('Is handed it');
  const childDpop = await dpopOf(childSelf);
  const below = mayPay().map((each) => ({ ...each, max_depth: 0, expires_at: now() + 600 }));
  const tokens = await client.genericGrantRequest(childSelf.config, tokenExchange, {
    subject_token: await link(parent.token, parent.dpop, childDpop, below), subject_token_type: jwtType, delegation_chain: parent.token,
    actor_token: await actorToken(childSelf), actor_token_type: jwtType,
  }, { DPoP: childDpop.handle });
  const child = await signer(childSelf, childDpop, tokens);
  await until(child, waiting); // the chain is as trusted as its least trusted hop
  assert.equal(await pay(child), waiting);
  assert.equal(await pay(parent), 'permitted');
  await show(child, await trustToken(child, { agent_trust_level: 4 }));
  await until(child, 'live');
  assert.equal(await pay(child), 'permitted');
  await registrySays(parent, said(parent, 'L1'));
  await until(parent, waiting);
  await until(child, 'ancestor_held');
  assert.equal(await pay(parent), waiting);
  assert.equal(await pay(child), waiting);
  await registrySays(parent, said(parent, 'L2'));
  await until(child, 'live');
  assert.equal(await pay(child), 'permitted');
  assert.equal(await pay(child, '100.01'), 'level_cap', 'as much as an agent of L2 may spend');
});

test('what runs out, and what nobody answers for, holds it', kEnough, async () => {
  const agent = await agentWithGrant('Runs out');
  await registrySays(agent, said(agent, 3, { exp: now() + 5 }));
  await until(agent, 'live');
  peer.pages[pathOf(agent)] = (response) => response.destroy(); // from now on the registry is down
  await until(agent, waiting); // nobody acted, nobody asked
  assert.equal(await isActive(agent), false);
  assert.equal(await pay(agent), waiting);
  peer.pages[pathOf(agent)] = said(agent, 3);
  await until(agent, 'live', 90); // asked again by itself
  assert.equal(await pay(agent), 'permitted');
});

test('a hit ends it, and says so', kEnough, async () => {
  const agent = await agentWithGrant('Has a hit');
  await registrySays(agent, said(agent, 4));
  await until(agent, 'live');
  await registrySays(agent, said(agent, 4, { agent_sanctions_clear: false }));
  assert.equal((await until(agent, 'screening_hit')).state, 'revoked');
  assert.equal(await isActive(agent), false);
  assert.notEqual(await pay(agent), 'permitted');
  await registrySays(agent, said(agent, 4));
  await wait(1);
  assert.equal((await stateOf(agent)).state, 'revoked', 'what has ended stays so');
});

const claimsALot = { agent_trust_level: 4, agent_capabilities: ['payments.create', 'payments.refund', '*'] };

/// The agent may do what the person approved, and no more.
async function mayDoWhatThePersonSaid(agent) {
  await until(agent, 'live');
  assert.equal(await pay(agent, '500.00'), 'permitted');
  assert.equal(await pay(agent, '500.01'), 'per_action', 'the person said so');
  assert.equal(await pay(agent, '1.00', { recipient: 'mallory' }), 'constraint');
  assert.equal(await pay(agent, '1.00', { action: 'refunds.create' }), 'action', 'which the service lets anybody');
}

test('no token that is wrong raises anything', kEnough, async () => {
  const agent = await agentWithGrant('Claims a lot');
  const stranger = await keyPair('ES256', 'issuer-key-1');
  const otherKind = await keyPair('EdDSA', 'issuer-key-1');
  const strange = await serve({ [keysPath]: { keys: [stranger.published] } });
  const screened = (rest) => ({ ...claimsALot, ...rest });
  const wrong = [
    ['of a stranger', 'unknown_issuer', await trustToken(agent, claimsALot, { iss: strange.url, key: stranger })],
    ['by another key', 'bad_signature', await trustToken(agent, claimsALot, { key: stranger })],
    ['by a key that is not there', 'unknown_key', await trustToken(agent, claimsALot, { key: { ...issuerKey, kid: 'no-such-key' } })],
    ['to somebody else', 'wrong_audience', await trustToken(agent, claimsALot, { aud: 'https://payments.example' })],
    ['by a key of another kind', 'unknown_key', await trustToken(agent, claimsALot, { key: otherKind })],
    ['about somebody else', 'other_agent', await trustToken(agent, screened({ cnf: { jkt: stranger.jkt } }))],
    ['from the past', 'expired', await trustToken(agent, claimsALot, { iat: now() - 7200, exp: now() - 60 })],
    ['from the future', 'not_yet_valid', await trustToken(agent, claimsALot, { iat: now() + 600 })],
    ['screened too long ago', 'stale_screening', await trustToken(agent, screened({ agent_sanctions_checked_at: now() - 100 * 3600 }))],
    ['of no such level', 'unreadable', await trustToken(agent, screened({ agent_trust_level: 5 }))],
    ['never screened', 'none', await trustToken(agent, screened({ agent_sanctions_clear: undefined, agent_sanctions_checked_at: undefined }))],
    ['screened at no time', 'stale_screening', await trustToken(agent, screened({ agent_sanctions_checked_at: undefined }))],
    ['too low', 'none', await trustToken(agent, screened({ agent_trust_level: 1 }))],
  ];
  let before = '';
  for (const [what, distrust, token] of wrong) {
    assert.notEqual(distrust, before, 'or it could not be told whether it was looked at');
    before = distrust;
    await show(agent, token);
    await tell({ ask: agent.id });
    await untilJudged(agent, distrust, what);
    await mayDoNothing(agent, what);
  }
  // Of these not even the form is taken.
  const right = await trustToken(agent, claimsALot);
  const secret = new TextEncoder().encode(JSON.stringify(issuerKey.jwk));
  const unsigned = `${jose.base64url.encode(JSON.stringify({ alg: 'none' }))}.${right.split('.')[1]}.`;
  const hmac = await new jose.SignJWT(jose.decodeJwt(right)).setProtectedHeader({ alg: 'HS256', kid: issuerKey.kid }).sign(secret);
  const odd = {
    unsigned, hmac, 'of a type for something else': await trustToken(agent, claimsALot, { header: { typ: 'at+jwt' } }),
    'with a place for its key': await trustToken(agent, claimsALot, { header: { jku: strange.url + keysPath }, key: stranger }),
  };
  for (const [what, token] of Object.entries(odd)) {
    assert.equal((await registerWith(agent, token)).body.error, 'invalid_software_statement', what);
    await mayDoNothing(agent, what);
  }
  assert.equal(strange.asked.length, 0, 'a stranger is asked nothing');
  await show(agent, right);
  await mayDoWhatThePersonSaid(agent);
});

test('a better token that was replaced does not come back, also after a restart', kEnough, async () => {
  const agent = await agentWithGrant('Was downgraded');
  const better = await trustToken(agent, claimsALot, { iat: now() - 30 });
  await show(agent, better);
  await until(agent, 'live');
  const lower = { ...claimsALot, agent_trust_level: 1 };
  await show(agent, await trustToken(agent, lower, { iat: now() - 20 }));
  await until(agent, waiting);
  await show(agent, better);
  await untilJudged(agent, 'superseded');
  await mayDoNothing(agent, 'replayed');
  await show(agent, await trustToken(agent, lower, { iat: now() - 10 }));
  await tell({ ask: agent.id });
  assert.equal((await untilJudged(agent, 'none')).level, 'L1');
  await tell({ restart: true });
  assert.equal((await tell({ trust: agent.id })).level, 'L1');
  await show(agent, better);
  await tell({ ask: agent.id });
  await untilJudged(agent, 'superseded');
  await mayDoNothing(agent, 'replayed after a restart');
  await show(agent, await trustToken(agent, claimsALot));
  await tell({ ask: agent.id });
  await mayDoWhatThePersonSaid(agent);
});

test('an issuer that fails raises nothing', kEnough, async () => {
  const agent = await agentWithGrant('Has issuers that fail');
  for (const [way, iss] of Object.entries(failing)) {
    await show(agent, await trustToken(agent, claimsALot, { iss }));
    await tell({ ask: agent.id });
    await untilJudged(agent, 'no_answer', way);
    await mayDoNothing(agent, way);
    await show(agent, await trustToken(agent, claimsALot, { aud: 'https://payments.example' })); // to tell it from the next
    await tell({ ask: agent.id });
    await untilJudged(agent, 'wrong_audience', way);
  }
  assert.equal(elsewhere.asked.length, 0, 'no redirect is followed');
  await show(agent, await trustToken(agent, claimsALot));
  await tell({ ask: agent.id });
  await mayDoWhatThePersonSaid(agent);
});

test('a registry that fails or lies raises nothing', kEnough, async () => {
  const agent = await agentWithGrant('Has a registry that fails');
  await show(agent, await trustToken(agent, claimsALot));
  await until(agent, 'live');
  const expired = said(agent, 4, { exp: now() - 5 });
  const right = said(agent, 4);
  const other = await serve({ [pathOf(agent)]: right });
  const ways = {
    ...failures(other, pathOf(agent), right),
    'another type': (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(right)),
    'about another': { ...right, agent_id: 'somebody-else' }, 'no such level': { ...right, agent_trust_level: 9 }, 'no object': [right],
  };
  for (const [way, page] of Object.entries(ways)) {
    await registrySays(agent, expired); // to tell it from the next
    await untilJudged(agent, 'expired', way);
    await registrySays(agent, page);
    await untilJudged(agent, 'no_answer', way);
    await mayDoNothing(agent, way);
  }
  assert.equal(other.asked.length, 0, 'no redirect is followed');
  await registrySays(agent, right);
  await mayDoWhatThePersonSaid(agent);
});

test('a hit is not talked away', kEnough, async () => {
  const agent = await agentWithGrant('Has a hit, and other papers');
  await show(agent, await trustToken(agent, claimsALot));
  await until(agent, 'live');
  await registrySays(agent, said(agent, 4, { agent_sanctions_clear: false, agent_sanctions_checked_at: now() }));
  assert.equal((await until(agent, 'screening_hit')).state, 'revoked');
  const path = pathOf(agent);
  const unscreened = { ...claimsALot, agent_sanctions_clear: undefined, agent_sanctions_checked_at: undefined };
  for (const claims of [unscreened, { ...claimsALot, agent_sanctions_checked_at: now() - 3600 }]) {
    delete peer.pages[path]; // the registry knows it no more
    const before = peer.asked.filter((each) => each === path).length;
    await show(agent, await trustToken(agent, claims));
    await tell({ ask: agent.id });
    while (peer.asked.filter((each) => each === path).length === before) await wait(0.05);
    await wait(0.5); // what comes of it, if anything
    assert.equal((await tell({ trust: agent.id })).screening, 'hit');
  }
  await registrySays(agent, said(agent, 4, { agent_sanctions_checked_at: now() }));
  await untilJudged(agent, 'none');
  assert.equal((await stateOf(agent)).state, 'revoked', 'what has ended stays so');
});

test('a document that demands more holds what falls short, also after a restart', kEnough, async () => {
  const agent = await agentWithGrant('Is held to more');
  await show(agent, await trustToken(agent));
  await until(agent, 'live');
  await tell({ import: documentFile('L4') });
  await until(agent, waiting);
  await tell({ restart: true });
  assert.equal((await stateOf(agent)).reason, waiting);
  assert.equal(await pay(agent), waiting);
  await tell({ import: documentFile('L3') });
  await until(agent, 'live');
  assert.equal(await pay(agent), 'permitted');
});

test('a key that the issuer rotated counts by itself, and its predecessor no more', kEnough, async () => {
  const agent = await agentWithGrant('Shows a token by a new key');
  const iss = rotating.url;
  await show(agent, await trustToken(agent, { agent_trust_level: 1 }, { iss }));
  assert.equal((await untilJudged(agent, 'none')).level, 'L1');
  assert.equal(rotating.asked.length, 1, 'just now, and not again within a minute');
  const next = await keyPair('EdDSA', 'issuer-key-2');
  rotating.pages[keysPath] = { keys: [next.published] };
  await show(agent, await trustToken(agent, claimsALot, { iss, key: next }));
  await untilJudged(agent, 'unknown_key');
  await mayDoNothing(agent, 'by a key that was not there');
  await until(agent, 'live', 150); // nobody shows anything, nobody says that it is to be asked
  assert.equal(await pay(agent), 'permitted');
  await show(agent, await trustToken(agent, claimsALot, { iss, iat: now() + 1 }));
  await untilJudged(agent, 'unknown_key', 'the old key');
  await mayDoNothing(agent, 'by the old key');
});
