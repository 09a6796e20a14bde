import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type DocumentServer,
  type Reply,
  type Sent,
  startDocumentServer,
  WEAK_PASSWORDS,
} from '../support/document-client.ts';

/** Users, groups and sessions by RPort's API, as its page has them, and what rportd answers [RPort 1.0]. */

const USERS = 'http://localhost:3000/api/v1/users';
const admin: Sent = { user: 'admin:password' };

interface UserRow {
  username: string;
  groups: string[];
  password_expired: boolean;
}

describe('RPort: managing users, with weak passwords allowed', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  before(async () => {
    kit = await startDocumentServer('orchid-lantern-over-tundra', WEAK_PASSWORDS);
    const person = { name: 'admin', password: 'password', role: 'administrator' };
    assert.equal((await kit.console('POST', '/api/people', person)).status, 201);
  });
  after(() => kit.stop());

  const titleOf = (reply: Reply) => reply.json<{ errors: { title: string }[] }>().errors[0]?.title;
  const put = (path: string, body: unknown, sent: Sent = admin) =>
    kit.sendJson(path, body, { method: 'PUT', ...sent });

  test('curl -Ss http://localhost:3000/api/v1/users -u admin:password', async () => {
    const reply = await kit.send(USERS, admin);
    assert.equal(reply.status, 200);
    const row = reply.json<{ data: UserRow[] }>().data.find(({ username }) => username === 'admin');
    assert.deepEqual(row, {
      username: 'admin',
      password_expired: false,
      groups: ['Administrators'],
      two_fa_send_to: '',
      effective_user_permissions: null,
      effective_extended_permissions: { tunnels_restricted: null, commands_restricted: null },
      group_permissions_enabled: true,
    });
    assert.doesNotMatch(reply.text, /hash|"password"|"token"|secret/);
  });

  test('create a new user, change the password of an existing one, delete it', async () => {
    const willy = { username: 'Willy', password: 'pass1234', groups: ['Administrators'] };
    const created = await kit.sendJson(USERS, willy, admin);
    assert.equal(created.status, 201, created.text);
    assert.equal(created.text, '');
    assert.equal((await kit.send('/api/v1/users', { user: 'Willy:pass1234' })).status, 200);

    const again = await kit.sendJson(USERS, willy, admin);
    assert.equal(again.status, 400);
    assert.equal(titleOf(again), 'Another user with this username already exists');

    const changed = await put('https://localhost/api/v1/users/Willy', { password: '4321ssap' });
    assert.equal(changed.status, 204);
    assert.equal((await kit.send('/api/v1/me', { user: 'Willy:pass1234' })).status, 401);
    assert.equal((await kit.send('/api/v1/me', { user: 'Willy:4321ssap' })).status, 200);

    assert.equal((await kit.send(`${USERS}/Willy`, { method: 'DELETE', ...admin })).status, 204);
    const gone = await kit.send(`${USERS}/Willy`, { method: 'DELETE', ...admin });
    assert.equal(gone.status, 404);
    assert.equal(titleOf(gone), "cannot find user by username 'Willy'");
  });

  test('what is missing or unknown', async () => {
    for (const [body, title] of [
      [{ username: 'H' }, 'password is required'],
      [{ password: 'pass1234-Long!x' }, 'username is required'],
    ] as const) {
      const reply = await kit.sendJson(USERS, body, admin);
      assert.equal(reply.status, 400);
      assert.equal(titleOf(reply), title);
    }
    const nobody = await put(`${USERS}/Nobody`, { password: '4321ssap-Long!x' });
    assert.equal(nobody.status, 404);
    assert.equal(titleOf(nobody), "cannot find user by username 'Nobody'");
    const nothing = await put(`${USERS}/admin`, {});
    assert.equal(nothing.status, 400);
    assert.equal(titleOf(nothing), 'nothing to change');
  });

  test('an expired password is good for a new one, and for nothing else', async () => {
    await kit.sendJson(USERS, { username: 'Eva', password: '4321ssap-Long!x', groups: [] }, admin);
    assert.equal((await put(`${USERS}/Eva`, { password_expired: true })).status, 204);
    const refused = await kit.send('/api/v1/login', { user: 'Eva:4321ssap-Long!x' });
    assert.equal(refused.status, 401);
    assert.equal(titleOf(refused), 'password has expired, please change your password');
    assert.equal((await kit.send('/api/v1/me', { user: 'Eva:4321ssap-Long!x' })).status, 401);
    const renewed = await kit.sendJson('/api/v1/login', {
      username: 'Eva',
      password: '4321ssap-Long!x',
      new_password: 'brand-New-1234!x',
    });
    assert.equal(renewed.status, 200, renewed.text);
    assert.equal((await kit.send('/api/v1/me', { user: 'Eva:brand-New-1234!x' })).status, 200);

    const own = { user: 'Eva:brand-New-1234!x' };
    for (const [body, title] of [
      [{ password: 'again-New-1234!x' }, 'Missing old password.'],
      [{ password: 'again-New-1234!x', old_password: 'x' }, 'Incorrect old password.'],
    ] as const) {
      const reply = await put('/api/v1/me', body, own);
      assert.equal(reply.status, 403);
      assert.equal(titleOf(reply), title);
    }
    const both = { password: 'again-New-1234!x', old_password: 'brand-New-1234!x' };
    assert.equal((await put('/api/v1/me', both, own)).status, 204);
    assert.equal((await kit.send('/api/v1/me', { user: 'Eva:again-New-1234!x' })).status, 200);
  });

  test('groups carry permissions, and who is no administrator manages nobody', async () => {
    const group = await put('/api/v1/user-groups/Bunnies', { permissions: { tunnels: true } });
    assert.equal(group.status, 200, group.text);
    assert.deepEqual(group.json(), {
      data: {
        name: 'Bunnies',
        permissions: {
          auditlog: false,
          commands: false,
          monitoring: false,
          scheduler: false,
          scripts: false,
          tunnels: true,
          uploads: false,
          vault: false,
        },
        tunnels_restricted: {},
        commands_restricted: {},
      },
    });
    const bunny = { username: 'Bunny', password: 'pass1234-Long!x', groups: ['Bunnies'] };
    assert.equal((await kit.sendJson(USERS, bunny, admin)).status, 201);
    const own = { user: 'Bunny:pass1234-Long!x' };

    const me = (await kit.send('/api/v1/me', own)).json<{
      data: { groups: string[]; effective_user_permissions: Record<string, boolean> };
    }>().data;
    assert.deepEqual(me.groups, ['Bunnies']);
    assert.equal(me.effective_user_permissions['tunnels'], true);
    assert.equal(me.effective_user_permissions['auditlog'], false);

    for (const path of ['/api/v1/users', '/api/v1/user-groups', '/api/v1/users/admin/sessions']) {
      const refused = await kit.send(path, own);
      assert.equal(refused.status, 403, path);
      assert.equal(
        titleOf(refused),
        'current user should belong to Administrators group to access this resource',
      );
    }
    assert.equal((await kit.send('/api/v1/auditlog', own)).status, 403);
    await put('/api/v1/user-groups/Bunnies', { permissions: { auditlog: true } });
    assert.equal((await kit.send('/api/v1/auditlog', own)).status, 200);

    const listed = await kit.send('/api/v1/user-groups', admin);
    const names = listed.json<{ data: { name: string; permissions: object }[] }>().data;
    assert.equal(names[0]?.name, 'Administrators');
    assert.ok(Object.values(names[0].permissions).every((isAllowed) => isAllowed === true));
    assert.ok(names.some(({ name }) => name === 'Bunnies'));

    const restricted = { permissions: { tunnels: true }, tunnels_restricted: { local: ['20000-20099'] } };
    assert.equal((await put('/api/v1/user-groups/Bunnies', restricted)).status, 400);
    assert.equal((await put('/api/v1/user-groups/Bunnies', { permissions: { fly: true } })).status, 400);
    assert.equal((await put('/api/v1/user-groups/Administrators', { permissions: {} })).status, 400);
    const path = '/api/v1/user-groups/Bunnies';
    assert.equal((await kit.send(path, { method: 'DELETE', ...admin })).status, 204);
    assert.equal((await kit.send(path, admin)).status, 404);
  });

  test('sessions of a user are listed, and ended one by one or all', async () => {
    await kit.sendJson(USERS, { username: 'Sam', password: 'pass1234-Long!x', groups: [] }, admin);
    const tokenOf = async () =>
      (
        await kit.send('/api/v1/login', {
          user: 'Sam:pass1234-Long!x',
          headers: { 'user-agent': 'curl/7.88.1' },
        })
      ).json<{ data: { token: string } }>().data.token;
    const [first, second, third] = [await tokenOf(), await tokenOf(), await tokenOf()];
    const isGood = async (token: string) =>
      (await kit.send('/api/v1/me', { headers: { Authorization: `Bearer ${token}` } })).status === 200;

    const listed = await kit.send(`${USERS}/Sam/sessions`, admin);
    const rows = listed.json<{ data: Record<string, unknown>[] }>().data;
    assert.equal(rows.length, 3);
    assert.deepEqual(Object.keys(rows[0]!), [
      'session_id',
      'expires_at',
      'last_access_at',
      'username',
      'user_agent',
      'ip_address',
    ]);
    assert.equal(rows[0]!['username'], 'Sam');
    assert.equal(rows[0]!['user_agent'], 'curl/7.88.1');
    assert.equal(rows[0]!['ip_address'], '127.0.0.1');

    const newest = Number(rows[0]!['session_id']);
    assert.equal(
      (await kit.send(`${USERS}/Sam/sessions/${newest}`, { method: 'DELETE', ...admin })).status,
      204,
    );
    assert.deepEqual([await isGood(first), await isGood(second), await isGood(third)], [true, true, false]);
    assert.equal(
      (await kit.send(`${USERS}/Sam/sessions/999999`, { method: 'DELETE', ...admin })).status,
      404,
    );
    assert.equal((await kit.send(`${USERS}/Sam/sessions`, { method: 'DELETE', ...admin })).status, 204);
    assert.deepEqual([await isGood(first), await isGood(second)], [false, false]);
  });

  test('tokens die with their user: a new one of that name is somebody else', async () => {
    const body = { username: 'Tom', password: 'pass1234-Long!x', groups: [] };
    await kit.sendJson(USERS, body, admin);
    const own = { user: 'Tom:pass1234-Long!x' };
    const made = await kit.sendJson('/api/v1/me/tokens', { scope: 'read', name: 'ci' }, own);
    const { token } = made.json<{ data: { token: string } }>().data;
    await kit.send(`${USERS}/Tom`, { method: 'DELETE', ...admin });
    assert.equal((await kit.send('/api/v1/me', { user: `Tom:${token}` })).status, 401);
    await kit.sendJson(USERS, body, admin);
    assert.equal((await kit.send('/api/v1/me', { user: `Tom:${token}` })).status, 401);
  });

  test('the audit log tells who did what, and no secret', async () => {
    const reply = await kit.send('/api/v1/auditlog?page[limit]=500', admin);
    const { data, meta } = reply.json<{ data: Record<string, string>[]; meta: { count: number } }>();
    assert.equal(data.length, meta.count);
    assert.deepEqual(Object.keys(data[0]!), [
      'timestamp',
      'username',
      'remote_ip',
      'application',
      'action',
      'affected_id',
      'client_id',
      'client_hostname',
      'request',
      'response',
    ]);
    assert.ok(data.some((row) => row['username'] === 'admin' && row['affected_id'] === 'Willy'));
    assert.doesNotMatch(reply.text, /pass1234|4321ssap|brand-New|again-New/);
  });

  test('the last administrators cannot be deleted away', async () => {
    assert.equal((await kit.send(`${USERS}/administrator`, { method: 'DELETE', ...admin })).status, 204);
    const last = await kit.send(`${USERS}/admin`, { method: 'DELETE', ...admin });
    assert.equal(last.status, 409);
    assert.equal((await kit.send(USERS, admin)).status, 200);
  });
});

describe('RPort: the same requests with the defaults of the kit', { timeout: 60_000 }, () => {
  let kit: DocumentServer;
  const strong: Sent = { user: 'administrator:orchid-lantern-over-tundra' };
  before(async () => {
    kit = await startDocumentServer('orchid-lantern-over-tundra');
  });
  after(() => kit.stop());

  test('the passwords of the document are refused, with RPort’s words for it', async () => {
    const willy = { username: 'Willy', password: 'pass1234', groups: ['Administrators'] };
    const short = await kit.sendJson(USERS, willy, strong);
    assert.equal(short.status, 400);
    assert.equal(
      short.text,
      '{"errors":[{"code":"","title":"Your password is too short","detail":"password must be at least 15 characters"}]}',
    );
    const common = await kit.sendJson(USERS, { ...willy, password: 'passwordpassword' }, strong);
    assert.equal(common.status, 400);
    assert.match(common.text, /Your password is too weak/);
    assert.equal((await kit.send(USERS, { user: 'admin:password' })).status, 401);
    assert.equal((await kit.send('/api/v1/login', { user: 'admin:foobaz' })).status, 401);
  });
});
