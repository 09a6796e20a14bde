import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';

/** RPort's page on delegating authentication to a reverse proxy, with the headers that Caddy and Nginx send. */

const delegation = {
  'compat.rport.auth_header': 'My-User',
  'compat.rport.user_header': 'My-User',
};

const tokenIn = (reply: Reply) => reply.json<{ data: { token: string } }>().data.token;
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

describe('RPort: a trusted proxy signs people in', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('orchid-lantern-over-tundra', {
      ...delegation,
      'compat.rport.trusted_proxies': '["127.0.0.1"]',
      'compat.rport.create_missing_users': 'true',
    });
    await kit.console('POST', '/api/people', { name: 'Bunny', password: 'nine copper kettles sing' });
  });
  after(() => kit.stop());

  test('curl -u jomama:foobaz …/api/v1/login?token-lifetime=9999: the proxy says jopapa, and that counts', async () => {
    // Caddy asks jomama for a password, and sends what it was told to: header_up My-User jopapa
    const reply = await kit.send('http://rport.example.com:8080/api/v1/login?token-lifetime=9999', {
      user: 'jomama:foobaz',
      headers: { 'My-User': 'jopapa' },
    });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json<{ data: { two_fa: null } }>().data.two_fa, null);
    const me = await kit.send('/api/v1/me', bearer(tokenIn(reply)));
    const { data } = me.json<{ data: { username: string; groups: string[] } }>();
    assert.equal(data.username, 'jopapa');
    // RPort makes administrators of whoever the proxy names.
    assert.deepEqual(data.groups, ['Users']);
  });

  test('a user who exists is signed in without a password', async () => {
    const reply = await kit.send('/api/v1/login', { headers: { 'My-User': 'Bunny' } });
    assert.equal(reply.status, 200);
    assert.equal((await kit.send('/api/v1/me', bearer(tokenIn(reply)))).status, 200);
  });

  test('the header opens /api/v1/login, and nothing else', async () => {
    const headers = { 'My-User': 'Bunny' };
    for (const path of ['/api/v1/clients', '/api/v1/me', '/api/me', '/api/people', '/api/session']) {
      const reply = await kit.send(path, { headers });
      if (path === '/api/session') assert.equal(reply.json<{ state: string }>().state, 'signed_out');
      else assert.equal(reply.status, 401, path);
    }
  });

  test('a proxy that names nobody signs nobody in', async () => {
    assert.equal((await kit.send('/api/v1/login', { headers: { 'My-User': '' } })).status, 401);
  });

  test('what the proxy says of the client’s address is what sessions show', async () => {
    const headers = { 'My-User': 'Bunny', 'X-Forwarded-For': '203.0.113.9' };
    const reply = await kit.send('/api/v1/login', { headers });
    const ip = await kit.send('/api/v1/me/ip', {
      headers: { ...bearer(tokenIn(reply)).headers, 'X-Forwarded-For': '203.0.113.9' },
    });
    assert.equal(ip.text, '{"data":{"ip":"203.0.113.9"}}');
  });

  test('/auth/?auto-login=1&remember-me=24h leads through the login into a session', async () => {
    const jar = new Map<string, string>();
    const first = await kit.send('https://SERVER/auth/?auto-login=1&remember-me=24h', { jar });
    assert.equal(first.status, 303);
    assert.equal(first.headers.location, '/api/v1/login?auto-login=1&token-lifetime=86400');
    // There the proxy asks the person, and adds its header.
    const headers = { 'My-User': 'Bunny' };
    const second = await kit.send(first.headers.location ?? '', { jar, headers });
    assert.equal(second.status, 303);
    assert.equal(second.headers.location, '/');
    const session = await kit.send('/api/session', { jar });
    const state = session.json<{ state: string; username: string }>();
    assert.deepEqual(
      { state: state.state, username: state.username },
      { state: 'signed_in', username: 'Bunny' },
    );
    assert.equal((await kit.send('/auth/')).headers.location, '/');
  });
});

describe('RPort: somebody who is no proxy sends the header', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('orchid-lantern-over-tundra', {
      ...delegation,
      'compat.rport.trusted_proxies': '["192.0.2.1"]',
      'compat.rport.create_missing_users': 'true',
    });
  });
  after(() => kit.stop());

  test('it is as if it were not there, and nobody is made', async () => {
    const reply = await kit.send('/api/v1/login', { headers: { 'My-User': 'administrator' } });
    assert.equal(reply.status, 401);
    assert.equal(reply.text, '{"errors":[{"code":"","title":"auth is required","detail":""}]}');
    await kit.send('/api/v1/login', { headers: { 'My-User': 'mallory' } });
    const people = (await kit.console('GET', '/api/people')).json<{ name: string }[]>();
    assert.ok(!people.some(({ name }) => name === 'mallory'));
    const forwarded = { 'My-User': 'mallory', 'X-Forwarded-For': '192.0.2.1' };
    assert.equal((await kit.send('/api/v1/login', { headers: forwarded })).status, 401);
    await kit.server.waitForLog(({ ev }) => ev === 'http.untrusted_proxy', 'a warning');
  });
});

test('create_missing_users is off, as documented, and auth_header without proxies does not start', {
  timeout: 60_000,
}, async (t) => {
  const kit = await startDocumentServer('orchid-lantern-over-tundra', {
    ...delegation,
    'compat.rport.trusted_proxies': '["127.0.0.1"]',
  });
  t.after(() => kit.stop());
  const reply = await kit.send('/api/v1/login', { headers: { 'My-User': 'jopapa' } });
  assert.equal(reply.status, 401);
  await assert.rejects(
    startDocumentServer('orchid-lantern-over-tundra', delegation),
    /auth_header needs trusted_proxies/,
  );
});
