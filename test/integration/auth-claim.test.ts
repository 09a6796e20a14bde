import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { causeOf, certificateRow, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';

test('a new box has one administrator and no credential that works', async (t) => {
  const { auth } = await openAuth(t);
  const users = await auth.users.list();
  assert.deepEqual(
    users.map(({ name, role, state, hasPassword }) => [name, role, state, hasPassword]),
    [['administrator', 'administrator', 'enabled', false]],
  );
  for (const [i, password] of ['', 'password', 'administrator', 'admin', 'bivouac', 'atakatak'].entries()) {
    const remote = `10.0.0.${i}`;
    const stream = await auth.streamLogin.byPassword({ username: 'administrator', password, remote });
    assert.equal(stream.identity, undefined);
    const basic = await auth.httpLogin.byBasic({ username: 'administrator', password, remote });
    assert.equal(basic.user, undefined);
  }
});

test('until the box is claimed no administrator signs in, however it was made; others do', async (t) => {
  const { auth, store } = await openAuth(t);
  await auth.users.add({ name: 'boss', password: GOOD_PASSWORD, role: 'administrator' }, CONSOLE);
  await auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await auth.users.change('administrator', { password: OTHER_PASSWORD }, CONSOLE);
  const { token } = await auth.enrolmentTokens.create({ username: 'boss', form: 'link' }, CONSOLE);
  const boss = await auth.users.byName('boss');
  const row = certificateRow(boss?.id ?? '');
  await store.certs.add(row);

  const stream = async (username: string, password: string) =>
    causeOf(await auth.streamLogin.byPassword({ username, password, remote: REMOTE }));
  const door = async (where: 'stream' | 'https') =>
    causeOf(await auth.streamLogin.byCertificate({ ...row, remote: REMOTE, door: where }));
  assert.equal(await stream('boss', GOOD_PASSWORD), 'unclaimed');
  assert.equal(await stream('administrator', OTHER_PASSWORD), 'unclaimed');
  assert.equal(await stream('alice', GOOD_PASSWORD), undefined);
  const enrolling = await auth.httpLogin.byBasic({
    username: 'boss',
    password: token,
    remote: REMOTE,
    enrolment: { step: 'config' },
  });
  assert.equal(enrolling.user === undefined && enrolling.cause, 'unclaimed');
  assert.equal(await door('https'), 'unclaimed');
  assert.equal(await door('stream'), undefined, 'certificates made by the console work at once');

  await auth.claim.claim({ username: 'boss', password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(await stream('boss', GOOD_PASSWORD), undefined);
  assert.equal(await door('https'), undefined);
});

test('a box is claimed once', async (t) => {
  const { auth, restart } = await openAuth(t);
  const claimed = await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  assert.deepEqual(
    [claimed.name, claimed.role, claimed.hasPassword],
    ['administrator', 'administrator', true],
  );
  for (const claim of [auth.claim, restart().claim]) {
    assert.equal(await claim.isClaimed(), true);
    await assert.rejects(claim.claim({ username: 'mallory', password: OTHER_PASSWORD }, CONSOLE), {
      code: 'setup.claimed',
    });
  }
  assert.equal(await auth.users.byName('mallory'), undefined);
});

test('of two claims at one time one wins', async (t) => {
  const { auth } = await openAuth(t);
  const results = await Promise.allSettled(
    ['one', 'two', 'three'].map((username) =>
      auth.claim.claim({ username, password: GOOD_PASSWORD }, CONSOLE),
    ),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  const administrators = (await auth.users.list()).filter(({ role }) => role === 'administrator');
  assert.equal(administrators.length, 2);
});

test('claiming under another name promotes or makes that user, and leaves administrator without a password', async (t) => {
  const { auth } = await openAuth(t);
  const before = await auth.users.add({ name: 'Chief', role: 'viewer' }, CONSOLE);
  await auth.users.change('chief', { isEnabled: false }, CONSOLE);
  const chief = await auth.claim.claim({ username: 'chief', password: GOOD_PASSWORD }, CONSOLE);
  assert.deepEqual([chief.id, chief.role, chief.state], [before.id, 'administrator', 'enabled']);
  assert.equal((await auth.users.byName('administrator'))?.hasPassword, false);
});
