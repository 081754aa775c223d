// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents that sign their requests with the field Agent-Signature, by Node alone from what is published of it: the
// OpenAPI Extension Registry's entry `x-agent-trust` and the structured field that it names (keyid, alg, ts, nonce, sig
// over method, path, ts, nonce and the SHA-256 of the body); and the service that passes such requests on. Nothing of
// ours signs here. COUNTERSIGN_SERVICE_ID and _SECRET are the service's.
import { createHash, KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import * as jose from 'jose';
import { issuer, location } from './peer.mjs';

const { COUNTERSIGN_SERVICE_ID: id, COUNTERSIGN_SERVICE_SECRET: secret } = process.env;
export const asService = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
export const endpoint = `${issuer}/access/v1/evaluation`;
export const target = `${location}payments?note=a%20b`;
export const sha256 = (data, encoding) => createHash('sha256').update(data).digest(encoding);

/// The field. `changes`: parts of what is signed that the field, or the request, says otherwise.
export function agentSignature({ keys, jkt, alg }, { method = 'POST', uri = target, body, ts = Math.floor(Date.now() / 1000), nonce = randomBytes(16).toString('base64url'), encoding = 'der' }) {
  const url = new URL(uri);
  const text = [method, url.pathname + url.search, ts, nonce, sha256(body, 'hex')].join('\n');
  const key = KeyObject.from(keys.privateKey);
  const signature = alg === 'ES256' ? sign('sha256', text, { key, dsaEncoding: encoding }) : sign(null, text, key);
  return `keyid="${jkt}", alg="${alg}", ts=${ts}, nonce="${nonce}", sig="${signature.toString('base64url')}"`;
}

let nonceOfProofs;
export async function proof(agent, method, url) {
  const { kty, crv, x, y } = agent.jwk;
  return new jose.SignJWT({ jti: randomUUID(), htm: method, htu: url.split('?')[0], ath: sha256(agent.token, 'base64url'), nonce: nonceOfProofs })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: agent.joseAlg, jwk: { kty, crv, x, y } })
    .setIssuedAt()
    .sign(agent.keys.privateKey);
}

export async function post(body, headers) {
  const answer = await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  nonceOfProofs = answer.headers.get('dpop-nonce') ?? nonceOfProofs;
  return { status: answer.status, body: await answer.json() };
}

/// What the service makes of a request that came with this field.
export async function decide(agent, field, body, changes = {}, action = 'payments.create') {
  const ask = async () => post(JSON.stringify({
    subject: { type: 'agent', id: agent.id },
    action: { name: action },
    resource: { type: 'payments', id: `${location}payments` },
    context: { access_token: agent.token, dpop: await proof(agent, 'POST', target), method: 'POST', uri: target, agent_signature: field,
      headers: { 'content-type': 'application/json' }, body: Buffer.from(body).toString('base64url'), ...changes },
  }), { authorization: asService });
  const first = await ask();
  return first.body.context?.reason === 'use_dpop_nonce' ? (await ask()).body : first.body;
}
