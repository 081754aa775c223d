// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm's jose and http-message-signatures check an evidence file (EVIDENCE_FILE) that they know nothing of but its
// JSON and the standards.
import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { httpbis } from 'http-message-signatures';
import * as jose from 'jose';

const file = JSON.parse(readFileSync(process.env.EVIDENCE_FILE, 'utf8'));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('base64url');

const keysOf = async (jwks) => {
  const keys = new Map();
  for (const jwk of jwks) keys.set(await jose.calculateJwkThumbprint(jwk), jwk);
  return keys;
};
const devices = await keysOf(file.keys.device);
const persons = await keysOf(file.keys.person);
const agents = await keysOf(file.keys.agents);

async function opened(jws, typ, keys) {
  const verified = await jose.compactVerify(jws, async ({ kid }) => jose.importJWK(keys.get(kid), 'ES256'));
  assert.equal(verified.protectedHeader.typ, typ);
  return JSON.parse(new TextDecoder().decode(verified.payload));
}

test('jose verifies every receipt, and its leaf hash', async () => {
  const receipts = file.entries.filter((entry) => entry.receipt);
  assert.ok(receipts.length >= 3);
  for (const { receipt, index } of receipts) {
    const { log, ...claims } = await opened(receipt, 'action-receipt+jwt', devices);
    assert.equal(log.index, index);
    const payload = Buffer.from(receipt.split('.')[1], 'base64url').toString();
    const leaf = payload.slice(0, payload.lastIndexOf(',"log":')) + '}';
    assert.deepEqual(JSON.parse(leaf), claims);
    assert.equal(sha256(Buffer.of(0), leaf), log.leaf_hash);
  }
});

test('jose verifies consents, tokens, links and the word for the log key', async () => {
  for (const { record, screen } of file.consents) {
    const claims = await opened(record, 'consent+jwt', persons);
    assert.equal(sha256(Buffer.from(screen.salt, 'base64url'), screen.text), claims.screen.digest);
  }
  for (const token of file.tokens) {
    const claims = await opened(token, 'at+jwt', devices);
    assert.ok(devices.has(claims.device));
  }
  assert.ok(file.links.length >= 1);
  for (const link of file.links) {
    const { payload } = await jose.jwtVerify(link, jose.EmbeddedJWK, { typ: 'delegation+jwt', currentDate: new Date(0) });
    assert.ok(payload.par_hash);
  }
  assert.equal((await opened(file.keys.log_statement, 'log-key+jwt', devices)).vkey, file.keys.log);
});

test('jose follows the changes of the device key from the one that the log is named after', async () => {
  const claimsOf = ({ leaf, receipt }) => (leaf ? JSON.parse(leaf) : jose.decodeJwt(receipt));
  const origin = file.checkpoint.split('\n')[0];
  let inForce = origin.replace('countersign/', '');
  let changes = 0;
  for (const claims of file.entries.map(claimsOf)) {
    assert.equal(claims.device, inForce);
    if (claims.type !== 'key_rotated') continue;
    const { old, new: next, person, by_old, by_new, by_person } = claims.rotation;
    const words = {
      iat: jose.decodeJwt(by_old).iat,
      new: await jose.calculateJwkThumbprint(next),
      old: inForce,
      origin,
      person: claims.person,
    };
    assert.equal(await jose.calculateJwkThumbprint(old), inForce);
    assert.equal(await jose.calculateJwkThumbprint(person), claims.person);
    for (const [jws, jwk] of [[by_old, old], [by_new, next], [by_person, person]]) {
      const { payload, protectedHeader } = await jose.compactVerify(jws, await jose.importJWK(jwk, 'ES256'));
      assert.equal(protectedHeader.typ, 'device-rotation+jwt');
      assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), words);
    }
    inForce = words.new;
    changes += 1;
  }
  assert.equal(changes, 2);
});

test('jose verifies what other servers decided, and that it is about the same actions', async () => {
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
  };
  const claimsOf = (entry) => (entry.receipt ? jose.decodeJwt(entry.receipt) : JSON.parse(entry.leaf));
  let receipts = 0;
  for (const entry of file.entries.filter((each) => each.upstream)) {
    const taken = claimsOf(entry);
    const decision = file.entries.find(({ index }) => index === taken.receipt.index);
    const tied = new Set([taken.receipt.leaf_hash]);
    const waiting = [];
    for (const { receipt, keys, disclosure } of entry.upstream) {
      const { log, ...claims } = await opened(receipt, 'action-receipt+jwt', await keysOf(JSON.parse(keys).keys));
      assert.equal(await jose.calculateJwkThumbprint(JSON.parse(keys).keys[0]), claims.device);
      assert.equal(sha256(Buffer.of(0), canonical(claims)), log.leaf_hash);
      assert.ok(taken.upstream.includes(log.leaf_hash));
      if (disclosure) assert.equal(sha256(Buffer.from(disclosure.salt, 'base64url'), disclosure.text), claims.text_commitment);
      waiting.push({ claims, hash: log.leaf_hash });
      receipts += 1;
    }
    const digest = claimsOf(decision).request.signature_digest;
    for (let before = -1; waiting.length !== before && waiting.length > 0; ) {
      before = waiting.length;
      const next = waiting.findIndex(({ claims }) => claims.request?.signature_digest === digest
        || claims.upstream?.some((name) => tied.has(name)) || tied.has(claims.receipt?.leaf_hash));
      if (next >= 0) tied.add(waiting.splice(next, 1)[0].hash);
    }
    assert.equal(waiting.length, 0);
  }
  assert.equal(receipts, 3);
});

test('the bodies are those that the agents signed', () => {
  const bodies = file.entries.filter((entry) => entry.body);
  assert.equal(bodies.length, 4);
  for (const { body, disclosure } of bodies) {
    const digest = createHash('sha256').update(Buffer.from(body, 'base64url')).digest('base64');
    assert.ok(JSON.parse(disclosure.text).fields['content-digest'].includes(`sha-256=:${digest}:`));
  }
});

test('http-message-signatures verifies what the agents signed, from the components', async () => {
  let signed = 0;
  for (const { receipt, disclosure } of file.entries) {
    if (!receipt || !disclosure) continue;
    const claims = jose.decodeJwt(receipt);
    if (claims.binding !== 'http-signature') continue;
    const details = JSON.parse(disclosure.text);
    const token = file.tokens.find((each) => sha256(each) === claims.token);
    const request = {
      method: claims.request.method,
      url: claims.request.target_uri + (details.query ? `?${details.query}` : ''),
      headers: {
        ...details.fields,
        authorization: `DPoP ${token}`,
        dpop: details.dpop,
        signature: details.signature,
        'signature-input': details.signature_input,
      },
    };
    const verify = async (data, signature, { keyid }) => {
      const key = await webcrypto.subtle.importKey('jwk', agents.get(keyid), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
      return webcrypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, data);
    };
    const keyLookup = async ({ keyid }) => ({ id: keyid, algs: ['ecdsa-p256-sha256'], verify });
    const config = { keyLookup, requiredParams: ['created', 'nonce', 'keyid'], requiredFields: ['@method', '@target-uri', 'authorization', 'dpop'], notAfter: claims.iat + 5 };
    assert.equal(await httpbis.verifyMessage(config, request), true);
    await assert.rejects(async () => assert.equal(await httpbis.verifyMessage(config, { ...request, method: 'PUT' }), true));
    signed += 1;
  }
  assert.ok(signed >= 3);
});
