import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RevocationNotice } from '../../src/auth/ports.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { causeOf, certificateRow, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';

test('a user is added with channels that did not exist, in both directions', async (t) => {
  const { auth, store } = await openAuth(t);
  const alice = await auth.users.add(
    { name: 'Alice', password: GOOD_PASSWORD, groups: ['blue', 'Red', 'BLUE'], email: 'alice@example.org' },
    CONSOLE,
  );
  assert.match(alice.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(
    { ...alice, id: '', createdMs: 0 },
    {
      id: '',
      kind: 'user',
      name: 'Alice',
      email: 'alice@example.org',
      role: 'user',
      state: 'enabled',
      hasPassword: true,
      isPasswordExpired: false,
      createdMs: 0,
      groups: [
        { name: 'blue', direction: 'IN' },
        { name: 'blue', direction: 'OUT' },
        { name: 'Red', direction: 'IN' },
        { name: 'Red', direction: 'OUT' },
      ],
    },
  );
  await auth.users.add({ name: 'bob', groups: ['RED', 'green'] }, CONSOLE);
  const groups = await store.groups.list();
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['blue', 'green', 'Red'],
  );
  assert.equal(new Set(groups.map(({ bitpos }) => bitpos)).size, 3);
});

test('names are one without regard to case, and the deleted are out of the way', async (t) => {
  const { auth } = await openAuth(t);
  const first = await auth.users.add({ name: 'Straße' }, CONSOLE);
  await assert.rejects(auth.users.add({ name: 'STRASSE' }, CONSOLE), { code: 'user.exists' });
  assert.equal((await auth.users.byName('strasse'))?.id, first.id);
  await auth.users.delete('strasse', CONSOLE);
  assert.equal(await auth.users.byName('Straße'), undefined);
  assert.equal(await auth.users.byId(first.id), undefined);
  const second = await auth.users.add({ name: 'strasse' }, CONSOLE);
  assert.notEqual(second.id, first.id);
});

test('text that is SQL stays text', async (t) => {
  const { auth, store } = await openAuth(t);
  const hostile = `'; DROP TABLE principals; --" OR "1"="1`;
  assert.equal(await auth.users.byName(hostile), undefined);
  assert.equal(
    causeOf(await auth.streamLogin.byPassword({ username: hostile, password: hostile, remote: REMOTE })),
    'unknown_user',
  );
  assert.equal(
    causeOf(await auth.streamLogin.byCertificate({ serial: hostile, fingerprint: hostile, remote: hostile })),
    'cert_unknown',
  );
  await auth.users.add({ name: 'alice', password: `${GOOD_PASSWORD}'"; --` }, CONSOLE);
  const login = (password: string) =>
    auth.streamLogin.byPassword({ username: 'alice', password, uid: hostile, remote: REMOTE });
  assert.equal(causeOf(await login(`${GOOD_PASSWORD}'"; --`)), undefined);
  assert.equal(causeOf(await login(`${GOOD_PASSWORD}' OR ''='`)), 'wrong_password');
  const [entry] = await auth.audit.list({ limit: 1 });
  assert.equal(entry?.detail['uid'], hostile);
  assert.equal((await store.principals.list()).length, 2);
});

test('every path checks the password alike', async (t) => {
  const { auth } = await openAuth(t);
  const weak = { password: 'alice-bivouac-alice' };
  await assert.rejects(auth.users.add({ name: 'alice', ...weak }, CONSOLE), { code: 'password.weak' });
  assert.equal(await auth.users.byName('alice'), undefined);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await assert.rejects(auth.users.change('alice', weak, CONSOLE), { code: 'password.weak' });
  await assert.rejects(auth.users.change('alice', { password: `${GOOD_PASSWORD}@` }, CONSOLE), {
    code: 'password.forbidden_chars',
  });
  await assert.rejects(auth.claim.claim({ password: 'bivouacbivouacbivouac' }, CONSOLE), {
    code: 'password.weak',
  });
  assert.equal(await auth.claim.isClaimed(), false);
});

test('requests that make no sense are refused', async (t) => {
  const { auth } = await openAuth(t);
  const add = (more: object) => auth.users.add({ name: 'alice', ...more }, CONSOLE);
  await assert.rejects(add({ role: 'root' }), { code: 'request.invalid' });
  await assert.rejects(add({ groups: ['a,b'] }), { code: 'group.name_invalid' });
  await assert.rejects(add({ groups: Array.from({ length: 101 }, (_, i) => `g${i}`) }), {
    code: 'request.invalid',
  });
  await assert.rejects(add({ email: 'nowhere' }), { code: 'user.email_invalid' });
  await assert.rejects(add({ name: '../x;id' }), { code: 'user.name_invalid' });
  for (const act of [
    auth.users.change('alice', {}, CONSOLE),
    auth.users.delete('alice', CONSOLE),
    auth.users.expirePassword('alice', CONSOLE),
  ]) {
    await assert.rejects(act, { code: 'user.unknown' });
  }
});

test('an e-mail address is one user’s, until that one is deleted', async (t) => {
  const { auth } = await openAuth(t);
  await auth.users.add({ name: 'alice', email: 'team@example.org' }, CONSOLE);
  await assert.rejects(auth.users.add({ name: 'bob', email: 'TEAM@example.org' }, CONSOLE), {
    code: 'user.exists',
  });
  assert.equal(await auth.users.byName('bob'), undefined);
  await auth.users.delete('alice', CONSOLE);
  await auth.users.add({ name: 'bob', email: 'team@example.org' }, CONSOLE);
  assert.equal((await auth.users.change('bob', { email: '' }, CONSOLE)).email, null);
});

test('the last enabled administrator stays', async (t) => {
  const { auth } = await openAuth(t);
  const isRefused = async (name: string) => {
    for (const act of [
      () => auth.users.delete(name, CONSOLE),
      () => auth.users.change(name, { isEnabled: false }, CONSOLE),
      () => auth.users.change(name, { role: 'user' }, CONSOLE),
    ]) {
      await assert.rejects(act, { code: 'user.last_admin' });
    }
  };
  await isRefused('administrator');
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  await isRefused('administrator');
  await assert.rejects(auth.users.expirePassword('administrator', CONSOLE), { code: 'user.last_admin' });
  await auth.users.add({ name: 'second', role: 'administrator' }, CONSOLE);
  // The second has no password, so nobody could sign in.
  await isRefused('administrator');
  await auth.users.change('second', { password: OTHER_PASSWORD }, CONSOLE);
  await auth.users.change('administrator', { role: 'user' }, CONSOLE);
  await isRefused('second');
});

test('the administrator does not come back after a restart', async (t) => {
  const { auth, restart } = await openAuth(t);
  await auth.claim.claim({ username: 'boss', password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.delete('administrator', CONSOLE);
  const again = restart();
  await again.start();
  assert.deepEqual(
    (await again.users.list()).map(({ name }) => name),
    ['boss'],
  );
});

test('each change tells those who keep sessions what it ends', async (t) => {
  const { auth } = await openAuth(t);
  const notices: RevocationNotice[] = [];
  auth.revocation.onRevoked((notice) => notices.push(notice));
  const { id } = await auth.users.add({ name: 'alice', password: GOOD_PASSWORD, groups: ['blue'] }, CONSOLE);
  const heard = () =>
    notices.splice(0).map(({ principalId, cause, scope }) => {
      assert.equal(principalId, id);
      return `${cause} ${scope}`;
    });
  const change = (what: Parameters<typeof auth.users.change>[1]) => auth.users.change('alice', what, CONSOLE);
  assert.deepEqual(heard(), []);
  await change({ email: 'alice@example.org' });
  await change({ groups: ['BLUE'] });
  await change({ role: 'user', isEnabled: true });
  assert.deepEqual(heard(), [], 'nothing is different');
  await change({ password: OTHER_PASSWORD });
  assert.deepEqual(heard(), ['password_changed password']);
  await change({ groups: ['red'] });
  assert.deepEqual(heard(), ['groups_changed all']);
  await change({ role: 'viewer' });
  assert.deepEqual(heard(), ['role_changed all']);
  await change({ isEnabled: false });
  assert.deepEqual(heard(), ['disabled all']);
  await change({ isEnabled: true });
  assert.deepEqual(heard(), []);
  await auth.users.expirePassword('alice', CONSOLE);
  assert.deepEqual(heard(), ['password_changed password']);
  await auth.users.delete('alice', CONSOLE);
  assert.deepEqual(heard(), ['deleted all']);
});

test('deleting a user kills the certificates, and the next of that name gets none of them', async (t) => {
  const { auth, store } = await openAuth(t);
  const first = await auth.users.add({ name: 'alice' }, CONSOLE);
  const row = certificateRow(first.id);
  await store.certs.add(row);
  const login = () => auth.streamLogin.byCertificate({ ...row, remote: REMOTE });
  assert.equal((await login()).identity?.principalId, first.id);
  await auth.users.delete('alice', CONSOLE);
  assert.equal(causeOf(await login()), 'cert_revoked');
  await auth.users.add({ name: 'alice' }, CONSOLE);
  assert.equal(causeOf(await login()), 'cert_revoked');
  const record = await store.certs.bySerial(row.serial);
  assert.equal(record?.revocationReason, 'cessationOfOperation');
  assert.equal(record?.principalId, first.id);
});

test('everything is audited, with who, what, whom and where, and no secret', async (t) => {
  const { auth, audited, withDatabase } = await openAuth(t);
  const boss = await auth.claim.claim({ username: 'boss', password: GOOD_PASSWORD }, CONSOLE);
  const by = { id: boss.id, name: boss.name, remote: '10.42.0.2' };
  await auth.users.add({ name: 'alice', password: OTHER_PASSWORD, groups: ['blue'] }, by);
  await auth.users.change('alice', { password: GOOD_PASSWORD, isEnabled: false }, by);
  await auth.users.delete('alice', by);
  assert.deepEqual(
    (await audited()).map(({ action, target, result, detail }) => [action, target, result, detail]),
    [
      ['setup.claim', 'boss', 'ok', {}],
      ['user.add', 'alice', 'ok', { role: 'user', groups: ['blue'], hasPassword: true }],
      ['user.change', 'alice', 'ok', { password: 'changed', isEnabled: false }],
      ['user.delete', 'alice', 'ok', { certificates: 0 }],
    ],
  );
  const [latest] = await auth.audit.list({ limit: 1 });
  assert.deepEqual([latest?.actorId, latest?.actor, latest?.remote], [boss.id, 'boss', '10.42.0.2']);
  const everything = withDatabase((database) =>
    JSON.stringify(database.prepare('SELECT * FROM audit').all()),
  );
  for (const secret of [GOOD_PASSWORD, OTHER_PASSWORD, 'argon2']) assert.ok(!everything.includes(secret));
});

test('lists show no secret', async (t) => {
  const { auth } = await openAuth(t);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  const text = JSON.stringify(await auth.users.list());
  assert.ok(!text.includes('argon2'));
  assert.ok(!text.includes('phc'));
});
