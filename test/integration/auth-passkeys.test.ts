import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD } from '../support/auth-fixture.ts';
import { outcomeOf, PHONE, proofOf, signInWorld } from '../support/sign-in-world.ts';
import { SoftwarePasskey } from '../support/software-passkey.ts';

const MINUTE_MS = 60_000;
const ORIGIN = 'https://kit.example:8446';
const VISITOR = { door: 'web' as Door, ...PHONE };

async function world(t: TestContext) {
  const base = await signInWorld(t);
  const { auth, alice, clock } = base;
  const { passkeys } = auth;
  const add = async (key: SoftwarePasskey, principalId = alice.id) => {
    const options = await passkeys.beginAdd({ principalId, authenticatedMs: clock.now(), origin: ORIGIN });
    const response = key.create(options, ORIGIN);
    return passkeys.finishAdd({ principalId, name: 'My phone', origin: ORIGIN, response }, CONSOLE);
  };
  const signIn = async (key: SoftwarePasskey, origin = ORIGIN) => {
    const response = key.get(await passkeys.beginSignIn(ORIGIN), origin);
    return passkeys.finishSignIn({ response, origin, ...VISITOR });
  };
  return { ...base, passkeys, add, signIn };
}

test('a passkey signs its owner in, without a name and without a password', async (t) => {
  const { auth, add, signIn, alice, notices, audited } = await world(t);
  const key = new SoftwarePasskey();
  const view = await add(key);
  assert.deepEqual([view.id, view.name, view.host], [key.id, 'My phone', 'kit.example']);
  const proof = proofOf(await signIn(key));
  assert.deepEqual([proof.user.id, proof.methods], [alice.id, ['passkey']]);
  await auth.sessions.openBrowser(proof, { isRemembered: false });
  const [listed] = await auth.passkeys.list(alice.id);
  assert.equal(listed?.lastUsedMs, proof.atMs);
  assert.equal(notices.at(-1)?.code, 'factor_added');
  assert.ok((await audited()).some(({ action }) => action === 'passkey.add'));
});

test('it stands for the second factor too', async (t) => {
  const { add, signIn, setUpApp } = await world(t);
  const key = new SoftwarePasskey();
  await add(key);
  await setUpApp();
  assert.equal(outcomeOf(await signIn(key)), 'signed_in');
});

test('a passkey is added after a fresh sign-in only', async (t) => {
  const { passkeys, alice, clock } = await world(t);
  const begin = (agoMs: number) =>
    passkeys.beginAdd({ principalId: alice.id, authenticatedMs: clock.now() - agoMs, origin: ORIGIN });
  await begin(5 * MINUTE_MS);
  await assert.rejects(begin(5 * MINUTE_MS + 1), { code: 'auth.step_up' });
  await assert.rejects(begin(-1), { code: 'auth.step_up' });
});

test('where the page has no name there are no passkeys', async (t) => {
  const { passkeys, alice, clock } = await world(t);
  for (const origin of ['https://kit.local', 'https://kit.example:8446', 'http://localhost:8080']) {
    assert.ok(passkeys.isPossibleAt(origin), origin);
  }
  for (const origin of [
    'https://10.42.0.1:8446',
    'https://[fd00::1]:8446',
    'http://kit.example',
    'http://127.0.0.1',
    'https://kit.example/path',
    'null',
    '',
  ]) {
    assert.ok(!passkeys.isPossibleAt(origin), origin);
    await assert.rejects(passkeys.beginSignIn(origin), { code: 'passkey.impossible' });
    const order = { principalId: alice.id, authenticatedMs: clock.now(), origin };
    await assert.rejects(passkeys.beginAdd(order), { code: 'passkey.impossible' });
  }
});

test('another page’s answer, an old one, a second use and another key are refused', async (t) => {
  const { passkeys, add, signIn, clock } = await world(t);
  const key = new SoftwarePasskey();
  await add(key);
  assert.equal(outcomeOf(await signIn(key, 'https://evil.example:8446')), 'auth.failed');
  assert.equal(
    outcomeOf(await signIn(key, 'https://kit.example')),
    'signed_in',
    'another port of the same name',
  );

  const response = key.get(await passkeys.beginSignIn(ORIGIN), ORIGIN);
  const finish = (changes: object = {}) =>
    passkeys.finishSignIn({ response, origin: ORIGIN, ...VISITOR, ...changes });
  assert.equal(
    outcomeOf(await finish({ origin: 'https://kit.example:9999' })),
    'auth.failed',
    'said to be of another page',
  );
  assert.equal(outcomeOf(await finish()), 'auth.failed', 'its challenge was used up by that');
  const good = key.get(await passkeys.beginSignIn(ORIGIN), ORIGIN);
  assert.equal(outcomeOf(await finish({ response: good })), 'signed_in');
  assert.equal(outcomeOf(await finish({ response: good })), 'auth.failed', 'a second time');

  const inTime = await passkeys.beginSignIn(ORIGIN);
  clock.advance(5 * MINUTE_MS - 1);
  assert.equal(outcomeOf(await finish({ response: key.get(inTime, ORIGIN) })), 'signed_in');
  const options = await passkeys.beginSignIn(ORIGIN);
  clock.advance(5 * MINUTE_MS);
  assert.equal(outcomeOf(await finish({ response: key.get(options, ORIGIN) })), 'auth.failed', 'too late');
  assert.equal(outcomeOf(await signIn(new SoftwarePasskey())), 'auth.failed', 'a key that nobody has');
  const forged = new SoftwarePasskey();
  Object.defineProperty(forged, 'id', { value: key.id });
  forged.counter = 1_000;
  assert.equal(outcomeOf(await signIn(forged)), 'auth.failed', 'another key by that name');
});

test('a phone that did not see its owner does not sign in', async (t) => {
  const { add, signIn } = await world(t);
  const key = new SoftwarePasskey();
  await add(key);
  key.verifiesUser = false;
  assert.equal(outcomeOf(await signIn(key)), 'auth.failed');
  const unverified = new SoftwarePasskey();
  unverified.verifiesUser = false;
  await assert.rejects(add(unverified), { code: 'passkey.refused' });
});

test('a copied key is noticed by its counter', async (t) => {
  const { add, signIn } = await world(t);
  const key = new SoftwarePasskey();
  await add(key);
  for (let i = 0; i < 3; i += 1) assert.equal(outcomeOf(await signIn(key)), 'signed_in');
  key.counter = 1;
  assert.equal(outcomeOf(await signIn(key)), 'auth.failed');
});

test('garbage signs nobody in and adds nothing', async (t) => {
  const { passkeys, alice, clock } = await world(t);
  for (const response of [
    undefined,
    null,
    1,
    'x',
    {},
    { id: 1 },
    { id: 'x' },
    { id: 'x', response: {} },
    [],
  ]) {
    const remote = '127.0.0.1';
    const result = await passkeys.finishSignIn({ response, origin: ORIGIN, ...VISITOR, remote });
    assert.equal(outcomeOf(result), 'auth.failed');
    await passkeys.beginAdd({ principalId: alice.id, authenticatedMs: clock.now(), origin: ORIGIN });
    const adding = passkeys.finishAdd(
      { principalId: alice.id, name: 'x', origin: ORIGIN, response },
      CONSOLE,
    );
    await assert.rejects(adding, { code: 'passkey.refused' });
    clock.advance(MINUTE_MS);
  }
  assert.deepEqual(await passkeys.list(alice.id), []);
});

test('a challenge for one user adds nothing to another, and none of signing in adds anything', async (t) => {
  const { auth, passkeys, alice, clock } = await world(t);
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  const key = new SoftwarePasskey();
  const options = await passkeys.beginAdd({
    principalId: alice.id,
    authenticatedMs: clock.now(),
    origin: ORIGIN,
  });
  const asBob = { principalId: bob.id, name: 'x', origin: ORIGIN, response: key.create(options, ORIGIN) };
  await assert.rejects(passkeys.finishAdd(asBob, CONSOLE), { code: 'passkey.refused' });
  const signingIn = await passkeys.beginSignIn(ORIGIN);
  const mixed = key.create({ challenge: signingIn.challenge, rp: { id: 'kit.example' } }, ORIGIN);
  const asAlice = { principalId: alice.id, name: 'x', origin: ORIGIN, response: mixed };
  await assert.rejects(passkeys.finishAdd(asAlice, CONSOLE), { code: 'passkey.refused' });
});

test('a key is somebody’s once', async (t) => {
  const { auth, add } = await world(t);
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  const key = new SoftwarePasskey();
  await add(key);
  await assert.rejects(add(key, bob.id), { code: 'passkey.refused' });
});

test('disabled, deleted, reset or removed: the passkey opens nothing', async (t) => {
  const { auth, alice, add, signIn, revoked, login } = await world(t);
  const key = new SoftwarePasskey();
  await add(key);
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  assert.equal(outcomeOf(await signIn(key)), 'auth.failed');
  await auth.users.change('alice', { isEnabled: true }, CONSOLE);
  assert.equal(outcomeOf(await signIn(key)), 'signed_in');

  const mine = await auth.sessions.openBrowser(proofOf(await login({ door: 'web' })), {
    isRemembered: false,
  });
  const stolen = await auth.sessions.openBrowser(proofOf(await signIn(key)), { isRemembered: false });
  const remove = () =>
    auth.passkeys.remove({ principalId: alice.id, id: key.id, exceptSessionId: mine.sessionId }, CONSOLE);
  await remove();
  await assert.rejects(remove(), { code: 'passkey.unknown' });
  assert.equal(outcomeOf(await signIn(key)), 'auth.failed');
  const check = async (token: string) => (await auth.sessions.check({ token, kinds: ['cookie'] })).refused;
  assert.deepEqual([await check(mine.token), await check(stolen.token)], [undefined, 'revoked']);
  assert.deepEqual(
    [revoked.at(-1)?.cause, revoked.at(-1)?.exceptSessionId],
    ['factor_changed', mine.sessionId],
  );

  const second = new SoftwarePasskey();
  await add(second);
  await auth.factors.reset(alice.id, CONSOLE);
  assert.deepEqual(await auth.passkeys.list(alice.id), []);
  const third = new SoftwarePasskey();
  await add(third);
  await auth.users.delete('alice', CONSOLE);
  assert.equal(outcomeOf(await signIn(third)), 'auth.failed');
});

test('an administrator’s passkey opens nothing before the box is claimed', async (t) => {
  const { auth, add, signIn } = await world(t);
  const admin = await auth.users.byName('administrator');
  const key = new SoftwarePasskey();
  await add(key, admin?.id ?? '');
  assert.equal(outcomeOf(await signIn(key)), 'auth.failed');
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(outcomeOf(await signIn(key)), 'signed_in');
});

test('a person has at most twenty', async (t) => {
  const { add } = await world(t);
  for (let i = 0; i < 20; i += 1) await add(new SoftwarePasskey());
  await assert.rejects(add(new SoftwarePasskey()), { code: 'passkey.too_many' });
});
