// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A trust issuer and a registry of another make: tokens by npm jose, key sets and answers by Node's http, right ones and
// all that an issuer, a registry or whoever stands between could do wrong. What the service makes of it is read from the
// probe (TRUST_PROBE), as the log would have it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import * as jose from 'jose';
import { failures, keyPair, keysPath, nobody, serve, stopServing } from './trust_peer.mjs';

const us = 'http://127.0.0.1:7317';
const now = () => Math.floor(Date.now() / 1000);
const folder = mkdtempSync(join(tmpdir(), 'trust-'));
const probes = [];
after(() => {
  for (const probe of probes) probe.stdin.end();
  stopServing();
});

/// One issuer with one key, one agent, and our service that was told of the issuer (and of what `more` names).
async function scene(more = {}, alg = 'ES256') {
  const key = await keyPair(alg, 'issuer-key-1');
  const agent = await keyPair('ES256', 'agent');
  const peer = await serve({ [keysPath]: { keys: [key.published] } });
  const settings = join(folder, `${probes.length}.json`);
  writeFileSync(settings, JSON.stringify({ issuers: [{ issuer: peer.url, nearby: true }], ...(typeof more === 'function' ? more(peer) : more) }));
  const probe = spawn(process.env.TRUST_PROBE, [settings, us], { stdio: ['pipe', 'pipe', 'ignore'] });
  probes.push(probe);
  const lines = createInterface({ input: probe.stdout })[Symbol.asyncIterator]();
  const say = async (line) => {
    probe.stdin.write(`${JSON.stringify(line)}\n`);
    const { value } = await lines.next();
    return JSON.parse(value);
  };
  const ask = (token, rest = {}) => say({ jwk: agent.jwk, ...(token ? { token } : {}), ...rest });
  return { key, agent, peer, ask, advance: (seconds) => say({ advance: seconds }) };
}

/// The seed's own claims, bound to the agent's key.
function claimsFor({ agent }) {
  return {
    sub: 'payment-bot.acme.agentpass',
    cnf: { jkt: agent.jkt },
    agent_trust_level: 3,
    agent_owner: 'did:web:acme.example',
    agent_capabilities: ['payments.create', 'payments.read'],
    agent_sanctions_clear: true,
    agent_sanctions_checked_at: new Date(Date.now() - 7_200_000).toISOString(),
  };
}

/// `changes`: members of the claims, or of what follows.
async function token(s, claims = {}, { key = s.key, iss = s.peer.url, aud = us, iat = now() - 5, exp = now() + 3600, header = {} } = {}) {
  return new jose.SignJWT({ ...claimsFor(s), ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .sign(key.privateKey);
}

function isUnknown(evidence, distrust, words = '') {
  assert.equal(evidence.distrust, distrust, words);
  assert.equal(evidence.level, 'L0', words);
  assert.notEqual(evidence.screening, 'clear', words);
}

test('right tokens count, by each algorithm', async () => {
  for (const alg of ['ES256', 'EdDSA', 'Ed25519']) {
    const s = await scene({}, alg);
    const evidence = await s.ask(await token(s));
    assert.equal(evidence.distrust, 'none', alg);
    assert.equal(evidence.level, 'L3');
    assert.equal(evidence.screening, 'clear');
    assert.equal(evidence.owner, 'did:web:acme.example');
    assert.equal(evidence.issuer, s.peer.url);
    assert.equal((await s.ask(await token(s, { agent_trust_level: 'L4' }))).level, 'L4');
    const bySubject = await token(s, { cnf: undefined, sub: s.agent.jkt });
    assert.equal((await s.ask(bySubject)).level, 'L3');
    assert.equal(s.peer.asked.length, 1, 'one fetch for all');
  }
});

test('tokens of others, to others, about others, of other times count for nothing', async () => {
  const s = await scene();
  const other = await keyPair('ES256', 'issuer-key-1');
  const otherKind = await keyPair('EdDSA', 'issuer-key-1');
  const stranger = await serve({ [keysPath]: { keys: [other.published] } });
  isUnknown(await s.ask(await token(s, {}, { iss: stranger.url, key: other })), 'unknown_issuer');
  assert.equal(stranger.asked.length, 0, 'a stranger is not asked');
  isUnknown(await s.ask(await token(s, {}, { key: other })), 'bad_signature');
  isUnknown(await s.ask(await token(s, {}, { key: otherKind })), 'unknown_key');
  isUnknown(await s.ask(await token(s, {}, { key: { ...s.key, kid: 'no-such-key' } })), 'unknown_key');
  isUnknown(await s.ask(await token(s, {}, { aud: 'https://payments.example' })), 'wrong_audience');
  isUnknown(await s.ask(await token(s, { cnf: { jkt: other.jkt } })), 'other_agent');
  isUnknown(await s.ask(await token(s, { cnf: undefined })), 'other_agent');
  isUnknown(await s.ask(await token(s, {}, { iat: now() - 7200, exp: now() - 60 })), 'expired');
  isUnknown(await s.ask(await token(s, {}, { iat: now() + 600 })), 'not_yet_valid');
  isUnknown(await s.ask('eyJhbGciOiJub25lIn0.' + (await token(s)).split('.')[1] + '.'), 'unreadable');
  const secret = new TextEncoder().encode(JSON.stringify(s.key.jwk));
  const hmac = await new jose.SignJWT({ ...claimsFor(s), iss: s.peer.url, aud: us }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  isUnknown(await s.ask(hmac), 'unreadable', 'the public key as a secret');
  isUnknown(await s.ask(await token(s, {}, { header: { typ: 'at+jwt' } })), 'unreadable');
  isUnknown(await s.ask(await token(s, {}, { header: { jku: stranger.url } })), 'unreadable');
  isUnknown(await s.ask(await token(s, { agent_trust_level: 5 })), 'unreadable');
  isUnknown(await s.ask(await token(s), { proven: false }), 'key_unproven');
  assert.equal(stranger.asked.length, 0);
});

test('a replayed token does not undo a newer one', async () => {
  const s = await scene();
  const old = await token(s, { agent_trust_level: 4 }, { iat: now() - 100 });
  assert.equal((await s.ask(old)).level, 'L4');
  const newer = await s.ask(await token(s, { agent_trust_level: 1 }, { iat: now() - 10 }));
  assert.equal(newer.level, 'L1');
  isUnknown(await s.ask(old, { newest: { [newer.token.iss]: newer.token.iat } }), 'superseded');
});

test('a screening counts while it is new, and a hit always', async () => {
  const s = await scene();
  const checked = (hours) => ({ agent_sanctions_checked_at: new Date(Date.now() - hours * 3_600_000).toISOString() });
  assert.equal((await s.ask(await token(s, checked(23)))).screening, 'clear');
  const stale = await s.ask(await token(s, checked(25)));
  isUnknown(stale, 'stale_screening');
  assert.equal(stale.screening, 'stale');
  isUnknown(await s.ask(await token(s, { agent_sanctions_checked_at: undefined })), 'stale_screening');
  isUnknown(await s.ask(await token(s, checked(-1))), 'stale_screening');
  const hit = await s.ask(await token(s, { agent_trust_level: 4, agent_sanctions_clear: false }));
  isUnknown(hit, 'screening_hit');
  assert.equal(hit.screening, 'hit');
  const never = await s.ask(await token(s, { agent_sanctions_clear: undefined, agent_sanctions_checked_at: undefined }));
  assert.equal(never.screening, 'not_screened');
  assert.equal(never.level, 'L3');
});

test('a rotated key is found, and its predecessor forgotten', async () => {
  const s = await scene();
  const old = await token(s);
  assert.equal((await s.ask(old)).level, 'L3');
  const next = await keyPair('EdDSA', 'issuer-key-2');
  s.peer.pages[keysPath] = { keys: [next.published] };
  const fresh = await token(s, {}, { key: next });
  for (let i = 0; i < 20; i += 1) await s.ask(await token(s, {}, { key: { ...s.key, kid: `made-up-${i}` } }));
  isUnknown(await s.ask(fresh), 'unknown_key', 'in the pause');
  assert.equal(s.peer.asked.length, 1, 'nobody is hammered');
  await s.advance(61);
  assert.equal((await s.ask(fresh)).level, 'L3', 'nobody said that it was to be asked anew');
  assert.equal(s.peer.asked.length, 2);
  isUnknown(await s.ask(old, { anew: true }), 'unknown_key');
});

test('an issuer that is slow, down, huge, elsewhere or lies about its type has not answered', async () => {
  const other = await serve();
  for (const [way, page] of Object.entries(failures(other, keysPath, { keys: [] }))) {
    const s = await scene();
    other.pages[keysPath] = s.peer.pages[keysPath];
    const keys = JSON.stringify(s.peer.pages[keysPath]);
    s.peer.pages[keysPath] = page;
    const began = Date.now();
    isUnknown(await s.ask(await token(s)), 'no_answer', way);
    assert.ok(Date.now() - began < 4500, way);
    s.peer.pages[keysPath] = (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(keys);
    await s.advance(61);
    isUnknown(await s.ask(await token(s), { anew: true }), 'no_answer', 'right keys by the wrong type');
    s.peer.pages[keysPath] = (response) => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(keys);
    await s.advance(61);
    assert.equal((await s.ask(await token(s), { anew: true })).level, 'L3', `${way}, and then right`);
  }
  assert.equal(other.asked.length, 0, 'no redirect is followed');
});

test('an issuer or a registry where nobody listens has not answered', async () => {
  const down = await nobody();
  const s = await scene((peer) => ({ issuers: [{ issuer: peer.url, issuerKeysUrl: down + keysPath, nearby: true }] }));
  isUnknown(await s.ask(await token(s)), 'no_answer', 'the issuer');
  const t = await scene({ registries: [{ name: 'acme registry', url: down, nearby: true }] });
  isUnknown(await t.ask(await token(t)), 'no_answer', 'the registry');
  assert.equal(t.peer.asked.length, 1, 'the issuer is up');
});

test('a registry is asked by the key, lowers what a token says, and knows of hits', async () => {
  const s = await scene((peer) => ({ registries: [{ name: 'acme registry', url: `${peer.url}/api`, nearby: true }] }));
  const path = `/api/trust/${s.agent.jkt}`;
  const said = (level, rest = {}) => ({
    agent_id: s.agent.jkt, agent_trust_level: level, agent_sanctions_clear: true, agent_sanctions_checked_at: now() - 60, exp: now() + 7200, ...rest,
  });
  assert.equal((await s.ask(await token(s))).level, 'L3', 'it does not know the agent');
  const ways = [
    [said('L2'), 'none', 'L2'], [said(4), 'none', 'L3'], [said(0), 'none', 'L0'], [said(4, { agent_sanctions_clear: false }), 'screening_hit', 'L0'],
    [said(2, { agent_id: 'somebody-else' }), 'no_answer', 'L0'], [said(9), 'no_answer', 'L0'], [said(2, { exp: now() - 5 }), 'expired', 'L0'],
    [[], 'no_answer', 'L0'], [(response) => response.destroy(), 'no_answer', 'L0'], [() => {}, 'no_answer', 'L0'],
  ];
  for (const [page, distrust, level] of ways) {
    s.peer.pages[path] = page;
    const evidence = await s.ask(await token(s), { anew: true });
    assert.equal(evidence.distrust, distrust, JSON.stringify(page));
    assert.equal(evidence.level, level, JSON.stringify(page));
  }
  assert.ok(s.peer.asked.includes(path));
});

test('a registry that is slow, down, huge, elsewhere or lies about its type has not answered either', async () => {
  const s = await scene((peer) => ({ registries: [{ name: 'acme registry', url: peer.url, nearby: true }] }));
  const path = `/trust/${s.agent.jkt}`;
  const said = { agent_id: s.agent.jkt, agent_trust_level: 4, agent_sanctions_clear: true, agent_sanctions_checked_at: now() - 60 };
  const other = await serve({ [path]: said });
  const ways = { ...failures(other, path, said), 'of another type': (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(said)) };
  for (const [way, page] of Object.entries(ways)) {
    s.peer.pages[path] = page;
    isUnknown(await s.ask(await token(s), { anew: true }), 'no_answer', way);
  }
  assert.equal(other.asked.length, 0, 'no redirect is followed');
  s.peer.pages[path] = said;
  assert.equal((await s.ask(await token(s), { anew: true })).level, 'L3', 'the lower of the two');
});
