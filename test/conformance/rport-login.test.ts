import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, startDocumentServer, WEAK_PASSWORDS } from '../support/document-client.ts';

/** The requests of RPort's page "API Authentication" with one user, and what rportd answers [RPort 1.0]. */

const UNAUTHORIZED = '{"errors":[{"code":"","title":"unauthorized","detail":""}]}';
const JSON_TYPE = 'application/json; charset=UTF-8';

interface Login {
  data: { token: string; two_fa: null };
}

describe('RPort: signing in as admin:foobaz, with weak passwords allowed', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  /** Of one sign-in for all that only need to be signed in. */
  let token: string;
  before(async () => {
    kit = await startDocumentServer('foobaz', WEAK_PASSWORDS);
    const person = { name: 'admin', password: 'foobaz', role: 'administrator' };
    assert.equal((await kit.console('POST', '/api/people', person)).status, 201);
    token = (await login()).json<Login>().data.token;
  });
  after(() => kit.stop());

  // curl -s -u admin:foobaz http://localhost:3000/api/v1/login
  const login = (query = '') =>
    kit.send(`http://localhost:3000/api/v1/login${query}`, { user: 'admin:foobaz' });
  const bearer = (token: string, scheme = 'Bearer') => ({ headers: { Authorization: `${scheme} ${token}` } });
  const titleOf = (text: string) => (JSON.parse(text) as { errors: { title: string }[] }).errors[0]?.title;

  test('curl -s -u admin:foobaz http://localhost:3000/api/v1/clients', async () => {
    const reply = await kit.send('http://localhost:3000/api/v1/clients', { user: 'admin:foobaz' });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], JSON_TYPE);
    assert.equal(reply.text, '{"data":[],"meta":{"count":0}}');
  });

  test('curl -s -u admin:foobaz http://localhost:3000/api/v1/login', async () => {
    const reply = await login();
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], JSON_TYPE);
    const { data } = reply.json<Login>();
    assert.deepEqual(Object.keys(data), ['token', 'two_fa']);
    assert.match(data.token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(data.two_fa, null);
  });

  test('a token with a lifetime of an hour is good as Bearer, however the document writes it', async () => {
    const { data } = (await login('?token-lifetime=3600')).json<Login>();
    for (const scheme of ['Bearer', 'bearer', 'Bearer:']) {
      const reply = await kit.send('http://localhost:3000/api/v1/clients', bearer(data.token, scheme));
      assert.equal(reply.status, 200, scheme);
      assert.equal(reply.text, '{"data":[],"meta":{"count":0}}');
    }
  });

  test('the bare UUID of the document is a token for whom an operator gave it to', async () => {
    const uuid = 'e83d40e4-e237-43d6-bb99-35972ded631b';
    const sent = { user: `admin:${uuid}` };
    const before = await kit.send('http://localhost:3000/api/v1/clients', sent);
    assert.equal(before.status, 401);
    assert.equal(before.text, UNAUTHORIZED);
    const order = { name: 'of the document', scope: 'read+write', token: uuid };
    assert.equal((await kit.console('POST', '/api/people/admin/tokens', order)).status, 200);
    const after = await kit.send('http://localhost:3000/api/v1/clients', sent);
    assert.equal(after.status, 200);
    assert.equal(after.text, '{"data":[],"meta":{"count":0}}');
    assert.equal((await kit.send('/api/v1/clients', { user: `administrator:${uuid}` })).status, 401);
  });

  test('POST login takes JSON and forms', async () => {
    const body = { username: 'admin', password: 'foobaz' };
    assert.ok((await kit.sendJson('/api/v1/login', body)).json<Login>().data.token);
    const form = await kit.send('/api/v1/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'username=admin&password=foobaz',
    });
    assert.ok(form.json<Login>().data.token);
    const text = await kit.send('/api/v1/login', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    assert.equal(text.status, 400);
    assert.equal(titleOf(text.text), 'unsupported content type: text/plain');
    const nothing = await kit.send('/api/v1/login', { method: 'POST' });
    assert.equal(nothing.text, '{"errors":[{"code":"","title":"unsupported content type: ","detail":""}]}');
    const broken = await kit.send('/api/v1/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"username":',
    });
    assert.equal(broken.status, 400);
    assert.equal(titleOf(broken.text), 'Invalid JSON data.');
  });

  test('a lifetime that is none, or too long', async () => {
    for (const [query, status, title] of [
      ['?token-lifetime=99999999', 400, 'requested token lifetime exceeds max allowed 7776000'],
      ['?token-lifetime=7776000', 200, undefined],
      ['?token-lifetime=-1', 200, undefined],
      ['?token-lifetime=0', 200, undefined],
    ] as const) {
      const reply = await login(query);
      assert.equal(reply.status, status, query);
      if (title !== undefined) assert.equal(titleOf(reply.text), title);
    }
    const text = await login('?token-lifetime=abc');
    assert.equal(text.status, 400);
    assert.match(titleOf(text.text) ?? '', /^invalid token-lifetime : /);
  });

  test('a token ends by itself', async () => {
    const { data } = (await login('?token-lifetime=1')).json<Login>();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const reply = await kit.send('/api/v1/clients', bearer(data.token));
    assert.equal(reply.status, 401);
    assert.equal(reply.text, UNAUTHORIZED);
  });

  test('DELETE /logout ends it at once', async () => {
    const { data } = (await login()).json<Login>();
    const out = await kit.send('/api/v1/logout', { method: 'DELETE', ...bearer(data.token) });
    assert.equal(out.status, 204);
    assert.equal(out.text, '');
    assert.equal((await kit.send('/api/v1/clients', bearer(data.token))).status, 401);
    const nobody = await kit.send('/api/v1/logout', { method: 'DELETE' });
    assert.equal(nobody.status, 400);
    assert.equal(
      nobody.text,
      '{"errors":[{"code":"","title":"authorization Bearer token required","detail":""}]}',
    );
  });

  test('credentials that are missing, empty or wrong are 401, never 500', async () => {
    const tampered = `${token.slice(0, -5)}AAAAA`;
    const expectations = [
      [await kit.send('/api/v1/login'), 'auth is required'],
      [await kit.send('/api/v1/login', { user: 'admin:wrong' }), 'unauthorized'],
      [await kit.send('/api/v1/login', { user: 'nobody:wrong' }), 'unauthorized'],
      [await kit.send('/api/v1/login', { user: ':wrong' }), 'username is required'],
      [await kit.sendJson('/api/v1/login', {}), 'username is required'],
      [await kit.send('/api/v1/clients'), 'unauthorized'],
      [await kit.send('/api/v1/clients', { user: 'admin:wrong' }), 'unauthorized'],
      // RPort says 500 to these two.
      [await kit.send('/api/v1/clients', bearer('bad')), 'unauthorized'],
      [await kit.send('/api/v1/clients', bearer(tampered)), 'unauthorized'],
      [await kit.send('/api/v1/verify-2fa', { method: 'POST' }), 'unauthorized'],
    ] as const;
    for (const [reply, title] of expectations) {
      assert.equal(reply.status, 401, title);
      assert.equal(reply.headers['content-type'], JSON_TYPE);
      assert.deepEqual(reply.json(), { errors: [{ code: '', title, detail: '' }] });
      // A browser would ask its person, over RPort's own form.
      assert.equal(reply.headers['www-authenticate'], undefined);
    }
  });

  test('without second factors there is nothing to verify, and no secret to make', async () => {
    const verify = await kit.sendJson(
      '/api/v1/verify-2fa',
      { username: 'admin', token: '05Nfqm' },
      bearer(token),
    );
    assert.equal(verify.status, 401);
    assert.equal(verify.text, UNAUTHORIZED);
    const secret = await kit.send('/api/v1/me/totp-secret', { method: 'POST', ...bearer(token) });
    assert.equal(secret.status, 400);
    assert.equal(secret.text, '{"errors":[{"code":"","title":"TotP is disabled","detail":""}]}');
  });

  test('GET /me, /me/ip and /auth/provider', async () => {
    const me = await kit.send('/api/v1/me', bearer(token));
    assert.deepEqual(me.json(), {
      data: {
        username: 'admin',
        password_expired: false,
        groups: ['Administrators'],
        two_fa_send_to: '',
        effective_user_permissions: {
          auditlog: true,
          commands: true,
          monitoring: true,
          scheduler: true,
          scripts: true,
          tunnels: true,
          uploads: true,
          vault: true,
        },
        effective_extended_permissions: { tunnels_restricted: null, commands_restricted: null },
        group_permissions_enabled: true,
      },
    });
    assert.equal((await kit.send('/api/v1/me/ip', bearer(token))).text, '{"data":{"ip":"127.0.0.1"}}');
    assert.equal(
      (await kit.send('/api/v1/auth/provider')).text,
      '{"data":{"auth_provider":"built-in","settings_uri":"","device_settings_uri":"","max_token_lifetime":2160}}',
    );
  });

  test('a personal token in place of the password; the one token of before is 410', async () => {
    const json = { ...bearer(token) };
    const made = await kit.sendJson(
      '/api/v1/me/tokens',
      { scope: 'read+write', name: 'ci', expires_at: '2027-06-01T00:00:00Z' },
      json,
    );
    assert.equal(made.status, 200, made.text);
    const ci = made.json<{ data: { prefix: string; expires_at: string; scope: string; token: string } }>()
      .data;
    assert.deepEqual(Object.keys(ci), ['prefix', 'expires_at', 'scope', 'token']);
    assert.equal(ci.expires_at, '2027-06-01T00:00:00Z');
    assert.match(ci.token, new RegExp(`^${ci.prefix}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`));

    const used = await kit.send('/api/v1/clients', { user: `admin:${ci.token}` });
    assert.equal(used.text, '{"data":[],"meta":{"count":0}}');
    // Not at the door where passwords are shown, and not for making others.
    assert.equal((await kit.send('/api/v1/login', { user: `admin:${ci.token}` })).status, 401);
    const another = { user: `admin:${ci.token}` };
    assert.equal(
      (await kit.sendJson('/api/v1/me/tokens', { scope: 'read', name: 'x' }, another)).status,
      403,
    );

    const reading = await kit.sendJson('/api/v1/me/tokens', { scope: 'read', name: 'ro' }, json);
    const ro = reading.json<{ data: { prefix: string; token: string } }>().data;
    assert.equal((await kit.send('/api/v1/clients', { user: `admin:${ro.token}` })).status, 200);
    const put = await kit.send('/api/v1/me', { method: 'PUT', body: '{}', user: `admin:${ro.token}` });
    assert.equal(put.status, 403);
    assert.equal(titleOf(put.text), 'the scope of the provided token is not authorized for this operation');

    for (const [body, title] of [
      [{ name: 'x' }, 'missing or invalid scope.'],
      [{ scope: 'read' }, 'missing or invalid name.'],
    ] as const) {
      const bad = await kit.sendJson('/api/v1/me/tokens', body, json);
      assert.equal(bad.status, 400);
      assert.equal(titleOf(bad.text), title);
    }
    const listed = await kit.send('/api/v1/me/tokens', json);
    const rows = listed.json<{ data: Record<string, unknown>[] }>().data;
    assert.deepEqual(Object.keys(rows[0]!), ['prefix', 'name', 'created_at', 'expires_at', 'scope']);
    assert.doesNotMatch(listed.text, /"token"/);

    const path = `/api/v1/me/tokens/${ro.prefix}`;
    const renamed = await kit.sendJson(path, { name: 'ro2' }, { method: 'PUT', ...json });
    assert.equal(renamed.text, `{"data":{"prefix":"${ro.prefix}","name":"ro2"}}`);
    assert.equal((await kit.send(path, { method: 'DELETE', ...json })).status, 204);
    assert.equal((await kit.send('/api/v1/clients', { user: `admin:${ro.token}` })).status, 401);

    for (const method of ['GET', 'POST', 'DELETE']) {
      const gone = await kit.send('/api/v1/me/token', { method, ...json });
      assert.equal(gone.status, 410, method);
      assert.equal(
        gone.text,
        '{"errors":[{"code":"","title":"use new token management on /me/tokens","detail":""}]}',
      );
    }
  });
});
