import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grant } from '../../src/auth/account-ports.ts';
import { CONSOLE, type RevocationNotice } from '../../src/auth/ports.ts';
import { openAuth } from '../support/auth-fixture.ts';

test('a group is a channel with flags; a missing one is made', async (t) => {
  const { auth } = await openAuth(t);
  await auth.users.add({ name: 'alice', groups: ['Blue'] }, CONSOLE);
  const made = await auth.groups.put({ name: 'Bunnies', flags: ['tunnels', 'auditlog', 'tunnels'] }, CONSOLE);
  assert.deepEqual([made.name, made.members, made.flags], ['Bunnies', 0, ['auditlog', 'tunnels']]);
  const again = await auth.groups.put({ name: 'BUNNIES', flags: ['vault'] }, CONSOLE);
  assert.deepEqual([again.id, again.name, again.flags], [made.id, 'Bunnies', ['vault']]);
  assert.deepEqual(
    (await auth.groups.list()).map(({ name, members, flags }) => [name, members, flags]),
    [
      ['Blue', 1, []],
      ['Bunnies', 0, ['vault']],
    ],
  );
  assert.equal((await auth.groups.byName('bLUE'))?.name, 'Blue');
  assert.equal(await auth.groups.byName('nope'), undefined);
  for (const name of ['', '../x', 'administrators']) {
    await assert.rejects(auth.groups.put({ name, flags: [] }, CONSOLE), { code: 'group.name_invalid' });
  }
});

test('flags and grants of all groups of a user add up with his own', async (t) => {
  const { auth } = await openAuth(t);
  const { id } = await auth.users.add({ name: 'alice', groups: ['blue', 'red'] }, CONSOLE);
  await auth.groups.put({ name: 'blue', flags: ['tunnels'] }, CONSOLE);
  await auth.groups.put({ name: 'red', flags: ['tunnels', 'vault'] }, CONSOLE);
  await auth.groups.put({ name: 'green', flags: ['commands'] }, CONSOLE);
  const map: Grant = { action: 'read', target: { kind: 'item', id: 'map' } };
  const music: Grant = { action: 'read', target: { kind: 'bucket', id: 'music' } };
  const secret: Grant = { action: 'modify', target: { kind: 'item', id: 'secret' } };
  await auth.grants.give({ to: { principalId: id }, grant: map }, CONSOLE);
  await auth.grants.give({ to: { group: 'RED' }, grant: music }, CONSOLE);
  await auth.grants.give({ to: { group: 'red' }, grant: map }, CONSOLE);
  await auth.grants.give({ to: { group: 'green' }, grant: secret }, CONSOLE);
  const of = () => auth.grants.of(id);
  assert.deepEqual(await of(), { flags: ['tunnels', 'vault'], grants: [music, map] });
  await auth.grants.take({ from: { principalId: id }, grant: map }, CONSOLE);
  assert.deepEqual((await of()).grants, [music, map], 'the group has it still');
  await auth.grants.take({ from: { group: 'red' }, grant: map }, CONSOLE);
  assert.deepEqual((await of()).grants, [music]);
  await auth.users.change('alice', { groups: ['blue'] }, CONSOLE);
  assert.deepEqual(await of(), { flags: ['tunnels'], grants: [] });
});

test('a grant needs somebody and something', async (t) => {
  const { auth } = await openAuth(t);
  const grant: Grant = { action: 'read', target: { kind: 'item', id: 'map' } };
  const { id } = await auth.users.add({ name: 'alice' }, CONSOLE);
  await assert.rejects(auth.grants.give({ to: { group: 'nope' }, grant }, CONSOLE), {
    code: 'group.unknown',
  });
  await assert.rejects(auth.grants.give({ to: { principalId: 'nope' }, grant }, CONSOLE), {
    code: 'user.unknown',
  });
  for (const bad of ['', 'x'.repeat(513)]) {
    const order = {
      to: { principalId: id },
      grant: { ...grant, target: { kind: 'item', id: bad } as const },
    };
    await assert.rejects(async () => auth.grants.give(order, CONSOLE), { code: 'request.invalid' });
  }
  await auth.grants.give({ to: { principalId: id }, grant }, CONSOLE);
  await auth.users.delete('alice', CONSOLE);
  assert.deepEqual(await auth.grants.of(id), { flags: [], grants: [] });
});

test('a removed group takes its rights along, and its members’ streams sign in anew', async (t) => {
  const { auth, audited } = await openAuth(t);
  const alice = await auth.users.add({ name: 'alice', groups: ['blue', 'red'] }, CONSOLE);
  await auth.users.add({ name: 'bob', groups: ['red'] }, CONSOLE);
  await auth.groups.put({ name: 'blue', flags: ['vault'] }, CONSOLE);
  const grant: Grant = { action: 'read', target: { kind: 'item', id: 'map' } };
  await auth.grants.give({ to: { group: 'blue' }, grant }, CONSOLE);
  const notices: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => notices.push(notice));
  await auth.groups.remove('Blue', CONSOLE);
  assert.deepEqual(
    notices.map(({ principalId, cause, scope }) => [principalId, cause, scope]),
    [[alice.id, 'groups_changed', 'all']],
  );
  assert.deepEqual(await auth.grants.of(alice.id), { flags: [], grants: [] });
  assert.deepEqual(
    (await auth.users.byName('alice'))?.groups.map(({ name }) => name),
    ['red', 'red'],
  );
  await assert.rejects(auth.groups.remove('blue', CONSOLE), { code: 'group.unknown' });
  const later = await auth.groups.put({ name: 'blue', flags: [] }, CONSOLE);
  assert.deepEqual([later.members, later.flags], [0, []]);
  const actions = (await audited())
    .map(({ action }) => action)
    .filter((action) => /^(group|grant)\./.test(action));
  assert.deepEqual(actions, ['group.put', 'grant.give', 'group.remove', 'group.put']);
});

test('calls of programs are kept, newest first, without what is secret in them', async (t) => {
  const { auth, clock } = await openAuth(t);
  const call = { principalId: 'id-1', username: 'fts', remote: '10.0.0.1' };
  auth.apiCalls.note({
    ...call,
    method: 'POST',
    endpoint: '/ManageSystemUser/postSystemUser?auth_token=abc',
    content: JSON.stringify({
      systemUsers: [{ Name: 'dan', Token: 'hunter2hunter2', Password: 'pass', Certs: '' }],
    }),
  });
  clock.advance(1_000);
  auth.apiCalls.note({ ...call, method: 'GET', endpoint: '/Clients', content: '' });
  const list = await auth.apiCalls.list();
  assert.deepEqual(
    list.map(({ method, endpoint, content, atMs }) => [method, endpoint, content, atMs]),
    [
      ['GET', '/Clients', '', clock.now()],
      [
        'POST',
        '/ManageSystemUser/postSystemUser?auth_token=***',
        '{"systemUsers":[{"Name":"dan","Token":"***","Password":"***","Certs":""}]}',
        clock.now() - 1_000,
      ],
    ],
  );
  assert.equal((await auth.apiCalls.list({ beforeId: list[0]?.id ?? 0, limit: 1 }))[0]?.method, 'POST');
});

test('secrets of the kit are sealed, each under its own name', async (t) => {
  const { auth, withDatabase, audited } = await openAuth(t);
  assert.equal(await auth.secrets.get('websocketkey'), undefined);
  await auth.secrets.set('websocketkey', 'hunter2 hunter2', CONSOLE);
  assert.equal(await auth.secrets.get('websocketkey'), 'hunter2 hunter2');
  const blob = withDatabase((database) => database.prepare('SELECT sealed FROM secrets').get()?.['sealed']);
  assert.ok(
    !Buffer.from(blob as Uint8Array)
      .toString('latin1')
      .includes('hunter2'),
  );
  withDatabase((database) => database.prepare("UPDATE secrets SET id = 'other'").run());
  await assert.rejects(auth.secrets.get('other'));
  assert.equal(await auth.secrets.remove('other', CONSOLE), true);
  assert.equal(await auth.secrets.remove('other', CONSOLE), false);
  assert.ok(!JSON.stringify(await audited()).includes('hunter2'));
});
