import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type DocumentServer,
  type Reply,
  startDocumentServer,
  WEAK_PASSWORDS,
} from '../support/document-client.ts';

/** The requests of OpenTAKServer's page "Authentication", and what its server 1.7.13 answers. */

interface LoginAnswer {
  meta: { code: number };
  response: { csrf_token: string; user: { authentication_token?: string } };
}

const LOGIN_FAILED = {
  meta: { code: 400 },
  response: {
    errors: ['Authentication failed - identity or password/passcode invalid'],
    field_errors: { '': ['Authentication failed - identity or password/passcode invalid'] },
  },
};

describe('OpenTAKServer: signing in, with the weak password of the document allowed', {
  timeout: 60_000,
}, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('password', WEAK_PASSWORDS);
  });
  after(() => kit.stop());

  const login = (body: unknown, path = '/api/login') => kit.sendJson(path, body);
  const administrator = { username: 'administrator', password: 'password' };

  test('token authentication: POST /api/login?include_auth_token', async () => {
    const reply = await login(administrator, '/api/login?include_auth_token');
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], 'application/json');
    const { meta, response } = reply.json<LoginAnswer>();
    assert.deepEqual(meta, { code: 200 });
    assert.deepEqual(Object.keys(response), ['csrf_token', 'user']);
    assert.equal(typeof response.csrf_token, 'string');
    assert.deepEqual(Object.keys(response.user), ['authentication_token']);
  });

  test('the value of include_auth_token does not matter, and without it there is no token', async () => {
    for (const query of ['?include_auth_token=', '?include_auth_token=true']) {
      const { response } = (await login(administrator, `/api/login${query}`)).json<LoginAnswer>();
      assert.match(response.user.authentication_token ?? '', /^[\w-]+\.[\w-]+\.[\w-]+$/, query);
    }
    const { response } = (await login(administrator)).json<LoginAnswer>();
    assert.deepEqual(response.user, {});
  });

  test('the token is good in the header Authentication-Token and in the query parameter auth_token', async () => {
    const { response } = (await login(administrator, '/api/login?include_auth_token')).json<LoginAnswer>();
    const token = response.user.authentication_token ?? '';
    const byHeader = await kit.send('/api/me', { headers: { 'Authentication-Token': token } });
    const byQuery = await kit.send(`/api/me?auth_token=${token}`);
    for (const reply of [byHeader, byQuery]) {
      assert.equal(reply.status, 200);
      const me = reply.json<Record<string, unknown>>();
      assert.equal(me['username'], 'administrator');
      assert.equal(me['active'], true);
      assert.equal(me['current_login_ip'], '127.0.0.1');
      assert.match(String(me['current_login_at']), /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
      assert.deepEqual(me['roles'], [
        {
          description: null,
          name: 'administrator',
          permissions: ['administrator'],
          update_timestamp: null,
        },
      ]);
      // It gives a fresh token with each such answer; nobody needs one who has one.
      assert.equal('token' in me, false);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(reply.headers['referrer-policy'], 'no-referrer');
    }
  });

  test('a request with the token needs no CSRF token', async () => {
    const { response } = (await login(administrator, '/api/login?include_auth_token')).json<LoginAnswer>();
    const headers = { 'Authentication-Token': response.user.authentication_token ?? '' };
    const user = {
      username: 'csrf.test',
      password: 'longpass1',
      confirm_password: 'longpass1',
      roles: ['user'],
    };
    const added = await kit.sendJson('/api/user/add', user, { headers });
    assert.equal(added.status, 200);
    assert.equal(added.text, '{"success":true}');
  });

  test('session authentication: the Python example, step by step', async () => {
    // s = requests.session()
    const jar = new Map<string, string>();
    // r = s.get(f"{address}/api/login", json={}, verify=False)
    const first = await kit.sendJson('/api/login', {}, { method: 'GET', jar });
    assert.equal(first.status, 200);
    const { meta, response } = first.json<LoginAnswer & { response: { identity_attributes: string[] } }>();
    assert.deepEqual(meta, { code: 200 });
    assert.deepEqual(response.identity_attributes, ['username']);
    assert.equal(jar.get('XSRF-TOKEN'), response.csrf_token);
    // s.headers['X-XSRF-TOKEN'] = csrf_token; s.headers['Referer'] = address
    const headers = { 'X-XSRF-TOKEN': response.csrf_token, Referer: kit.base };
    // r = s.post(f"https://{address}/api/login", json={'username': 'administrator', 'password': 'password'})
    const second = await kit.sendJson('/api/login', administrator, { jar, headers });
    assert.equal(second.status, 200);
    assert.deepEqual(second.json<LoginAnswer>().response.user, {});

    assert.equal((await kit.send('/api/me', { jar })).status, 200);
    // The token from before the sign-in goes on being good: the example never fetches another.
    const user = {
      username: 'py.test',
      password: 'longpass1',
      confirm_password: 'longpass1',
      roles: ['user'],
    };
    const added = await kit.sendJson('/api/user/add', user, { jar, headers });
    assert.equal(added.text, '{"success":true}');
    const deleted = await kit.sendJson('/api/user/delete', { username: 'py.test' }, { jar, headers });
    assert.equal(deleted.text, '{"success":true}');
  });

  test('with a session, what changes something needs the CSRF token, as X-XSRF-TOKEN or X-CSRFToken', async () => {
    const jar = new Map<string, string>();
    const signedIn = (await kit.sendJson('/api/login', administrator, { jar })).json<LoginAnswer>();
    const user = { username: 'x', password: 'longpass1', confirm_password: 'longpass1' };
    const add = (headers: Record<string, string>) => kit.sendJson('/api/user/add', user, { jar, headers });

    const missing = await add({});
    assert.equal(missing.status, 400);
    assert.equal(missing.text, '{"meta":{"code":400},"response":{"errors":["The CSRF token is missing."]}}');
    const wrong = await add({ 'X-XSRF-TOKEN': 'wrong' });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.text, '{"meta":{"code":400},"response":{"errors":["The CSRF token is invalid."]}}');
    const other = (await kit.sendJson('/api/login', {}, { method: 'GET' })).json<LoginAnswer>();
    assert.equal((await add({ 'X-XSRF-TOKEN': other.response.csrf_token })).status, 400);

    assert.equal((await add({ 'X-CSRFToken': signedIn.response.csrf_token })).text, '{"success":true}');
    assert.equal((await add({ 'X-XSRF-TOKEN': jar.get('XSRF-TOKEN') ?? '' })).status, 400, 'exists already');
  });

  test('who is signed in does not sign in again', async () => {
    const jar = new Map<string, string>();
    const { response } = (await kit.sendJson('/api/login', administrator, { jar })).json<LoginAnswer>();
    assert.equal((await kit.sendJson('/api/login', administrator, { jar })).status, 400);
    const headers = { 'X-XSRF-TOKEN': response.csrf_token };
    const again = await kit.sendJson('/api/login', administrator, { jar, headers });
    assert.equal(again.status, 400);
    assert.match(again.text, /only access this endpoint when not logged in/);
  });

  test('POST /api/logout ends the session for good', async () => {
    const jar = new Map<string, string>();
    const { response } = (await kit.sendJson('/api/login', administrator, { jar })).json<LoginAnswer>();
    const before = new Map(jar);
    const headers = { 'X-XSRF-TOKEN': response.csrf_token };
    const reply = await kit.sendJson('/api/logout', {}, { jar, headers });
    assert.equal(reply.status, 200);
    assert.equal(reply.text, '{"meta":{"code":200},"response":{}}');
    assert.equal(jar.has('sid'), false);
    assert.equal((await kit.send('/api/me', { jar: before })).status, 401);
  });

  test('the name is found without regard to case', async () => {
    const reply = await login({ username: 'ADMINISTRATOR', password: 'password' });
    assert.equal(reply.status, 200);
  });

  test('a form does as well', async () => {
    const reply = await kit.send('/api/login?include_auth_token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'username=administrator&password=password',
    });
    assert.equal(reply.status, 200);
    assert.ok(reply.json<LoginAnswer>().response.user.authentication_token);
  });

  test('whatever is wrong with the credentials is told with one text', async () => {
    for (const body of [
      { username: 'administrator', password: 'wrongwrong' },
      { username: 'nobodyhere', password: 'wrongwrong' },
      { username: 'administrator', password: '' },
      { username: 'user@example.com', password: 'password' },
      {},
    ]) {
      const reply = await login(body);
      assert.equal(reply.status, 400, JSON.stringify(body));
      assert.deepEqual(reply.json(), LOGIN_FAILED, JSON.stringify(body));
      assert.equal(reply.headers['set-cookie'], undefined);
    }
    const nameless = await login({ password: 'password' });
    assert.equal(nameless.status, 400);
    assert.equal(
      nameless.text,
      '{"meta":{"code":400},"response":{"errors":["Specified user does not exist"],"field_errors":{"":["Specified user does not exist"]}}}',
    );
  });

  test('JSON that does not parse is 400', async () => {
    const headers = { 'content-type': 'application/json' };
    const reply = await kit.send('/api/login', { method: 'POST', headers, body: '{"username":' });
    assert.equal(reply.status, 400);
  });

  test('without credentials, or with a bad token, the API says 401 and redirects nobody', async () => {
    const expected =
      '{"meta":{"code":401},"response":{"errors":["You must sign in to view this resource."]}}';
    const asked = [
      {},
      { headers: { accept: 'application/json' } },
      { headers: { 'Authentication-Token': 'not.a.token' } },
    ];
    for (const sent of asked) {
      const reply = await kit.send('/api/me', sent);
      assert.equal(reply.status, 401);
      assert.equal(reply.text, expected);
    }
  });

  test('every cookie has its flags', async () => {
    const jar = new Map<string, string>();
    const lines: string[] = [];
    const keep = ({ headers }: Reply) => lines.push(...(headers['set-cookie'] ?? []));
    keep(await kit.sendJson('/api/login', {}, { method: 'GET', jar }));
    const reply = await kit.sendJson('/api/login', administrator, { jar });
    keep(reply);
    const headers = { 'X-XSRF-TOKEN': reply.json<LoginAnswer>().response.csrf_token };
    keep(await kit.sendJson('/api/logout', {}, { jar, headers }));
    assert.ok(lines.length >= 6, lines.join('\n'));
    for (const line of lines) {
      assert.match(line, /; Path=\//, line);
      assert.match(line, /; SameSite=Strict/, line);
      // Scripts of the page read this one, to send it back.
      if (!line.startsWith('XSRF-TOKEN=')) assert.match(line, /; HttpOnly/, line);
    }
  });

  test('a site of somebody else gets no permission to read, and cannot sign anybody in', async () => {
    const headers = { origin: 'https://evil.example' };
    const reading = await kit.send('/api/login', { headers });
    assert.equal(reading.headers['access-control-allow-origin'], undefined);
    const signing = await kit.sendJson('/api/login', administrator, { headers });
    assert.equal(signing.status, 403);
    assert.equal(signing.headers['set-cookie'], undefined);
  });
});
