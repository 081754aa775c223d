// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm oauth4webapi and jose, unmodified: what we sign is checked by others, and polling too fast is slowed down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';
import { askPerson, asked, bindingMessage, ciba, details, granted, issuer, kEnough, location, oauthError, registered } from './peer.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };

async function discovered() {
  const response = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(new URL(issuer), response);
}

/// One poll, without waiting and without repeating.
async function pollOnce(as, peer, authReqId, DPoP) {
  const us = peer.config.clientMetadata();
  const auth = oauth.PrivateKeyJwt(peer.key.privateKey);
  const response = await oauth.backchannelAuthenticationGrantRequest(as, us, auth, authReqId, { DPoP, ...insecure });
  return oauth.processBackchannelAuthenticationGrantResponse(as, us, response);
}

test('jose verifies the access token against /jwks: RFC 9068, bound to the DPoP key', kEnough, async () => {
  const peer = await registered('jose');
  const { dpop, tokens } = await granted(peer, 'Peer jose: please approve');
  const keys = jose.createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const { payload, protectedHeader } = await jose.jwtVerify(tokens.access_token, keys, {
    issuer,
    audience: new URL(location).origin,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['sub', 'client_id', 'jti', 'iat', 'exp', 'grant_id', 'device', 'authorization_details'],
    maxTokenAge: '10 minutes',
  });
  assert.ok(payload.aud.includes(issuer));
  assert.equal(payload.cnf.jkt, dpop.jkt);
  assert.equal(payload.client_id, peer.config.clientMetadata().client_id);
  assert.match(payload.sub, /^urn:ietf:params:oauth:jwk-thumbprint:sha-256:/);
  assert.equal(payload.device, protectedHeader.kid);
  assert.deepEqual(payload.authorization_details, tokens.authorization_details);
  assert.deepEqual(payload.authorization_details[0].actions, details()[0].actions);

  const identity = await jose.jwtVerify(tokens.id_token, keys, { issuer, audience: payload.client_id, algorithms: ['ES256'] });
  assert.equal(identity.payload.sub, payload.sub);

  const [header, body, signature] = tokens.access_token.split('.');
  const forged = [header, jose.base64url.encode(JSON.stringify({ ...payload, exp: payload.exp + 1 })), signature].join('.');
  await assert.rejects(jose.jwtVerify(forged, keys), jose.errors.JWSSignatureVerificationFailed);
  assert.ok(body);
});

test('oauth4webapi, as a service, accepts the token with a proof and refuses it without', kEnough, async () => {
  const as = await discovered();
  const peer = await registered('oauth4webapi, resource server');
  const { dpop, tokens } = await granted(peer, 'Peer service: please approve');
  const DPoP = oauth.DPoP(peer.config.clientMetadata(), dpop.keys);
  let seen;
  await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(location), new Headers(), null, {
    DPoP,
    [oauth.customFetch]: async (url, options) => {
      seen = new Request(url, { method: options.method, headers: options.headers });
      return new Response(null, { status: 204 });
    },
  });
  const audience = new URL(location).origin;
  const claims = await oauth.validateJwtAccessToken(as, seen, audience, { requireDPoP: true, ...insecure });
  assert.equal(claims.cnf.jkt, dpop.jkt);

  const bare = new Request(location, { headers: { authorization: `DPoP ${tokens.access_token}` } });
  await assert.rejects(oauth.validateJwtAccessToken(as, bare, audience, { requireDPoP: true, ...insecure }));
});

test('slow_down: polling too fast is told so, and goes on when it slows down', kEnough, async () => {
  const as = await discovered();
  const peer = await registered('oauth4webapi, too fast');
  const message = bindingMessage('Peer polls too fast: please deny');
  const request = await asked(peer, message);
  const DPoP = oauth.DPoP(peer.config.clientMetadata(), await oauth.generateKeyPair('ES256'));

  const first = await pollOnce(as, peer, request.auth_req_id, DPoP).catch((error) => error);
  assert.ok(oauth.isDPoPNonceError(first), 'a proof without our nonce is refused, with a nonce');
  assert.equal(await oauthError(pollOnce(as, peer, request.auth_req_id, DPoP)), 'authorization_pending');
  assert.equal(await oauthError(pollOnce(as, peer, request.auth_req_id, DPoP)), 'slow_down');
  askPerson('deny', message);
  let error;
  do {
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    error = await oauthError(pollOnce(as, peer, request.auth_req_id, DPoP));
  } while (error === 'authorization_pending');
  assert.equal(error, 'access_denied');
});

test("another agent's auth_req_id is unknown to this one", kEnough, async () => {
  const as = await discovered();
  const owner = await registered('oauth4webapi, owner');
  const thief = await registered('oauth4webapi, thief');
  const message = bindingMessage('Peer: please ignore');
  const request = await asked(owner, message, { requested_expiry: '20' });
  askPerson('ignore', message);
  const DPoP = oauth.DPoP(thief.config.clientMetadata(), await oauth.generateKeyPair('ES256'));
  await pollOnce(as, thief, request.auth_req_id, DPoP).catch(() => {}); // gets the nonce
  assert.equal(await oauthError(pollOnce(as, thief, request.auth_req_id, DPoP)), 'invalid_grant');
});

test('a service introspects by its secret', { ...kEnough, skip: !process.env.COUNTERSIGN_SERVICE_ID }, async () => {
  const as = await discovered();
  const service = { client_id: process.env.COUNTERSIGN_SERVICE_ID };
  const secret = oauth.ClientSecretBasic(process.env.COUNTERSIGN_SERVICE_SECRET);
  const ask = async (auth, token) =>
    oauth.processIntrospectionResponse(as, service, await oauth.introspectionRequest(as, service, auth, token, insecure));

  const peer = await registered('oauth4webapi, introspected');
  const { tokens } = await granted(peer, 'Peer for a service: please approve');
  assert.equal((await ask(secret, tokens.access_token)).active, true);
  assert.equal((await ask(secret, tokens.refresh_token)).active, false);
  assert.equal((await ask(secret, 'unknown')).active, false);
  await assert.rejects(ask(oauth.ClientSecretBasic('wrong'), tokens.access_token));
});
