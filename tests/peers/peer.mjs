// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the peer tests share. They talk to the program that runs at COUNTERSIGN_ISSUER, through its loopback door, with
// libraries as they come from the registry. Where a person has to decide, a line on standard output says so:
//
//     PERSON: approve <binding message>
//
// (or deny, or ignore), and the test goes on waiting. Whoever runs the tests decides in the program's own window.
import { createHash, randomBytes } from 'node:crypto';
import * as jose from 'jose';
import * as client from 'openid-client';

export const issuer = process.env.COUNTERSIGN_ISSUER ?? 'http://127.0.0.1:7317';
export const ciba = 'urn:openid:params:grant-type:ciba';
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
export const location = 'https://payments.example/';
export const kEnough = { timeout: 180_000 }; // ms: a person, or a script that plays one, is slow

export function details(actions = ['payments.create', 'payments.read'], seconds = 1800) {
  const expires_at = Math.floor(Date.now() / 1000) + seconds;
  return [{ type: 'agent_delegation', locations: [location], actions, expires_at }];
}

/// What the person reads as the reason; unique, so that the one who decides finds the request by it.
export function bindingMessage(words) {
  return `${words} ${randomBytes(3).toString('hex')}`;
}

export function askPerson(decision, message) {
  console.log(`PERSON: ${decision} ${message}`);
}

/// Registers a new client by openid-client; its key authenticates it.
export async function registered(name, alg = 'ES256') {
  const key = await jose.generateKeyPair(alg, { extractable: true });
  const config = await client.dynamicClientRegistration(
    new URL(issuer),
    {
      client_name: name,
      jwks: { keys: [{ ...(await jose.exportJWK(key.publicKey)), use: 'sig', alg }] },
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: [ciba, 'refresh_token', tokenExchange],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
      id_token_signed_response_alg: 'ES256',
    },
    client.PrivateKeyJwt(key.privateKey),
    { execute: [client.allowInsecureRequests] },
  );
  client.enableNonRepudiationChecks(config); // id_token signatures are checked against /jwks
  return { config, key };
}

/// A request of `peer`, as the standard has it.
export async function asked(peer, message, parameters = {}) {
  return client.initiateBackchannelAuthentication(peer.config, {
    scope: 'openid',
    login_hint: 'me',
    binding_message: message,
    authorization_details: JSON.stringify(details()),
    ...parameters,
  });
}

/// A DPoP key of its own, and openid-client's handle for it.
export async function dpopOf(peer) {
  const keys = await client.randomDPoPKeyPair('ES256');
  return { keys, handle: client.getDPoPHandle(peer.config, keys), jkt: await jose.calculateJwkThumbprint(await jose.exportJWK(keys.publicKey)) };
}

/// Asks, has the person approve, polls.
export async function granted(peer, words = 'Peer: please approve', parameters = {}) {
  const dpop = await dpopOf(peer);
  const message = bindingMessage(words);
  const request = await asked(peer, message, { dpop_jkt: dpop.jkt, ...parameters });
  askPerson('approve', message);
  const tokens = await client.pollBackchannelAuthenticationGrant(peer.config, request, undefined, { DPoP: dpop.handle });
  return { dpop, tokens, request };
}

/// An assertion of the peer's, as an actor_token.
export async function actorToken(peer) {
  const { client_id: id } = peer.config.clientMetadata();
  return new jose.SignJWT()
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setJti(randomBytes(16).toString('hex'))
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(peer.key.privateKey);
}

/// What a link says of the token or link that it hangs on.
export function parentHash(jws) {
  return createHash('sha256').update(jws.slice(0, jws.lastIndexOf('.'))).digest('base64url');
}

export const keyUrn = (thumbprint) => `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumbprint}`;

/// A link, signed by npm jose with the key that `above` is bound to, for the key of `child`.
export async function link(above, holder, child, authorization_details, changes = {}) {
  const parent = jose.decodeJwt(above);
  const jwk = await jose.exportJWK(holder.keys.publicKey);
  const del_depth = parent.del_depth + 1;
  const claims = {
    sub: keyUrn(child.jkt),
    cnf: { jwk: await jose.exportJWK(child.keys.publicKey) },
    par_hash: parentHash(above),
    authorization_details,
    del_depth,
    del_max_depth: Math.min(parent.del_max_depth, del_depth + Math.max(...authorization_details.map((each) => each.max_depth ?? 0))),
    ...changes,
  };
  return new jose.SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'delegation+jwt', jwk: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } })
    .setIssuer(keyUrn(holder.jkt))
    .setJti(randomBytes(16).toString('hex'))
    .setIssuedAt()
    .setExpirationTime('10 minutes')
    .sign(holder.keys.privateKey);
}

/// The OAuth error that `promise` ends with.
export async function oauthError(promise) {
  try {
    await promise;
  } catch (error) {
    return error.error ?? error.cause?.error ?? error.code ?? String(error);
  }
  return 'no error';
}

export const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
