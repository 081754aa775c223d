// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// npm openid-client, unmodified: every way that a delegation request can go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';
import { askPerson, asked, bindingMessage, dpopOf, granted, issuer, kEnough, oauthError, registered, wait } from './peer.mjs';

test('discovery tells of CIBA in poll mode, DPoP and delegations, and of nothing else', kEnough, async () => {
  for (const algorithm of ['oidc', 'oauth2']) {
    const config = await client.discovery(new URL(issuer), 'nobody', undefined, client.None(), {
      algorithm,
      execute: [client.allowInsecureRequests],
    });
    const server = config.serverMetadata();
    assert.equal(server.issuer, issuer);
    assert.deepEqual(server.backchannel_token_delivery_modes_supported, ['poll']);
    assert.deepEqual(server.authorization_details_types_supported, ['agent_delegation']);
    assert.ok(server.dpop_signing_alg_values_supported.includes('ES256'));
    assert.equal(server.authorization_endpoint, undefined);
  }
});

test('approved: a token that is introspected, refreshed, revoked, and then inactive', kEnough, async () => {
  const peer = await registered('openid-client');
  const { dpop, tokens } = await granted(peer);
  assert.equal(tokens.token_type, 'dpop');
  assert.equal(tokens.claims().iss, issuer);
  assert.ok(tokens.expires_in > 0 && tokens.expires_in <= 600);
  assert.equal(tokens.authorization_details[0].type, 'agent_delegation');
  assert.ok(tokens.authorization_details[0].actions.length > 0);

  const alive = await client.tokenIntrospection(peer.config, tokens.access_token);
  assert.equal(alive.active, true);
  assert.equal(alive.client_id, peer.config.clientMetadata().client_id);
  assert.equal(alive.cnf.jkt, dpop.jkt);
  assert.deepEqual(alive.authorization_details, tokens.authorization_details);

  const fresh = await client.refreshTokenGrant(peer.config, tokens.refresh_token, undefined, { DPoP: dpop.handle });
  assert.notEqual(fresh.access_token, tokens.access_token);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  assert.equal((await client.tokenIntrospection(peer.config, fresh.access_token)).active, true);

  await client.tokenRevocation(peer.config, fresh.refresh_token);
  for (const token of [tokens.access_token, fresh.access_token, fresh.refresh_token])
    assert.deepEqual(await client.tokenIntrospection(peer.config, token), { active: false });
  const again = client.refreshTokenGrant(peer.config, fresh.refresh_token, undefined, { DPoP: dpop.handle });
  assert.equal(await oauthError(again), 'invalid_grant');
});

test('an Ed25519 client is served as well', kEnough, async () => {
  const peer = await registered('openid-client with Ed25519', 'Ed25519');
  const { tokens } = await granted(peer, 'Peer with Ed25519: please approve');
  assert.equal((await client.tokenIntrospection(peer.config, tokens.access_token)).active, true);
  await client.tokenRevocation(peer.config, tokens.refresh_token);
});

test('denied: access_denied', kEnough, async () => {
  const peer = await registered('openid-client, denied');
  const message = bindingMessage('Peer: please deny');
  const request = await asked(peer, message);
  askPerson('deny', message);
  const { handle } = await dpopOf(peer);
  const polled = client.pollBackchannelAuthenticationGrant(peer.config, request, undefined, { DPoP: handle });
  assert.equal(await oauthError(polled), 'access_denied');
});

test('expired: expired_token', kEnough, async () => {
  const peer = await registered('openid-client, expired');
  const message = bindingMessage('Peer: please ignore');
  const request = await asked(peer, message, { requested_expiry: '8' });
  assert.equal(request.expires_in, 8);
  askPerson('ignore', message);
  const { handle } = await dpopOf(peer);
  await wait(request.expires_in + 1);
  const polled = client.pollBackchannelAuthenticationGrant(peer.config, { ...request, expires_in: 60 }, undefined, { DPoP: handle });
  assert.equal(await oauthError(polled), 'expired_token');
});

test('cancelled: a request that the agent withdrew is gone', kEnough, async () => {
  const peer = await registered('openid-client, withdrawn');
  const message = bindingMessage('Peer: withdrawn at once');
  const request = await asked(peer, message);
  askPerson('ignore', message);
  await client.tokenRevocation(peer.config, request.auth_req_id, { token_type_hint: 'auth_req_id' });
  const { handle } = await dpopOf(peer);
  const polled = client.pollBackchannelAuthenticationGrant(peer.config, request, undefined, { DPoP: handle });
  assert.equal(await oauthError(polled), 'invalid_grant');
});

test('refused before any person is asked: each with its own error', kEnough, async () => {
  const peer = await registered('openid-client, refused');
  const refused = async (parameters) => oauthError(asked(peer, 'never shown', parameters));
  assert.equal(await refused({ login_hint: 'somebody else' }), 'unknown_user_id');
  assert.equal(await refused({ binding_message: 'x'.repeat(161) }), 'invalid_binding_message');
  assert.equal(await refused({ scope: 'openid profile' }), 'invalid_scope');
  assert.equal(await refused({ authorization_details: '[{"type":"payment"}]' }), 'invalid_authorization_details');
  assert.equal(await refused({ requested_expiry: '3601' }), 'invalid_request');
});
