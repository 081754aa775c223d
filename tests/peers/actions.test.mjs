// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An action and its receipt, with npm libraries alone: http-message-signatures signs the agent's request and verifies our
// answer, jose verifies the receipt. The service's half passes on what it got (AuthZEN).
import assert from 'node:assert/strict';
import { createHash, randomUUID, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { httpbis } from 'http-message-signatures';
import * as jose from 'jose';
import { details, granted, issuer, kEnough, location, registered } from './peer.mjs';

const { COUNTERSIGN_SERVICE_ID: id, COUNTERSIGN_SERVICE_SECRET: secret } = process.env;
const asService = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
const endpoint = `${issuer}/access/v1/evaluation`;
const target = `${location}payments`;
const keySet = await (await fetch(`${issuer}/jwks`)).json();
const deviceKeys = jose.createLocalJWKSet(keySet);
const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
const sha256 = (data, encoding) => createHash('sha256').update(data).digest(encoding);
const digestOf = (body) => `sha-256=:${sha256(body, 'base64')}:`;

async function proof(keys, token, nonce) {
  const { kty, crv, x, y } = await jose.exportJWK(keys.publicKey);
  return new jose.SignJWT({ jti: randomUUID(), htm: 'POST', htu: target, ath: sha256(token, 'base64url'), nonce })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
    .setIssuedAt()
    .sign(keys.privateKey);
}

/// What an agent sends to a service.
async function payment({ keys, jkt }, token, amount, nonce) {
  const body = JSON.stringify({ amount });
  const headers = {
    authorization: `DPoP ${token}`,
    dpop: await proof(keys, token, nonce),
    'content-type': 'application/json',
    'content-digest': digestOf(body),
  };
  const sign = async (data) => Buffer.from(await webcrypto.subtle.sign(ecdsa, keys.privateKey, data));
  const message = await httpbis.signMessage(
    {
      key: { id: jkt, alg: 'ecdsa-p256-sha256', sign },
      fields: ['@method', '@target-uri', ...Object.keys(headers)],
      params: ['created', 'nonce', 'keyid', 'tag'],
      paramValues: { nonce: randomUUID(), tag: 'fapi-2-request' },
    },
    { method: 'POST', url: target, headers },
  );
  return { body, headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), String(value)])) };
}

/// What the service makes of it.
async function decide(agent, token, { body, headers }) {
  const { dpop, signature, 'signature-input': signature_input, 'content-type': type, 'content-digest': digest } = headers;
  const asked = JSON.stringify({
    subject: { type: 'agent', id: agent.config.clientMetadata().client_id },
    action: { name: 'payments.create' },
    resource: { type: 'payments', id: target },
    context: {
      access_token: token, dpop, method: 'POST', uri: target, signature, signature_input,
      headers: { 'content-type': type, 'content-digest': digest }, body: Buffer.from(body).toString('base64url'),
    },
  });
  const request = { method: 'POST', url: endpoint, headers: { ...asService, 'content-type': 'application/json', 'content-digest': digestOf(asked) } };
  const answer = await fetch(endpoint, { method: 'POST', headers: request.headers, body: asked });
  const text = await answer.text();
  return { request, status: answer.status, headers: Object.fromEntries(answer.headers), text, ...JSON.parse(text) };
}

/// The keys of a real answer, looked up by thumbprint as a stranger would who was given ours.
async function answerIsSigned({ request, status, headers, text }) {
  assert.equal(headers['content-digest'], digestOf(text));
  const keyLookup = async ({ keyid }) => {
    const jwk = keySet.keys.find((each) => each.kid === keyid);
    const key = await webcrypto.subtle.importKey('jwk', { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    return { id: keyid, algs: ['ecdsa-p256-sha256'], verify: async (data, signature) => webcrypto.subtle.verify(ecdsa, key, signature, data) };
  };
  const config = { keyLookup, requiredParams: ['created', 'keyid', 'tag'], requiredFields: ['@status', 'content-digest', '@method', '@target-uri'] };
  return httpbis.verifyMessage(config, { status, headers }, request);
}

test('a request that http-message-signatures signs is permitted, and jose verifies its receipt', kEnough, async () => {
  const agent = await registered('Peer that pays');
  const { dpop, tokens } = await granted(agent, 'Peer pays: please approve', { authorization_details: JSON.stringify(details()) });
  const token = tokens.access_token;
  const first = await decide(agent, token, await payment(dpop, token, '10.00'));
  assert.equal(first.context.reason, 'use_dpop_nonce');
  const sent = await payment(dpop, token, '10.00', first.headers['dpop-nonce']);
  const answer = await decide(agent, token, sent);
  assert.equal(answer.decision, true, answer.text);

  const { payload } = await jose.jwtVerify(answer.context.receipt, deviceKeys, { typ: 'action-receipt+jwt', issuer });
  assert.equal(payload.decision, 'permit');
  assert.equal(payload.binding, 'http-signature');
  const signature = Buffer.from(/:(.*):/.exec(sent.headers.signature)[1], 'base64');
  assert.equal(payload.request.signature_digest, sha256(signature, 'base64url'));
  const { salt, text } = answer.context.receipt_disclosure;
  assert.equal(payload.text_commitment, sha256(Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(text)]), 'base64url'));
  assert.deepEqual(JSON.parse(text).arguments, { amount: '10.00' });
  assert.equal(answer.headers['action-receipt'], answer.context.receipt);

  assert.equal(await answerIsSigned(answer), true);
  await assert.rejects(async () => assert.equal(await answerIsSigned({ ...answer, status: 201 }), true));

  const again = await decide(agent, token, sent);
  assert.equal(again.context.receipt, answer.context.receipt, 'the same signature, the same answer');
  const read = await (await fetch(`${issuer}/receipts/${answer.context.receipt_id}`)).json();
  assert.equal(read.receipt, answer.context.receipt);

  const changed = await payment(dpop, token, '10.00', first.headers['dpop-nonce']);
  changed.body = JSON.stringify({ amount: '9999.00' });
  const refused = await decide(agent, token, changed);
  assert.equal(refused.decision, false);
  assert.equal(refused.context.reason, 'invalid_signature');
  const denial = await jose.jwtVerify(refused.context.receipt, deviceKeys, { typ: 'action-receipt+jwt', issuer });
  assert.equal(denial.payload.decision, 'deny');
  assert.equal(denial.payload.seq, payload.seq + 1, 'no gap');
});
