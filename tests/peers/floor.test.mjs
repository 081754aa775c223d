// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service's floor in a running program, end to end: an OpenAPI document that was imported demands a level and a
// screening, an issuer and a registry of another make speak of agents, and what they say holds grants, lets them go on,
// or ends them. Nothing that they say ever permits more than the person did. GUARDED_PROGRAM is tests' own
// (trust/guarded.cpp); it is told what to do line by line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import * as jose from 'jose';
import * as client from 'openid-client';
import { keyPair, keysPath, serve, stopServing } from './trust_peer.mjs';

const folder = mkdtempSync(join(tmpdir(), 'floor-'));
const now = () => Math.floor(Date.now() / 1000);
const issuerKey = await keyPair('ES256', 'issuer-key-1');
const rightKeys = { keys: [issuerKey.published] };
const peer = await serve({ [keysPath]: rightKeys });

// ---- the program, and the document of its service ----
const demands = (minimumTrustLevel) => ({
  openapi: '3.1.0',
  info: { title: 'Payments', version: '1' },
  servers: [{ url: 'https://payments.example/' }],
  components: {
    securitySchemes: {
      signed: { type: 'apiKey', in: 'header', name: 'Agent-Signature', 'x-agent-trust': { algorithm: 'ES256' } },
      agent: { type: 'agentAuth', minimumTrustLevel, sanctionsScreeningRequired: true },
    },
  },
  paths: {
    '/payments': { post: { operationId: 'payments.create', security: [{ signed: [], agent: [] }], responses: { 201: { description: 'Paid' } } } },
    '/refunds': { post: { operationId: 'refunds.create', security: [{ signed: [] }], responses: { 201: { description: 'Refunded' } } } },
  },
});
const documentFile = (level) => {
  const file = join(folder, `${level}.json`);
  writeFileSync(file, JSON.stringify(demands(level)));
  return file;
};
const settings = join(folder, 'trust.json');
writeFileSync(settings, JSON.stringify({
  issuers: [{ issuer: peer.url, nearby: true }],
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

/// Registers again, with a token and a proof of its key.
async function show(agent, software_statement) {
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
  assert.equal(answer.status, 201, await answer.text());
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

test('nothing that is said permits what the person did not', kEnough, async () => {
  const agent = await agentWithGrant('Claims a lot');
  const claims = { agent_trust_level: 4, agent_capabilities: ['payments.create', 'payments.refund', '*'] };
  const stranger = await keyPair('ES256', 'issuer-key-1');
  const strange = await serve({ [keysPath]: { keys: [stranger.published] } });
  const wrong = {
    'of a stranger': await trustToken(agent, claims, { iss: strange.url, key: stranger }),
    'by another key': await trustToken(agent, claims, { key: stranger }),
    'to somebody else': await trustToken(agent, claims, { aud: 'https://payments.example' }),
    'about somebody else': await trustToken(agent, { ...claims, cnf: { jkt: stranger.jkt } }),
    'from the past': await trustToken(agent, claims, { iat: now() - 7200, exp: now() - 60 }),
    'from the future': await trustToken(agent, claims, { iat: now() + 600 }),
    'screened too long ago': await trustToken(agent, { ...claims, agent_sanctions_checked_at: now() - 100 * 3600 }),
    'never screened': await trustToken(agent, { ...claims, agent_sanctions_clear: undefined, agent_sanctions_checked_at: undefined }),
    'too low': await trustToken(agent, { ...claims, agent_trust_level: 1 }),
  };
  for (const [what, token] of Object.entries(wrong)) {
    await show(agent, token);
    await tell({ ask: agent.id });
    await wait(0.5);
    assert.equal((await stateOf(agent)).reason, waiting, what);
    assert.equal(await pay(agent), waiting, what);
  }
  assert.equal(strange.asked.length, 0, 'a stranger is asked nothing');
  await show(agent, await trustToken(agent, claims, { iat: now() + 1 }));
  await until(agent, 'live');
  assert.equal(await pay(agent, '500.00'), 'permitted');
  assert.equal(await pay(agent, '500.01'), 'per_action', 'the person said so');
  assert.equal(await pay(agent, '1.00', { recipient: 'mallory' }), 'constraint');
  assert.equal(await pay(agent, '1.00', { action: 'refunds.create' }), 'action', 'which the service lets anybody');
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
