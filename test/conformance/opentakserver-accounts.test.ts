import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DocumentServer, type Reply, startDocumentServer } from '../support/document-client.ts';
import { openssl } from '../support/openssl.ts';

/** Accounts as OpenTAKServer's page describes them, under our defaults, and with its own settings. */

const ADMIN_PASSWORD = 'orchid-lantern-over-tundra';
const GOOD = 'nine copper kettles sing';
const OTHER = 'velvet harbour under rain';

const success = '{"success":true}';

describe('OpenTAKServer: accounts, with the defaults of the kit', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  let admin: Record<string, string>;

  before(async () => {
    kit = await startDocumentServer(ADMIN_PASSWORD);
    admin = await tokenOf('administrator', ADMIN_PASSWORD);
  });
  after(() => kit.stop());

  async function tokenOf(username: string, password: string): Promise<Record<string, string>> {
    const reply = await kit.sendJson('/api/login?include_auth_token', { username, password });
    const { response } = reply.json<{ response: { user: { authentication_token: string } } }>();
    return { 'Authentication-Token': response.user.authentication_token };
  }
  const post = (path: string, body: unknown, headers = admin): Promise<Reply> =>
    kit.sendJson(path, body, { headers });
  const account = (username: string, password = GOOD, roles = ['user']) => ({
    username,
    password,
    confirm_password: password,
    roles,
  });

  test('the account of the document, administrator with the password "password", does not exist', async () => {
    const reply = await kit.sendJson('/api/login?include_auth_token', {
      username: 'administrator',
      password: 'password',
    });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /Authentication failed - identity or password\/passcode invalid/);
  });

  test('only administrators create accounts', async () => {
    assert.equal((await post('/api/user/add', account('alice'))).text, success);
    const alice = await tokenOf('alice', GOOD);
    const refused = await post('/api/user/add', account('mallory'), alice);
    assert.equal(refused.status, 403);
    assert.equal(
      refused.text,
      '{"meta":{"code":403},"response":{"errors":["You do not have permission to view this resource."]}}',
    );
    assert.equal((await post('/api/user/add', account('mallory'), {})).status, 401);
  });

  test('what is wrong with a new account is told as OpenTAKServer tells it', async () => {
    await post('/api/user/add', account('bella'));
    for (const [body, error] of [
      [account('bella'), 'User bella already exists'],
      [account('BELLA'), 'User BELLA already exists'],
      [{ ...account('erin'), confirm_password: OTHER }, 'Passwords do not match'],
      [account('erin', GOOD, ['pilot']), 'Role pilot does not exist'],
      [account('erin', 'p@ss:word, and then some'), 'Passwords should not include @ or : characters'],
      [account('erin', 'short'), 'The password is too short: at least 15 characters'],
    ] as const) {
      const reply = await post('/api/user/add', body);
      assert.equal(reply.status, 400, error);
      assert.deepEqual(reply.json(), { error, success: false });
    }
    for (const name of ['bob@example.com', 'bob smith', '../bob', '']) {
      assert.equal((await post('/api/user/add', account(name))).status, 400, name);
    }
    assert.equal((await post('/api/user/add', account('jürgen'))).text, success);
  });

  test('a password means the same on every way in: nothing in it is rewritten', async () => {
    const password = `pa&ss<word>"quotes' & tundra`;
    assert.equal((await post('/api/user/add', account('carl', password))).text, success);
    assert.ok((await tokenOf('carl', password))['Authentication-Token']);
    assert.equal((await kit.send('/api/me/certs', { user: `carl:${password}` })).status, 200);
    const changed = `${password} again`;
    const reset = await post('/api/user/password/reset', { username: 'carl', new_password: changed });
    assert.equal(reset.text, success);
    assert.ok((await tokenOf('carl', changed))['Authentication-Token']);
  });

  test('an account that is deactivated is out at once, and comes back with the same', async () => {
    await post('/api/user/add', account('carol'));
    const carol = await tokenOf('carol', GOOD);
    assert.equal((await post('/api/user/deactivate', { username: 'carol' })).text, success);
    const again = await post('/api/user/deactivate', { username: 'carol' });
    assert.equal(again.status, 200);
    assert.equal(again.text, '{"error":"carol is already deactivated","success":false}');
    assert.equal((await kit.send('/api/me', { headers: carol })).status, 401);
    for (const password of [GOOD, OTHER]) {
      const refused = await kit.sendJson('/api/login', { username: 'carol', password });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /Authentication failed/);
    }
    assert.equal((await post('/api/user/activate', { username: 'carol' })).text, success);
    // What was open before stays closed: a token is not brought back by a switch.
    assert.equal((await kit.send('/api/me', { headers: carol })).status, 401);
    assert.ok((await tokenOf('carol', GOOD))['Authentication-Token']);
    const ghost = await post('/api/user/deactivate', { username: 'ghost' });
    assert.equal(ghost.status, 400);
    assert.equal(ghost.text, '{"error":"User ghost does not exist","success":false}');
  });

  test('people change their own password: everything under the old one ends', async () => {
    await post('/api/user/add', account('dave'));
    const dave = await tokenOf('dave', GOOD);
    const change = (body: object) => post('/api/password/change', body, dave);

    const wrong = await change({ password: 'nope', new_password: OTHER, new_password_confirm: OTHER });
    assert.equal(wrong.status, 400);
    assert.equal(
      wrong.text,
      '{"meta":{"code":400},"response":{"errors":["Invalid password"],"field_errors":{"password":["Invalid password"]}}}',
    );
    const at = 'velvet@harbour under rain';
    const forbidden = await change({ password: GOOD, new_password: at, new_password_confirm: at });
    assert.equal(
      forbidden.text,
      '{"meta":{"code":400},"response":{"errors":["Passwords should not include @ or : characters"],"field_errors":{"new_password":["Passwords should not include @ or : characters"]}}}',
    );
    const unlike = await change({ password: GOOD, new_password: OTHER, new_password_confirm: GOOD });
    assert.deepEqual(unlike.json<{ response: { field_errors: object } }>().response.field_errors, {
      new_password_confirm: ['Passwords do not match'],
    });

    const body = { password: GOOD, new_password: OTHER, new_password_confirm: OTHER };
    const done = await post('/api/password/change?include_auth_token', body, dave);
    assert.equal(done.status, 200);
    const { response } = done.json<{ response: { user: { authentication_token: string } } }>();
    assert.equal((await kit.send('/api/me', { headers: dave })).status, 401);
    const fresh = { 'Authentication-Token': response.user.authentication_token };
    assert.equal((await kit.send('/api/me', { headers: fresh })).status, 200);
    assert.equal((await kit.sendJson('/api/login', { username: 'dave', password: GOOD })).status, 400);
  });

  test('roles, lists and deletion', async () => {
    await post('/api/user/add', account('emil'));
    assert.equal(
      (await post('/api/user/role', { username: 'emil', roles: ['administrator'] })).text,
      success,
    );
    const page = await kit.send('/api/users?username=emil', { headers: admin });
    const { results, ...numbers } = page.json<{
      results: { username: string; roles: { name: string }[] }[];
    }>();
    assert.deepEqual(numbers, { current_page: 1, per_page: 10, total: 1, total_pages: 1 });
    assert.equal(results[0]?.username, 'emil');
    assert.equal(results[0]?.roles[0]?.name, 'administrator');

    const everybody = await kit.send('/api/users/all', { headers: admin });
    assert.ok(everybody.json<{ username: string }[]>().some(({ username }) => username === 'emil'));
    // RPort's, FreeTAKServer's and OpenTAKServer's lists have all given away secrets.
    for (const text of [page.text, everybody.text]) assert.doesNotMatch(text, /token|passw|hash|secret/i);

    const myself = await post('/api/user/delete', { username: 'administrator' });
    assert.deepEqual(myself.json(), { error: "You can't delete your own account", success: false });
    assert.equal((await post('/api/user/delete', { username: 'emil' })).text, success);
    assert.equal((await kit.sendJson('/api/login', { username: 'emil', password: GOOD })).status, 400);
  });

  test('channels are added in one direction, and only those that exist', async () => {
    await post('/api/user/add', account('fred'));
    await kit.console('POST', '/api/people', { name: 'gwen', groups: ['blue', 'red'] });
    const put = (body: object) => kit.sendJson('/api/users/groups', body, { method: 'PUT', headers: admin });
    const order = { username: 'fred', groups: ['blue', 'red'], direction: 'OUT' };
    assert.equal((await put(order)).text, success);
    // Again is no mistake.
    assert.equal((await put({ ...order, groups: ['blue'] })).text, success);
    assert.equal((await put({ ...order, groups: ['blue'], direction: 'IN' })).text, success);
    const seen = await kit.send('/api/users/groups?username=fred', { headers: admin });
    assert.deepEqual(seen.json(), {
      success: true,
      results: [
        { group_name: 'blue', direction: 'IN', active: true },
        { group_name: 'blue', direction: 'OUT', active: true },
        { group_name: 'red', direction: 'OUT', active: true },
      ],
    });
    for (const [body, status, error] of [
      [{ ...order, groups: [] }, 400, 'Please provide a list of groups, a username, and a direction'],
      [{ ...order, direction: 'BOTH' }, 400, 'Direction must be IN or OUT'],
      [{ ...order, username: 'ghost' }, 404, "User ghost doesn't exist"],
      [{ ...order, groups: ['red', 'green'] }, 404, "Group green doesn't exist"],
    ] as const) {
      const reply = await put(body);
      assert.equal(reply.status, status, error);
      assert.deepEqual(reply.json(), { success: false, error });
    }
    const fred = await tokenOf('fred', GOOD);
    const own = await kit.sendJson('/api/users/groups', order, { method: 'PUT', headers: fred });
    assert.equal(own.status, 403);
  });

  test('the last administrator stays one', async () => {
    const demoted = await post('/api/user/role', { username: 'administrator', roles: ['user'] });
    assert.equal(demoted.status, 400);
    assert.equal(demoted.json<{ success: boolean }>().success, false);
    assert.equal((await post('/api/user/deactivate', { username: 'administrator' })).status, 400);
  });

  test('without e-mail nobody registers, and there is nothing to confirm', async () => {
    const frank = { username: 'frank', email: 'frank@example.com', password: GOOD };
    assert.equal((await kit.sendJson('/api/register', frank)).status, 404);
    assert.equal((await kit.sendJson('/api/confirm', { email: frank.email })).status, 404);
    assert.equal((await kit.sendJson('/api/password/reset', { email: frank.email })).status, 404);
    assert.equal((await kit.send('/api/confirm/whatever')).status, 404);

    // Nor does an address do for a name, also of somebody who has one.
    const hans = { name: 'hans', password: GOOD, email: 'hans@example.com' };
    assert.equal((await kit.console('POST', '/api/people', hans)).status, 201);
    const form = await kit.sendJson('/api/login', {}, { method: 'GET' });
    assert.match(form.text, /"identity_attributes":\["username"\]/);
    for (const identity of [{ username: hans.email }, { email: hans.email }]) {
      assert.equal((await kit.sendJson('/api/login', { ...identity, password: GOOD })).status, 400);
    }
    assert.equal((await kit.sendJson('/api/login', { username: 'hans', password: GOOD })).status, 200);
  });
});

describe('OpenTAKServer: what brings a device onto the kit', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer(ADMIN_PASSWORD, { 'listen.https': '127.0.0.1:0' });
    for (const name of ['alice', 'bob']) {
      await kit.console('POST', '/api/people', { name, password: GOOD, groups: ['blue'] });
    }
  });
  after(() => kit.stop());

  async function tokenOf(username: string, password = GOOD): Promise<Record<string, string>> {
    const reply = await kit.sendJson('/api/login?include_auth_token', { username, password });
    const { response } = reply.json<{ response: { user: { authentication_token: string } } }>();
    return { 'Authentication-Token': response.user.authentication_token };
  }

  test('a QR code is for oneself, for one use, and ends soon', async () => {
    const headers = await tokenOf('alice');
    const reply = await kit.sendJson('/api/atak_qr_string', {}, { headers });
    assert.equal(reply.status, 200);
    const code = reply.json<{
      success: boolean;
      sub: string;
      max: number;
      exp: number;
      iat: number;
      qr_string: string;
    }>();
    assert.equal(code.success, true);
    assert.equal(code.sub, 'alice');
    assert.equal(code.max, 1);
    assert.equal(code.exp - code.iat, 15 * 60);
    const link = new URL(code.qr_string);
    assert.equal(`${link.protocol}//${link.host}${link.pathname}`, 'tak://com.atakmap.app/enroll');
    const { port: cotPort } = kit.server.address('cotTls');
    assert.equal(link.searchParams.get('host'), `127.0.0.1:${cotPort}`);
    assert.equal(link.searchParams.get('username'), 'alice');
    const token = link.searchParams.get('token') ?? '';
    assert.equal((await kit.send('/Marti/api/tls/config', { user: `alice:${token}` })).status, 200);
    // It opens enrolment, and nothing else.
    assert.equal((await kit.send('/api/me', { user: `alice:${token}` })).status, 401);

    const other = await kit.sendJson('/api/atak_qr_string', { username: 'bob' }, { headers });
    assert.equal(other.status, 403);
    const forBob = await kit.sendJson(
      '/api/atak_qr_string',
      { username: 'bob' },
      {
        headers: await tokenOf('administrator', ADMIN_PASSWORD),
      },
    );
    assert.equal(forBob.json<{ sub: string }>().sub, 'bob');
  });

  test('iTAK is told where the kit is, and nothing secret', async () => {
    const reply = await kit.send('/api/itak_qr_string', { headers: await tokenOf('alice') });
    assert.equal(reply.status, 200);
    assert.match(reply.headers['content-type'] ?? '', /^text\/plain/);
    const { port: cotPort } = kit.server.address('cotTls');
    assert.equal(reply.text, `Bivouac,127.0.0.1,${cotPort},SSL`);
    assert.equal((await kit.send('/api/itak_qr_string')).status, 401);
  });

  test('a standing code, or one for later, is not given', async () => {
    const headers = await tokenOf('alice');
    const nowS = Math.floor(Date.now() / 1_000);
    for (const body of [
      { exp: nowS + 30 * 86_400 },
      { exp: nowS - 60 },
      { nbf: nowS + 3_600 },
      { disabled: true },
      // Five phones, five codes.
      { max: 5 },
    ]) {
      const reply = await kit.sendJson('/api/atak_qr_string', body, { headers });
      assert.equal(reply.status, 400, JSON.stringify(body));
    }
    const hour = await kit.sendJson('/api/atak_qr_string', { exp: nowS + 3_600 }, { headers });
    assert.ok(Math.abs(hour.json<{ exp: number }>().exp - nowS - 3_600) <= 2);
  });

  test('a code can be looked after, but not shown again, and it is taken back at once', async () => {
    const dana = { name: 'dana', password: GOOD, groups: ['blue'] };
    assert.equal((await kit.console('POST', '/api/people', dana)).status, 201);
    const headers = await tokenOf('dana');
    const path = '/api/atak_qr_string';
    const none = await kit.send(path, { headers });
    assert.equal(none.status, 404);
    assert.deepEqual(none.json(), { success: false, error: 'No token found for dana' });
    assert.equal((await kit.send(path, { headers, method: 'DELETE' })).text, success);

    const made = await kit.sendJson(path, { max: 1 }, { headers });
    const code = made.json<{ qr_string: string; exp: number; iat: number }>();
    const token = new URL(code.qr_string).searchParams.get('token') ?? '';
    const seen = await kit.send(path, { headers });
    assert.equal(seen.status, 200);
    assert.deepEqual(seen.json(), {
      success: true,
      sub: 'dana',
      iat: code.iat,
      iss: 'OpenTAKServer',
      aud: 'OpenTAKServer',
      exp: code.exp,
      nbf: null,
      max: 1,
      total_uses: 0,
      disabled: null,
      qr_string: '',
    });
    assert.deepEqual({ ...made.json<object>(), qr_string: '' }, seen.json());

    // Others look at their own alone, and nobody takes back what is not his.
    const bob = await tokenOf('bob');
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await kit.send(`${path}?username=dana`, { headers: bob, method })).status, 403);
      assert.equal((await kit.send(`${path}?username=dana`, { method })).status, 401);
    }
    const config = () => kit.send('/Marti/api/tls/config', { user: `dana:${token}` });
    assert.equal((await config()).status, 200);

    // What an invitation gave her goes with it.
    const invited = await kit.console('POST', '/api/people/dana/invitations', { client: 'atak' });
    assert.equal(invited.status, 200, invited.text);
    const typed = invited.json<{ code: string }>().code;
    const admin = await tokenOf('administrator', ADMIN_PASSWORD);
    const ask = (name: string, method: string) =>
      kit.send(`${path}?username=${name}`, { headers: admin, method });
    assert.equal((await ask('dana', 'GET')).status, 200);
    assert.equal((await ask('ghost', 'GET')).status, 404);
    assert.equal((await ask('dana', 'DELETE')).text, success);
    assert.equal((await config()).status, 401);
    assert.equal((await kit.send('/Marti/api/tls/config', { user: `dana:${typed}` })).status, 401);
    assert.equal((await kit.send(path, { headers })).status, 404);
    const log = await kit.send('/api/v1/auditlog', { user: `administrator:${ADMIN_PASSWORD}` });
    assert.match(log.text, /"application":"enrolment","action":"end","affected_id":"dana"/);
    assert.equal(log.text.includes(token), false);
  });

  test('nobody makes a certificate for somebody else, and a package can be fetched once', async () => {
    const headers = await tokenOf('alice');
    const refused = await kit.sendJson('/api/certificate', { username: 'bob' }, { headers });
    assert.equal(refused.status, 403);
    assert.equal((await kit.sendJson('/api/certificate', {}, { headers })).status, 400);
    assert.equal((await kit.send('/api/certificate?username=bob', { headers })).status, 403);

    const made = await kit.sendJson('/api/certificate', { username: 'alice' }, { headers });
    assert.equal(made.status, 200, made.text);
    const { package_url: address } = made.json<{ package_url: string }>();
    assert.match(address, /^https:/);
    const listed = await kit.send('/api/certificate', { headers });
    const { results } = listed.json<{ results: { username: string; revoked: boolean }[] }>();
    assert.deepEqual(
      results.map(({ username, revoked }) => ({ username, revoked })),
      [{ username: 'alice', revoked: false }],
    );
    // Over plain HTTP it is not to be had at all: it holds a key.
    assert.equal((await kit.send(address.replace(/^https:\/\/[^/]+/, ''))).status, 404);
  });

  test('a device is whose certificate it has, and no request makes it somebody else’s', async () => {
    const alice = await tokenOf('alice');
    const assign = (body: object, headers = alice) => kit.sendJson('/api/user/assign_eud', body, { headers });
    assert.deepEqual((await assign({})).json(), { success: false, error: 'Please specify an EUD' });
    const unknown = await assign({ uid: 'NOBODYS-PHONE' });
    assert.equal(unknown.status, 404);
    assert.deepEqual(unknown.json(), { success: false, error: 'EUD NOBODYS-PHONE not found' });

    const request = openssl([
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=alice',
    ]).replace(/^[^-]*/, '');
    const enrolled = await kit.send('/Marti/api/tls/signClient/v2?clientUid=ANDROID-1', {
      method: 'POST',
      user: `alice:${GOOD}`,
      body: request,
    });
    assert.equal(enrolled.status, 200, enrolled.text);
    assert.equal((await assign({ uid: 'ANDROID-1' })).text, success);
    const bob = await tokenOf('bob');
    const stolen = await assign({ uid: 'ANDROID-1' }, bob);
    assert.equal(stolen.status, 403);
    assert.deepEqual(stolen.json(), {
      success: false,
      error: 'ANDROID-1 is already assigned to another user',
    });
    assert.equal((await assign({ uid: 'ANDROID-1', username: 'alice' }, bob)).status, 403);
    const admin = await tokenOf('administrator', ADMIN_PASSWORD);
    assert.equal((await assign({ uid: 'ANDROID-1', username: 'alice' }, admin)).text, success);
    assert.equal((await assign({ uid: 'ANDROID-1', username: 'bob' }, admin)).status, 403);
    assert.equal((await assign({ uid: 'ANDROID-1', username: 'ghost' }, admin)).status, 404);
  });

  test('what everybody has to trust is given to everybody', async () => {
    const reply = await kit.send('/api/truststore');
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], 'application/x-pkcs12');
  });
});
