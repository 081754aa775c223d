// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents that delegate to agents, with npm libraries alone: jose signs the links, openid-client exchanges them, and jose
// verifies a chain, a status list and an introspection answer from the keys that we publish.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import * as jose from 'jose';
import * as client from 'openid-client';
import {
  actorToken, details, dpopOf, granted, issuer, jwtType, kEnough, keyUrn, link, oauthError, parentHash, registered, tokenExchange,
} from './peer.mjs';

const keys = jose.createRemoteJWKSet(new URL(`${issuer}/jwks`));
const delegable = (maxDepth) => details().map((each) => ({ ...each, max_depth: maxDepth }));
const narrower = (authorization_details, maxDepth) =>
  authorization_details.map((each) => ({ ...each, actions: ['payments.read'], max_depth: maxDepth }));

/// A root with a token that may be handed on twice.
async function rooted(words) {
  const root = await registered(words);
  const { dpop, tokens } = await granted(root, `${words}: please approve`, { authorization_details: JSON.stringify(delegable(2)) });
  return { root, dpop, tokens };
}

const exchange = async (child, dpop, chain, changes = {}) =>
  client.genericGrantRequest(
    child.config,
    tokenExchange,
    {
      subject_token: chain.at(-1),
      subject_token_type: jwtType,
      delegation_chain: chain.slice(0, -1).join(' '),
      actor_token: await actorToken(child),
      actor_token_type: jwtType,
      ...changes,
    },
    { DPoP: dpop.handle },
  );

/// What a service does that asks nobody: returns who acts, and what is permitted.
async function verifiedChain(token, links) {
  const { payload: top } = await jose.jwtVerify(token, keys, { issuer, typ: 'at+jwt' });
  let above = { hash: parentHash(token), key: top.cnf.jkt, depth: top.del_depth, maxDepth: top.del_max_depth };
  let last = top;
  for (const each of links) {
    const { payload, protectedHeader } = await jose.jwtVerify(each, jose.EmbeddedJWK, { typ: 'delegation+jwt' });
    assert.equal(await jose.calculateJwkThumbprint(protectedHeader.jwk), above.key, 'signed by the key above');
    assert.equal(payload.iss, keyUrn(above.key));
    assert.equal(payload.par_hash, above.hash);
    assert.equal(payload.del_depth, above.depth + 1);
    assert.ok(payload.del_depth <= above.maxDepth && payload.del_max_depth <= above.maxDepth);
    above = {
      hash: parentHash(each),
      key: await jose.calculateJwkThumbprint(payload.cnf.jwk),
      depth: payload.del_depth,
      maxDepth: payload.del_max_depth,
    };
    last = payload;
  }
  return { key: above.key, authorization_details: last.authorization_details };
}

test('openid-client exchanges a link that jose signed, once, and never an access token', kEnough, async () => {
  const { root, dpop, tokens } = await rooted('Peer delegates');
  const child = await registered('Peer, the child');
  const own = await dpopOf(child);
  const chain = [tokens.access_token, await link(tokens.access_token, dpop, own, narrower(tokens.authorization_details, 1))];

  const got = await exchange(child, own, chain);
  assert.equal(got.token_type, 'dpop');
  assert.equal(got.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
  assert.deepEqual(got.authorization_details[0].actions, ['payments.read']);
  const { payload } = await jose.jwtVerify(got.access_token, keys, { issuer, typ: 'at+jwt' });
  assert.deepEqual(payload.act, { sub: keyUrn(own.jkt), act: { sub: keyUrn(dpop.jkt) } });
  assert.equal(payload.del_depth, 1);

  const told = await client.tokenIntrospection(child.config, got.access_token);
  assert.equal(told.active, true);
  assert.deepEqual(told.act, payload.act);
  const fresh = await client.refreshTokenGrant(child.config, got.refresh_token, undefined, { DPoP: own.handle });
  assert.deepEqual(jose.decodeJwt(fresh.access_token).act, payload.act);

  assert.equal(await oauthError(exchange(child, own, chain)), 'invalid_request');
  for (const type of ['access_token', 'jwt'])
    for (const withActor of [true, false]) {
      const changes = { subject_token: fresh.access_token, subject_token_type: `urn:ietf:params:oauth:token-type:${type}` };
      if (!withActor) Object.assign(changes, { actor_token: '', actor_token_type: '' });
      assert.equal(await oauthError(exchange(child, own, chain, changes)), 'invalid_request');
    }

  await client.tokenRevocation(root.config, tokens.refresh_token);
  assert.deepEqual(await client.tokenIntrospection(child.config, fresh.access_token), { active: false });
});

test('jose alone verifies a chain of three hops, and sees what is wrong with another', kEnough, async () => {
  const { root, dpop, tokens } = await rooted('Peer for a chain');
  const [second, third] = [await dpopOf(root), await dpopOf(root)];
  const one = await link(tokens.access_token, dpop, second, narrower(tokens.authorization_details, 1));
  const two = await link(one, second, third, narrower(tokens.authorization_details, 0));

  const verified = await verifiedChain(tokens.access_token, [one, two]);
  assert.equal(verified.key, third.jkt);
  assert.deepEqual(verified.authorization_details[0].actions, ['payments.read']);
  await assert.rejects(verifiedChain(tokens.access_token, [two, one]));
  await assert.rejects(verifiedChain(tokens.access_token, [two]));
  await assert.rejects(verifiedChain(one, [two]));
  await client.tokenRevocation(root.config, tokens.refresh_token);
});

test('jose verifies the status list that a token names, before and after a revocation', kEnough, async () => {
  const { root, tokens } = await rooted('Peer for a status');
  const { status_list: place } = jose.decodeJwt(tokens.access_token).status;
  const statusNow = async () => {
    const answer = await fetch(place.uri, { headers: { accept: 'application/statuslist+jwt' } });
    assert.equal(answer.headers.get('content-type'), 'application/statuslist+jwt');
    const { payload } = await jose.jwtVerify(await answer.text(), keys, { typ: 'statuslist+jwt', subject: place.uri });
    assert.ok(payload.exp - payload.iat <= 60);
    const { bits, lst } = payload.status_list;
    const bytes = inflateSync(Buffer.from(lst, 'base64url'));
    const bit = place.idx * bits;
    return (bytes[bit >> 3] >> (bit & 7)) & ((1 << bits) - 1);
  };
  assert.equal(await statusNow(), 0);
  await client.tokenRevocation(root.config, tokens.refresh_token);
  assert.equal(await statusNow(), 1);
});

test('jose verifies an introspection answer that is for one service', { ...kEnough, skip: !process.env.COUNTERSIGN_SERVICE_ID }, async () => {
  const { root, tokens } = await rooted('Peer for a signed answer');
  const { COUNTERSIGN_SERVICE_ID: id, COUNTERSIGN_SERVICE_SECRET: secret } = process.env;
  const answer = await fetch(`${issuer}/introspect`, {
    method: 'POST',
    headers: {
      accept: 'application/token-introspection+jwt',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ token: tokens.access_token }),
  });
  assert.equal(answer.headers.get('content-type'), 'application/token-introspection+jwt');
  const { payload } = await jose.jwtVerify(await answer.text(), keys, { issuer, audience: id, typ: 'token-introspection+jwt' });
  assert.equal(payload.token_introspection.active, true);
  assert.equal(payload.token_introspection.del_max_depth, 2);
  assert.equal(payload.exp, undefined);
  await client.tokenRevocation(root.config, tokens.refresh_token);
});
