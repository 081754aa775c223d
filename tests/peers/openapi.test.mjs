// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every answer of a running server is one that its own /openapi.json describes: status, content type, fields and body,
// by npm's ajv; and every status that the document names comes. Requests that it describes wrongly would be refused.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as jose from 'jose';
import { actorToken, bindingMessage, ciba, details, issuer, jwtType, kEnough, keyUrn, link, location, tokenExchange, wait } from './peer.mjs';

const { COUNTERSIGN_SERVICE_ID: id, COUNTERSIGN_SERVICE_SECRET: secret } = process.env;
const asService = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const document = await (await fetch(`${issuer}/openapi.json`)).json();

// ---- the document, as ajv takes it ----
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats(ajv);
const schemaPlace = '#/components/schemas/';
const localized = (value) => JSON.parse(JSON.stringify(value), (name, each) => (name === '$ref' && each.startsWith(schemaPlace) ? each.slice(schemaPlace.length) : each));
for (const [name, schema] of Object.entries(document.components.schemas)) ajv.addSchema(localized(schema), name);
const validators = new Map();
function mustFit(schema, value, what) {
  const key = JSON.stringify(schema);
  if (!validators.has(key)) validators.set(key, ajv.compile(localized(schema)));
  const fits = validators.get(key);
  assert.ok(fits(value), `${what}: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(value)}`);
}
const resolved = (part) => (part.$ref ? part.$ref.slice(2).split('/').reduce((at, name) => at[name], document) : part);

function templateOf(path) {
  if (document.paths[path]) return path;
  const fits = Object.keys(document.paths).filter((each) => {
    const parts = each.split(/\{[^}]*\}/).map((text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
    return each.includes('{') && new RegExp(`^${parts.join(each.endsWith('}') ? '.+' : '[^/]+')}$`).test(path);
  });
  return fits.sort((a, b) => b.length - a.length)[0];
}

// ---- asking, and holding the answer to the document ----
const seen = new Set();
let nonce;
async function ask(method, path, { headers = {}, body } = {}) {
  const answer = await fetch(issuer + path, { method, headers, body, redirect: 'error' });
  nonce = answer.headers.get('dpop-nonce') ?? nonce;
  const bytes = Buffer.from(await answer.arrayBuffer());
  const template = templateOf(path.split('?')[0]);
  const responses = document.paths[template][method === 'HEAD' ? 'get' : method.toLowerCase()].responses;
  const what = `${method} ${template} ${answer.status}`;
  const stated = responses[answer.status] ?? responses[`${Math.floor(answer.status / 100)}XX`] ?? responses.default;
  const response = resolved(stated);
  seen.add(what);
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const value = answer.headers.get(name);
    const { required = false, schema } = resolved(header);
    assert.ok(value !== null || !required, `${what}: no ${name}`);
    if (value !== null) mustFit(schema, schema.type === 'integer' ? Number(value) : value, `${what} ${name}`);
  }
  if (method === 'HEAD') return { status: answer.status, headers: answer.headers };
  const type = (answer.headers.get('content-type') ?? '').split(';')[0];
  if (response.content === undefined) {
    assert.equal(bytes.length, 0, `${what} has content`);
    return { status: answer.status, headers: answer.headers };
  }
  assert.ok(response.content[type], `${what}: content of the type ${type}`);
  const value = type === 'application/json' ? JSON.parse(bytes.toString()) : bytes.toString('latin1');
  mustFit(response.content[type].schema, value, what);
  return { status: answer.status, headers: answer.headers, body: value };
}
/// A request that must itself be one that the document describes.
function describedBody(path, type, value) {
  mustFit(document.paths[path].post.requestBody.content[type].schema, value, `the request to ${path}`);
}
const postJson = (path, value, headers = {}) => {
  const template = templateOf(path);
  describedBody(template, 'application/json', value);
  return ask('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) });
};
const formType = 'application/x-www-form-urlencoded';
const postForm = (path, value, headers = {}) => {
  describedBody(path, formType, value);
  return ask('POST', path, { headers, body: new URLSearchParams(value) });
};

// ---- an agent, with jose alone ----
const sha256 = (data) => createHash('sha256').update(data).digest('base64url');
const dpop = async ({ keys, jwk }, method, url, token) =>
  new jose.SignJWT({ jti: randomUUID(), htm: method, htu: url, ...(nonce ? { nonce } : {}), ...(token ? { ath: sha256(token) } : {}) })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .setIssuedAt()
    .sign(keys.privateKey);

async function newAgent(name) {
  const keys = await jose.generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y } = await jose.exportJWK(keys.publicKey);
  const jwk = { kty, crv, x, y };
  const { status, body } = await postJson('/register', { client_name: name, jwks: { keys: [{ ...jwk, use: 'sig', alg: 'ES256' }] }, grant_types: [ciba, 'refresh_token', tokenExchange] });
  assert.equal(status, 201);
  return { id: body.client_id, keys, key: keys, jwk, jkt: await jose.calculateJwkThumbprint(jwk), config: { clientMetadata: () => ({ client_id: body.client_id }) } };
}
const asserted = async (agent, form) => ({ ...form, client_assertion_type: assertionType, client_assertion: await actorToken(agent) });
const tokenForm = async (agent, form) => postForm('/token', await asserted(agent, form), { dpop: await dpop(agent, 'POST', `${issuer}/token`) });
async function atToken(agent, form) {
  const first = await tokenForm(agent, form);
  return first.body.error === 'use_dpop_nonce' ? tokenForm(agent, form) : first;
}
const delegation = async (agent, message, changes = {}) =>
  postForm('/bc-authorize', await asserted(agent, { scope: 'openid', login_hint: 'me', binding_message: message, authorization_details: JSON.stringify(details()), ...changes }));
async function granted(agent, changes) {
  const { status, body } = await delegation(agent, bindingMessage('Please approve'), changes);
  assert.equal(status, 200);
  for (;;) {
    const answer = await atToken(agent, { grant_type: ciba, auth_req_id: body.auth_req_id });
    if (answer.status === 200) return answer.body;
    assert.equal(answer.body.error, 'authorization_pending');
    await wait(5);
  }
}

const bare = { subject: { type: 'agent', id: 'nobody' }, action: { name: 'payments.read' }, resource: { type: 'payments', id: `${location}payments` } };

const checkpoint = async () => (await fetch(`${issuer}/log/checkpoint`, { headers: asService })).text();

test('a service finds a checkpoint, since it was signed in, and a later one once a document is', kEnough, async () => {
  assert.equal((await ask('GET', '/log/checkpoint', { headers: asService })).status, 200);
  const first = await checkpoint();
  writeSync(Number(process.env.COUNTERSIGN_SERVED), '.');
  while ((await checkpoint()) === first) await sleep(50);
});

test('what is served to everybody', kEnough, async () => {
  for (const path of Object.keys(document.paths).filter((each) => document.paths[each].get?.tags.includes('Discovery'))) {
    assert.equal((await ask('GET', path)).status, 200);
    assert.equal((await ask('HEAD', path)).status, 200);
  }
  const metadata = (await ask('GET', '/.well-known/oauth-authorization-server')).body;
  for (const [name, url] of Object.entries(metadata).filter(([each]) => each.endsWith('_endpoint') || each === 'jwks_uri'))
    assert.ok(document.paths[url.slice(issuer.length)], `${name} is described`);
});

test('other methods, other hosts and web pages are refused as it says', kEnough, async () => {
  for (const [path, item] of Object.entries(document.paths)) {
    const method = item.get ? 'GET' : 'POST';
    const real = path.replace(/\{[^}]*\}/g, '7');
    const answer = await fetch(issuer + real, { method: item.get ? (item.post ? 'PUT' : 'DELETE') : 'GET' });
    assert.equal(answer.status, 405, path);
    mustFit(resolved(resolved(document.paths[path][method.toLowerCase()].responses.default).content['application/json'].schema), await answer.json(), path);
    assert.equal((await ask(method, real, { headers: { origin: 'https://evil.example' }, ...(method === 'POST' ? { body: '' } : {}) })).status, 403, path);
  }
});

/// What a server says that gets exactly these bytes and no more of them; it closes the connection.
function raw(text) {
  const { hostname, port } = new URL(issuer);
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, ...rest] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n');
      const [first, ...lines] = head.split('\r\n');
      const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      resolve({ status: Number(first.split(' ')[1]), headers, body: rest.join('\r\n\r\n') });
    });
  });
}

test('what the server refuses before it looks at the path is as it says, at each path', kEnough, async () => {
  const host = `host: ${new URL(issuer).host}\r\n`;
  const refused = [
    [408, (line) => `${line}\r\n${host}`],
    [413, (line) => `${line}\r\n${host}content-length: ${2 ** 20 + 1}\r\n\r\n`],
    [417, (line) => `${line}\r\n${host}expect: a-miracle\r\n\r\n`],
    [421, (line) => `${line}\r\nhost: evil.example\r\n\r\n`],
    [431, (line) => `${line}\r\n${host}x-padding: ${'x'.repeat(32 * 1024)}\r\n\r\n`],
    [501, (line) => `${line}\r\n${host}transfer-encoding: gzip\r\n\r\n`],
  ];
  const named = resolved(document.components.responses.Refused).description;
  for (const [status] of refused) assert.match(named, new RegExp(`\\b${status}\\b`));
  const all = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => [path, method]));
  await Promise.all(all.map(async ([path, method]) => {
    const line = `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '7')} HTTP/1.1`;
    const stated = document.paths[path][method].responses;
    for (const [status, text] of refused) {
      const answer = await raw(text(line));
      const what = `${method} ${path} ${status}`;
      assert.equal(answer.status, status, what);
      const response = resolved(stated[status] ?? stated['4XX'] ?? stated.default);
      const type = answer.headers.get('content-type')?.split(';')[0];
      assert.ok(response.content[type], `${what}: content of the type ${type}`);
      assert.equal(Number(answer.headers.get('content-length')), answer.body.length, what);
      mustFit(response.content[type].schema, JSON.parse(answer.body), what);
    }
  }));
});

test('an agent introduces itself', kEnough, async () => {
  await newAgent('Described');
  assert.equal((await ask('POST', '/register', { body: '{}', headers: { 'content-type': 'text/plain' } })).status, 400);
  assert.equal((await ask('POST', '/register', { body: '{"client_name":7}', headers: { 'content-type': 'application/json' } })).body.error, 'invalid_client_metadata');
  const keys = await jose.generateKeyPair('ES256');
  const { kty, crv, x, y } = await jose.exportJWK(keys.publicKey);
  const jwk = { kty, crv, x, y };
  const software_statement = await new jose.SignJWT({ agent_trust_level: 2 })
    .setProtectedHeader({ alg: 'ES256', kid: 'one of an issuer' }).setIssuer('https://issuer.example').setSubject('agent').setAudience(issuer)
    .setIssuedAt().setExpirationTime('1 hour').sign(keys.privateKey);
  const registration = { client_name: 'Shows a token', jwks: { keys: [jwk] }, software_statement };
  const proven = await postJson('/register', registration, { dpop: await dpop({ keys, jwk }, 'POST', `${issuer}/register`) });
  assert.equal(proven.body.software_statement, software_statement, JSON.stringify(proven.body));
  assert.equal((await postJson('/register', { ...registration, software_statement: 'a.b.c' })).body.error, 'invalid_software_statement');
  assert.equal((await postJson('/register', registration, { dpop: 'x' })).body.error, 'invalid_dpop_proof');
});

test('an agent asks, gets tokens, refreshes, hands on, gives back', kEnough, async () => {
  const agent = await newAgent('Asks');
  assert.equal((await ask('POST', '/bc-authorize', { body: new URLSearchParams({}) })).status, 401);
  assert.equal((await delegation(agent, 'deny', { login_hint: 'you' })).body.error, 'unknown_user_id');
  assert.equal((await tokenForm(agent, { grant_type: ciba, auth_req_id: 'none' })).status, 400);
  assert.equal((await ask('POST', '/token', { body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }) })).status, 401);
  assert.equal((await ask('POST', '/token', { body: '{}', headers: { 'content-type': 'application/json' } })).body.error, 'invalid_request');
  const denied = await delegation(agent, bindingMessage('deny'));
  await wait(1);
  assert.equal((await atToken(agent, { grant_type: ciba, auth_req_id: denied.body.auth_req_id })).body.error, 'access_denied');

  const rules = [{ ...details()[0], constraints: { '/recipient': { one_of: ['acme', 'globex'] } }, max_depth: 2, uses: 9, rate: { count: 5, seconds: 60 },
    spend: { amount_at: '/amount', currency: 'EUR', per_action: '500.00', per_day: 2000, zone: 'Europe/Berlin', total: '20000.00' },
    daily_window: { from: '00:00', to: '23:59', zone: 'UTC' }, step_up: { above: '400.00', first_seen: ['/recipient'] } }];
  mustFit(document.components.schemas.AuthorizationDetails, rules, 'what is asked for');
  const ruled = await granted(agent, { authorization_details: JSON.stringify(rules) });
  assert.equal(ruled.authorization_details[0].spend.total, '20000.00');
  const refreshed = (await atToken(agent, { grant_type: 'refresh_token', refresh_token: ruled.refresh_token })).body;

  // Whoever uses a refresh token twice has its grant held.
  const leaking = await newAgent('Leaks its tokens');
  const first = await granted(leaking);
  const refresh = (refresh_token) => atToken(leaking, { grant_type: 'refresh_token', refresh_token });
  const second = (await refresh(first.refresh_token)).body;
  const third = (await refresh(second.refresh_token)).body;
  assert.equal((await refresh(first.refresh_token)).body.error, 'invalid_grant');
  const held = await refresh(third.refresh_token);
  assert.equal(held.status, 503, JSON.stringify(held.body));
  assert.equal(held.body.error, 'temporarily_unavailable');
  assert.ok(Number(held.headers.get('retry-after')) > 0);

  const child = await newAgent('Gets a part');
  const part = [{ ...rules[0], max_depth: 0 }];
  const handed = await link(refreshed.access_token, agent, child, part, { sub: keyUrn(child.jkt) });
  const exchange = { grant_type: tokenExchange, subject_token: handed, subject_token_type: jwtType, delegation_chain: refreshed.access_token, actor_token_type: jwtType };
  const exchanged = await atToken(child, { ...exchange, actor_token: await actorToken(child) });
  assert.equal(exchanged.status, 200, JSON.stringify(exchanged.body));

  const about = async (token, headers) => postForm('/introspect', await asserted(child, { token }), headers);
  assert.equal((await about(exchanged.body.access_token)).body.act.sub.length > 0, true);
  assert.equal((await about('nothing')).body.active, false);
  assert.equal((await about(exchanged.body.access_token, { accept: 'application/token-introspection+jwt' })).status, 200);
  assert.equal((await postForm('/introspect', { token: refreshed.access_token }, asService)).body.active, true);
  assert.equal((await postForm('/introspect', { token: refreshed.access_token })).status, 401);
  assert.equal((await ask('POST', '/introspect', { headers: asService, body: new URLSearchParams({}) })).status, 400);

  const open = await granted(agent); // without rules: with a place in a status list
  const { status } = jose.decodeJwt(open.access_token);
  assert.equal((await ask('GET', new URL(status.status_list.uri).pathname)).status, 200);
  assert.equal((await ask('GET', '/status/9999')).status, 404);

  assert.equal((await ask('POST', '/revoke', { body: new URLSearchParams({ token: 'x' }) })).status, 401);
  assert.equal((await ask('POST', '/revoke', { body: new URLSearchParams(await asserted(child, {})) })).status, 400);
  assert.equal((await postForm('/revoke', await asserted(child, { token: exchanged.body.refresh_token ?? exchanged.body.access_token }))).status, 200);
});

test('evaluations, as a service and as an agent', kEnough, async () => {
  const agent = await newAgent('Is asked about');
  const tokens = await granted(agent);
  for (const [path, many] of [['/access/v1/evaluation', {}], ['/access/v1/evaluations', { evaluations: [{ action: { name: 'payments.create' } }, { subject: { type: 'agent' } }], options: { evaluations_semantic: 'execute_all' } }]]) {
    const question = { ...bare, subject: { type: 'agent', id: agent.id }, ...many };
    assert.equal((await postJson(path, question, { ...asService, 'x-request-id': 'a1' })).headers.get('x-request-id'), 'a1');
    assert.equal((await postJson(path, question)).status, 401);
    assert.equal((await ask('POST', path, { headers: { ...asService, 'content-type': 'application/json' }, body: '{' })).status, 400);
    const asAgent = async (value) => postJson(path, value, { authorization: `DPoP ${tokens.access_token}`, dpop: await dpop(agent, 'POST', issuer + path, tokens.access_token) });
    const own = await asAgent({ ...bare, subject: { type: 'agent', id: agent.id } });
    assert.equal(own.body.decision, true, JSON.stringify(own.body));
    assert.equal((await asAgent(bare)).status, 403);
  }
  assert.equal((await postJson('/access/v1/evaluations', { ...bare, evaluations: [{}] }, asService)).body.evaluations.length, 1);
});

test('decisions, receipts, outcomes and the log', kEnough, async () => {
  const agent = await newAgent('Acts');
  const tokens = await granted(agent);
  const read = async (uri) => {
    const token = tokens.access_token;
    const context = { access_token: token, dpop: await dpop(agent, 'GET', uri, token), method: 'GET', uri };
    return postJson('/access/v1/evaluation', { ...bare, subject: { type: 'agent', id: agent.id }, resource: { type: 'payments', id: uri }, context }, asService);
  };
  const permitted = await read(`${location}payments`);
  assert.equal(permitted.body.decision, true, JSON.stringify(permitted.body));
  const denied = await postJson('/access/v1/evaluation', { ...bare, action: { name: 'payments.cancel' }, subject: { type: 'agent', id: agent.id }, resource: { type: 'payments', id: `${location}payments` },
    context: { access_token: tokens.access_token, dpop: await dpop(agent, 'GET', `${location}payments`, tokens.access_token), method: 'GET', uri: `${location}payments` } }, asService);
  assert.equal(denied.body.decision, false);
  const receipt = `/receipts/${permitted.body.context.receipt_id}`;
  assert.equal((await ask('GET', receipt)).body.receipt, permitted.body.context.receipt);
  assert.equal((await ask('GET', '/receipts/none')).status, 404);
  assert.equal((await ask('GET', receipt, { headers: { accept: 'text/plain' } })).status, 202);

  const outcome = (path, headers = asService, value = { executed: 'yes', status: 200 }) => postJson(`${path}/outcome`, value, headers);
  assert.equal((await outcome(receipt, {})).status, 401);
  assert.equal((await outcome('/receipts/none')).status, 404);
  assert.equal((await outcome(receipt)).status, 200);
  assert.equal((await outcome(receipt, asService, { executed: 'no' })).status, 400);

  for (let i = 0; i < 30 && (await ask('GET', receipt, { headers: { accept: 'text/plain' } })).status === 202; i++) await wait(1);
  assert.equal((await ask('GET', receipt, { headers: { accept: 'text/plain' } })).status, 200);
  const checkpoint = await ask('GET', '/log/checkpoint', { headers: asService });
  const size = Number(checkpoint.body.split('\n')[1]);
  assert.equal((await ask('GET', `/log/tile/0/000.p/${size}`, { headers: asService })).status, 200);
  for (const [path, status] of [['/log/tile/0/x009/999', 404], ['/log/tile/entries/000', 403]]) assert.equal((await ask('GET', path, { headers: asService })).status, status);
  for (const path of ['/log/checkpoint', '/log/tile/0/000']) assert.equal((await ask('GET', path)).status, 401);
});

test('too much is refused as it says', kEnough, async () => {
  const agent = await newAgent('Asks too often');
  let answer;
  for (let i = 0; i < 12; i++) answer = await delegation(agent, `nobody answers ${i} ${randomBytes(3).toString('hex')}`);
  assert.equal(answer.status, 429);
  assert.equal((await ask('POST', '/access/v1/evaluation', { headers: { ...asService, 'content-type': 'application/json' }, body: Buffer.alloc(2 ** 20 + 1, ' ') })).status, 413);
  for (let i = 0; i < 1001; i++) {
    const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    answer = await postJson('/register', { client_name: `one of many ${i}`, jwks: { keys: [{ kty: 'EC', crv: 'P-256', x, y }] } });
    if (answer.status !== 201) break;
  }
  assert.equal(answer.status, 429);
});

after(() => {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      for (const status of Object.keys(operation.responses).filter((each) => /^\d+$/.test(each))) {
        const what = `${method.toUpperCase()} ${path} ${status}`;
        assert.ok(seen.has(what), `${what} is described, and did not come`);
      }
    }
  }
});
