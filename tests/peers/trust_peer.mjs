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

/// When all is done.
export function stopServing() {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
}

export const keysPath = '/.well-known/agent-trust-keys';
