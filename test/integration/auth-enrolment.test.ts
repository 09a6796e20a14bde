import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type AuthWorld, GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const REMOTE = '10.42.0.17:51234';
const MINUTE_MS = 60_000;
const CSR = 'aa'.repeat(32);
const OTHER_CSR = 'bb'.repeat(32);

type Step = 'config' | 'sign' | 'profile';

async function world(t: TestContext, form: 'link' | 'typed' = 'link') {
  const opened = await openAuth(t);
  await opened.auth.users.add({ name: 'alice', password: GOOD_PASSWORD }, CONSOLE);
  await opened.auth.users.add({ name: 'bob' }, CONSOLE);
  const { token, expiresMs } = await opened.auth.enrolmentTokens.create({ username: 'Alice', form }, CONSOLE);
  return { ...opened, token, expiresMs, ...stepsOf(opened) };
}

function stepsOf({ auth }: AuthWorld) {
  const login = (step: Step, password: string, clientUid: string | undefined, username = 'alice') =>
    auth.httpLogin.byBasic({ username, password, remote: REMOTE, enrolment: { step, clientUid } });
  return {
    login,
    isLetIn: async (step: Step, password: string, clientUid?: string, username?: string) =>
      (await login(step, password, clientUid, username)).user !== undefined,
    sign: async (token: string, clientUid: string, csrSha256: string) => {
      const result = await login('sign', token, clientUid);
      if (result.user === undefined || result.enrolmentId === undefined) return false;
      return auth.enrolmentTokens.burn({
        enrolmentId: result.enrolmentId,
        clientUid,
        csrSha256,
        remote: REMOTE,
      });
    },
  };
}

test('a token goes the way of an enrolment once: config, sign, profile', async (t) => {
  const { auth, token, login, isLetIn, sign, clock } = await world(t);
  assert.match(token, /^[a-km-z2-9]{26}$/);
  const first = await login('config', token, undefined);
  assert.deepEqual([first.user?.name, first.user && first.via], ['alice', 'enrolment_token']);
  assert.equal(await isLetIn('profile', token, 'ANDROID-1'), false, 'not before a certificate was signed');
  assert.equal(await sign(token, 'ANDROID-1', CSR), true);
  assert.equal(await isLetIn('profile', token, 'ANDROID-1'), true);
  assert.equal(await isLetIn('profile', token, 'ANDROID-2'), false);
  clock.advance(5 * MINUTE_MS - 1);
  assert.equal(await isLetIn('profile', token, 'ANDROID-1'), true);
  clock.advance(1);
  assert.equal(await isLetIn('profile', token, 'ANDROID-1'), false);
  assert.equal(await isLetIn('config', token), false);
  const entry = (await auth.audit.list()).find(({ action }) => action === 'enrolment.use');
  assert.deepEqual(
    [entry?.actor, entry?.result, entry?.detail],
    ['alice', 'ok', { clientUid: 'ANDROID-1', csrSha256: CSR }],
  );
});

test('the same request of the same device may be asked again; another one may not', async (t) => {
  const { token, isLetIn, sign, audited } = await world(t);
  assert.equal(await sign(token, 'ANDROID-1', CSR), true);
  assert.equal(await sign(token, 'ANDROID-1', CSR), true);
  assert.equal(await sign(token, 'ANDROID-1', OTHER_CSR), false);
  assert.equal(await isLetIn('sign', token, 'ANDROID-2'), false);
  const uses = (await audited()).filter(({ action }) => action === 'enrolment.use');
  assert.deepEqual(
    uses.map(({ result }) => result),
    ['ok', 'refused'],
  );
});

test('of many devices with one token at one time exactly one wins', async (t) => {
  const { auth, token, login } = await world(t);
  const result = await login('sign', token, 'ANDROID-1');
  const enrolmentId = (result.user && result.enrolmentId) ?? '';
  const burns = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      auth.enrolmentTokens.burn({ enrolmentId, clientUid: `ANDROID-${i}`, csrSha256: CSR, remote: REMOTE }),
    ),
  );
  assert.equal(burns.filter(Boolean).length, 1);
});

test('a token lives for 15 minutes, and not a moment longer', async (t) => {
  const { token, expiresMs, clock, isLetIn, login, auth } = await world(t);
  assert.equal(expiresMs, clock.now() + 15 * MINUTE_MS);
  clock.advance(15 * MINUTE_MS - 1);
  const before = await login('sign', token, 'ANDROID-1');
  assert.ok(before.user !== undefined);
  clock.advance(1);
  assert.equal(await isLetIn('config', token), false);
  const enrolmentId = before.enrolmentId ?? '';
  assert.equal(
    await auth.enrolmentTokens.burn({ enrolmentId, clientUid: 'ANDROID-1', csrSha256: CSR, remote: REMOTE }),
    false,
    'also when it expired between sign-in and signature',
  );
});

test('a typed code is read as people type it', async (t) => {
  const { token, isLetIn } = await world(t, 'typed');
  assert.match(token, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
  const spelled = `${token.slice(0, 4)}-${token.slice(4)}`.toLowerCase();
  assert.equal(await isLetIn('config', token), true);
  assert.equal(await isLetIn('config', spelled), true);
  assert.equal(await isLetIn('config', ` ${spelled.replace('-', ' ')} `), true);
  assert.equal(await isLetIn('config', token.slice(1)), false);
});

test('a token is one user’s, and opens nothing but enrolment', async (t) => {
  const { auth, token, isLetIn } = await world(t);
  assert.equal(await isLetIn('config', token, undefined, 'bob'), false);
  assert.equal(await isLetIn('sign', token, undefined), false, 'no device, no certificate');
  const elsewhere = await auth.httpLogin.byBasic({ username: 'alice', password: token, remote: REMOTE });
  assert.equal(elsewhere.user, undefined);
  const stream = await auth.streamLogin.byPassword({ username: 'alice', password: token, remote: REMOTE });
  assert.equal(stream.identity, undefined);
});

test('the password goes the same way as a token, as often as wanted', async (t) => {
  const { login, isLetIn } = await world(t);
  for (const step of ['config', 'sign', 'profile'] as const) {
    const result = await login(step, GOOD_PASSWORD, 'ANDROID-1');
    assert.deepEqual([result.user && result.via, result.user && result.enrolmentId], ['password', undefined]);
  }
  assert.equal(await isLetIn('config', OTHER_PASSWORD), false);
});

test('tokens end with what they were given for', async (t) => {
  for (const end of [
    (auth: AuthWorld['auth']) => auth.users.change('alice', { password: OTHER_PASSWORD }, CONSOLE),
    (auth: AuthWorld['auth']) => auth.users.change('alice', { isEnabled: false }, CONSOLE),
    (auth: AuthWorld['auth']) => auth.users.delete('alice', CONSOLE),
  ]) {
    const { auth, token, login, isLetIn } = await world(t);
    const before = await login('sign', token, 'ANDROID-1');
    await end(auth);
    assert.equal(await isLetIn('config', token), false);
    const enrolmentId = (before.user && before.enrolmentId) ?? '';
    const burn = { enrolmentId, clientUid: 'ANDROID-1', csrSha256: CSR, remote: REMOTE };
    assert.equal(await auth.enrolmentTokens.burn(burn), false);
  }
});

test('a token is kept as a hash only', async (t) => {
  const { token, withDatabase } = await world(t);
  const rows = withDatabase((database) => JSON.stringify(database.prepare('SELECT * FROM enrolments').all()));
  assert.ok(!rows.includes(token));
  const audit = withDatabase((database) => JSON.stringify(database.prepare('SELECT * FROM audit').all()));
  assert.ok(!audit.includes(token));
});

test('guessing a code is guessing a password: it is counted and banned', async (t) => {
  const { isLetIn, token, clock } = await world(t, 'typed');
  for (let i = 0; i < 10; i += 1) {
    await isLetIn('config', 'BCDFGHJK', undefined, `user${i}`);
  }
  assert.equal(await isLetIn('config', token), false);
  clock.advance(10 * MINUTE_MS);
  assert.equal(await isLetIn('config', token), true);
});

test('codes are for those who exist, and not without number', async (t) => {
  const { auth, clock } = await world(t);
  const create = (username: string, lifeMs?: number) =>
    auth.enrolmentTokens.create(
      { username, form: 'typed', ...(lifeMs === undefined ? {} : { lifeMs }) },
      CONSOLE,
    );
  await assert.rejects(create('nobody'), { code: 'user.unknown' });
  await assert.rejects(create('bob', 0), { code: 'request.invalid' });
  await assert.rejects(create('bob', Number.NaN), { code: 'request.invalid' });
  await assert.rejects(create('bob', 8 * 24 * 60 * MINUTE_MS), { code: 'request.invalid' });
  for (let i = 0; i < 50; i += 1) await create('bob');
  await assert.rejects(create('bob'), { code: 'enrolment.too_many' });
  clock.advance(20 * MINUTE_MS);
  await create('bob');
  await auth.users.change('bob', { isEnabled: false }, CONSOLE);
  await assert.rejects(create('bob'), { code: 'user.unknown' });
});
