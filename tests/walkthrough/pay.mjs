// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: node pay.mjs AGENT_FILE RECIPIENT AMOUNT
//
// An agent pays at a service, and the service asks Countersign first. The agent's half: a request with a DPoP proof
// (RFC 9449) and a signature over the body as sent (RFC 9421, RFC 9530), by the key in its file. The service's half: it
// passes all of it on to /access/v1/evaluation (AuthZEN) and prints the answer. With Node alone, no packages.
// COUNTERSIGN_ISSUER, COUNTERSIGN_SERVICE_ID and COUNTERSIGN_SERVICE_SECRET say where, and as which service.
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { COUNTERSIGN_ISSUER: issuer, COUNTERSIGN_SERVICE_ID: id, COUNTERSIGN_SERVICE_SECRET: secret } = process.env;
const [file, recipient, amount] = process.argv.slice(2);
const target = 'https://payments.example/payments';
const method = 'POST';

const agent = JSON.parse(readFileSync(file, 'utf8'));
const key = createPrivateKey({ key: Buffer.from(agent.key, 'base64'), format: 'der', type: 'pkcs8' });
const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);
const thumbprint = sha256(JSON.stringify({ crv, kty, x, y }), 'base64url');
const es256 = (text) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

function proof(nonce) {
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = { jti: randomUUID(), htm: method, htu: target, iat: now(), ath: sha256(agent.access_token, 'base64url'), nonce };
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${es256(input).toString('base64url')}`;
}

/// Everything that the agent sends to the service.
function request(nonce) {
  const body = JSON.stringify({ amount, recipient });
  const dpop = proof(nonce);
  const headers = { 'content-digest': `sha-256=:${sha256(body, 'base64')}:`, 'content-type': 'application/json' };
  const covered = { '@method': method, '@target-uri': target, authorization: `DPoP ${agent.access_token}`, dpop, ...headers };
  const names = Object.keys(covered).map((name) => `"${name}"`);
  const parameters = `(${names.join(' ')});created=${now()};nonce="${randomUUID()}";keyid="${thumbprint}";tag="fapi-2-request"`;
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}\n`);
  const signature = es256(`${lines.join('')}"@signature-params": ${parameters}`).toString('base64');
  return { dpop, headers, body, signature_input: `sig=${parameters}`, signature: `sig=:${signature}:` };
}

/// What the service does with it.
async function evaluate({ body, ...sent }) {
  const answer = await fetch(`${issuer}/access/v1/evaluation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: JSON.stringify({
      subject: { type: 'agent', id: agent.client_id },
      action: { name: 'payments.create', properties: JSON.parse(body) },
      resource: { type: 'payments', id: target },
      context: { access_token: agent.access_token, method, uri: target, body: Buffer.from(body).toString('base64url'), ...sent },
    }),
  });
  return { nonce: answer.headers.get('dpop-nonce'), ...(await answer.json()) };
}

let answer = await evaluate(request());
if (answer.context?.reason === 'use_dpop_nonce') answer = await evaluate(request(answer.nonce));
console.log(JSON.stringify(answer));
