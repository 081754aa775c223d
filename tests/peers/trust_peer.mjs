// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keys by npm jose, and servers by Node's http that play a trust issuer or a registry.
import { createServer } from 'node:http';
import * as jose from 'jose';

const servers = [];

export async function keyPair(alg, kid) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  return { alg, kid, privateKey, jwk, jkt: await jose.calculateJwkThumbprint(jwk), published: { ...jwk, kid, alg, use: 'sig' } };
}

/// A server that says for each path what `pages` has: an object, or a function of the response.
export async function serve(pages = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const page = pages[request.url];
    if (typeof page === 'function') return page(response);
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(page ?? {}));
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { pages, asked, url: `http://127.0.0.1:${server.address().port}` };
}

/// How one may fail to give the answer `right`; `other`: a server that has it, too.
export function failures(other, path, right) {
  return {
    slow: () => {},
    dripping: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(drip));
    },
    'cut off': (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
      response.write(JSON.stringify(right).slice(0, 5));
      setTimeout(() => response.destroy(), 50);
    },
    down: (response) => response.destroy(),
    error: (response) => response.writeHead(503).end(),
    huge: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...right, padding: 'x'.repeat(5_000_000) }));
    },
    elsewhere: (response) => response.writeHead(302, { location: other.url + path }).end(),
    html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(JSON.stringify(right)),
  };
}

/// A service's document: to pay demands that level and a screening, to refund nothing but a signature.
export const demands = (minimumTrustLevel) => ({
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

/// Where nobody listens.
export async function nobody() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/// When all is done.
export function stopServing() {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
}

export const keysPath = '/.well-known/agent-trust-keys';
