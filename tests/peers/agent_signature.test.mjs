// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Requests that agents signed with the field Agent-Signature (agent_signed.mjs): right ones are permitted, and whatever
// was changed on the way is not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as jose from 'jose';
import * as client from 'openid-client';
import { agentSignature, decide, endpoint, post, proof } from './agent_signed.mjs';
import { asked, bindingMessage, details, issuer, kEnough, location, registered } from './peer.mjs';

/// An agent with a grant, and a key of that algorithm.
async function agentWith(alg) {
  const peer = await registered(`Signs with ${alg}`);
  const keys = await client.randomDPoPKeyPair(alg, { extractable: true });
  const jwk = await jose.exportJWK(keys.publicKey);
  const jkt = await jose.calculateJwkThumbprint(jwk);
  const request = await asked(peer, bindingMessage('Agent-Signature: please approve'), { dpop_jkt: jkt, authorization_details: JSON.stringify(details()) });
  const tokens = await client.pollBackchannelAuthenticationGrant(peer.config, request, undefined, { DPoP: client.getDPoPHandle(peer.config, keys) });
  return { id: peer.config.clientMetadata().client_id, alg: alg === 'ES256' ? 'ES256' : 'EdDSA', joseAlg: alg, keys, jwk, jkt, token: tokens.access_token };
}

const payment = JSON.stringify({ amount: '10.00' });

for (const [alg, encoding] of [['ES256', 'der'], ['ES256', 'ieee-p1363'], ['Ed25519', 'raw']]) {
  test(`a request signed with ${alg} (${encoding}) is permitted, and changed ones are not`, kEnough, async () => {
    const agent = await agentWith(alg);
    const field = agentSignature(agent, { body: payment, encoding });
    const answer = await decide(agent, field, payment);
    assert.equal(answer.decision, true, JSON.stringify(answer));
    const { payload } = await jose.jwtVerify(answer.context.receipt, jose.createLocalJWKSet(await (await fetch(`${issuer}/jwks`)).json()), { typ: 'action-receipt+jwt', issuer });
    assert.equal(payload.binding, 'agent-signature');

    const again = await decide(agent, field, payment);
    assert.equal(again.context.receipt, answer.context.receipt, 'the same signature, the same answer');

    const now = Math.floor(Date.now() / 1000);
    const wrong = {
      'another body': [agentSignature(agent, { body: payment, encoding }), JSON.stringify({ amount: '9999.00' })],
      'another method': [agentSignature(agent, { method: 'PUT', body: payment, encoding }), payment],
      'another path': [agentSignature(agent, { uri: `${location}refunds?note=a%20b`, body: payment, encoding }), payment],
      'no query': [agentSignature(agent, { uri: `${location}payments`, body: payment, encoding }), payment],
      'too old': [agentSignature(agent, { ts: now - 330, body: payment, encoding }), payment],
      'from the future': [agentSignature(agent, { ts: now + 60, body: payment, encoding }), payment],
      'another time': [agentSignature(agent, { ts: now - 3, body: payment, encoding }).replace(`ts=${now - 3}`, `ts=${now - 4}`), payment],
      'another nonce': [agentSignature(agent, { nonce: 'abcdefgh', body: payment, encoding }).replace('abcdefgh', 'abcdefgi'), payment],
      'another key': [agentSignature(agent, { body: payment, encoding }).replace(agent.jkt, await jose.calculateJwkThumbprint(await jose.exportJWK((await jose.generateKeyPair('ES256')).publicKey))), payment],
      'another algorithm': [agentSignature(agent, { body: payment, encoding }).replace(`alg="${agent.alg}"`, `alg="${agent.alg === 'ES256' ? 'EdDSA' : 'ES256'}"`), payment],
      'no algorithm': [agentSignature(agent, { body: payment, encoding }).replace(`alg="${agent.alg}"`, 'alg="none"'), payment],
      'a member more': [`${agentSignature(agent, { body: payment, encoding })}, level="L4"`, payment],
      'a signature cut off': [agentSignature(agent, { body: payment, encoding }).replace(/.."$/, '"'), payment],
    };
    for (const [what, [changed, body]] of Object.entries(wrong)) {
      const refused = await decide(agent, changed, body);
      assert.equal(refused.decision, false, what);
      assert.equal(refused.context.reason, 'invalid_signature', what);
    }

    const nonce = randomBytes(16).toString('base64url');
    assert.equal((await decide(agent, agentSignature(agent, { nonce, body: payment, encoding }), payment)).decision, true);
    const other = JSON.stringify({ amount: '11.00' });
    const replayed = await decide(agent, agentSignature(agent, { nonce, body: other, encoding }), other);
    assert.equal(replayed.context.reason, 'invalid_signature', 'a nonce counts once');
  });
}

test('an agent may sign what it asks us, too', kEnough, async () => {
  const agent = await agentWith('ES256');
  const body = JSON.stringify({ subject: { type: 'agent', id: agent.id }, action: { name: 'payments.create', properties: { amount: '1.00' } }, resource: { type: 'payments', id: `${location}payments` } });
  const ask = async (field, text = body) => post(text, { authorization: `DPoP ${agent.token}`, dpop: await proof(agent, 'POST', endpoint), 'agent-signature': field });
  const fresh = () => agentSignature(agent, { uri: endpoint, body });
  await ask(fresh()); // brings the nonce for proofs
  const field = fresh();
  assert.equal((await ask(field)).status, 200);
  assert.equal((await ask(field)).status, 401, 'it is used up');
  assert.equal((await ask(fresh(), `${body} `)).status, 401, 'another body');
  assert.equal((await ask(agentSignature(agent, { uri: `${issuer}/token`, body }))).status, 401, 'another path');
  assert.equal((await ask('x')).status, 401, 'another form');
});
