import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { TokenKind } from '../../src/auth/session-ports.ts';
import { DEFAULT_AUTH_SETTINGS, type SessionSettings } from '../../src/auth/settings.ts';
import type { Proof } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';
import { AT_THE_KIT, openPairing, refusedWith } from '../support/pairing-world.ts';

/**
 * Lives that the other tests of their kind do not look at from both sides, and those that an operator has set
 * otherwise. test/lifetimes.md has the whole list.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const VISIT = { remote: '10.42.0.17:51234', userAgent: 'phone' };

async function world(t: TestContext, changes: Partial<SessionSettings> = {}) {
  const sessions = { ...DEFAULT_AUTH_SETTINGS.sessions, ...changes };
  const base = await openAuth(t, { settings: () => ({ ...DEFAULT_AUTH_SETTINGS, sessions }) });
  const { auth, store, clock } = base;
  const user = await auth.users.add({ name: 'alice' }, CONSOLE);
  const proof = async (): Promise<Proof> => ({
    user,
    credEpoch: (await store.principals.byId(user.id))?.credEpoch ?? 0,
    methods: ['password'],
    atMs: clock.now(),
    door: 'web',
    deviceCookie: '',
    ...VISIT,
  });
  const verdict = async (token: string, kind: TokenKind) =>
    (await auth.sessions.check({ token, kinds: [kind] })).refused ?? 'good';
  return { ...base, user, proof, verdict };
}

/** As an operator may set TakeoutFM's `Auth.*`: nothing is what it is by default. */
const OTHER_AGES = {
  ...DEFAULT_AUTH_SETTINGS.sessions.takeout,
  refreshIdleMs: 10 * DAY_MS,
  accessMs: 30 * MINUTE_MS,
  mediaMs: 3 * DAY_MS,
  codeMs: 90 * SECOND_MS,
  fileMs: 10 * MINUTE_MS,
};

for (const [what, kind, lifeMs] of [
  ['AccessToken.Age', 'takeout', OTHER_AGES.accessMs],
  ['MediaToken.Age', 'media', OTHER_AGES.mediaMs],
  ['SessionAge', 'refresh', OTHER_AGES.refreshIdleMs],
] as const) {
  test(`TakeoutFM’s Auth.${what} of ${lifeMs / MINUTE_MS} minutes is over after them, and not before`, async (t) => {
    const { auth, clock, proof, verdict } = await world(t, { takeout: OTHER_AGES });
    const family = async () => {
      const { access, media, refresh } = await auth.sessions.openFamily(await proof());
      return { takeout: access.token, media: media.token, refresh: refresh.token }[kind];
    };
    const [looked, left] = [await family(), await family()];
    clock.advance(lifeMs - SECOND_MS);
    assert.equal(await verdict(looked, kind), 'good');
    clock.advance(SECOND_MS);
    assert.equal(await verdict(left, kind), 'expired');
  });
}

test('TakeoutFM’s Auth.AccessToken.Age counts for what is refreshed, too', async (t) => {
  const { auth, clock, proof, verdict } = await world(t, { takeout: OTHER_AGES });
  const { refresh } = await auth.sessions.openFamily(await proof());
  clock.advance(OTHER_AGES.refreshIdleMs - SECOND_MS);
  const next = await auth.sessions.refresh({ token: refresh.token, ...VISIT });
  assert.ok(next.refused === undefined);
  clock.advance(OTHER_AGES.accessMs - SECOND_MS);
  assert.equal(await verdict(next.access.token, 'takeout'), 'good');
  clock.advance(SECOND_MS);
  assert.equal(await verdict(next.access.token, 'takeout'), 'expired');
  clock.advance(OTHER_AGES.refreshIdleMs - OTHER_AGES.accessMs);
  const late = await auth.sessions.refresh({ token: next.refresh.token, ...VISIT });
  assert.equal(late.refused, 'expired');
});

test('TakeoutFM’s Auth.CodeToken.Age: of the code on the watch, and of the token that waits for it', async (t) => {
  const { auth, clock } = await world(t, { takeout: OTHER_AGES });
  const ask = () => auth.pairing.request({ form: 'short', device: {}, ...VISIT });
  const { pairingId, code, expiresMs } = await ask();
  assert.equal(expiresMs, clock.now() + OTHER_AGES.codeMs);
  const token = await auth.codeTokens.issue({ id: pairingId, expiresMs });
  const stateOf = async () => (await auth.pairing.poll({ by: { pairingId, code }, ...VISIT })).state;
  clock.advance(OTHER_AGES.codeMs - SECOND_MS);
  assert.equal(await stateOf(), 'pending');
  assert.deepEqual(await auth.codeTokens.check(token), { pairingId });
  clock.advance(SECOND_MS);
  assert.equal(await stateOf(), 'over');
  assert.deepEqual(await auth.codeTokens.check(token), { refused: 'expired' });
});

test('TakeoutFM’s Auth.FileToken.Age', async (t) => {
  const { auth, clock, user } = await world(t, { takeout: OTHER_AGES });
  const order = { user, method: 'GET', path: '/d/music/song.mp3', sha256: 'a'.repeat(64) } as const;
  const { token } = await auth.fileTokens.issue(order);
  const check = async () => (await auth.fileTokens.check({ token, ...order })).refused ?? 'good';
  clock.advance(OTHER_AGES.fileMs - SECOND_MS);
  assert.equal(await check(), 'good');
  clock.advance(SECOND_MS);
  assert.equal(await check(), 'expired');
});

test('OpenTAKServer’s token is over after 30 days, however much it is used', async (t) => {
  const { auth, clock, proof, verdict } = await world(t);
  const { token } = await auth.sessions.openOts(await proof());
  for (let hours = 0; hours < 30 * 24 - 10; hours += 10) {
    clock.advance(10 * HOUR_MS);
    assert.equal(await verdict(token, 'ots'), 'good', `${hours + 10} hours`);
  }
  clock.advance(10 * HOUR_MS - SECOND_MS);
  assert.equal(await verdict(token, 'ots'), 'good');
  clock.advance(SECOND_MS);
  assert.equal(await verdict(token, 'ots'), 'expired');
});

test('OpenTAKServer’s SECURITY_TOKEN_MAX_AGE says how long a token may lie unused', async (t) => {
  const { auth, clock, proof, verdict } = await world(t, { otsIdleMs: 2 * HOUR_MS });
  const open = async () => (await auth.sessions.openOts(await proof())).token;
  const [looked, left] = [await open(), await open()];
  clock.advance(2 * HOUR_MS - SECOND_MS);
  assert.equal(await verdict(looked, 'ots'), 'good');
  clock.advance(SECOND_MS);
  assert.equal(await verdict(left, 'ots'), 'expired');
});

test('a remembered browser that stays away for 12 hours has to sign in again', async (t) => {
  const { auth, clock, proof, verdict } = await world(t);
  const open = async () => (await auth.sessions.openBrowser(await proof(), { isRemembered: true })).token;
  const [looked, left] = [await open(), await open()];
  clock.advance(12 * HOUR_MS - SECOND_MS);
  assert.equal(await verdict(looked, 'cookie'), 'good');
  clock.advance(SECOND_MS);
  assert.equal(await verdict(left, 'cookie'), 'expired');
});

test('a code that resets an administrator is good until its last moment', async (t) => {
  const { auth, clock } = await world(t);
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  const { code } = await auth.adminRecovery.begin(CONSOLE);
  clock.advance(10 * MINUTE_MS - 1);
  const order = { code, username: 'administrator', password: OTHER_PASSWORD, door: 'web' } as const;
  assert.ok(await auth.adminRecovery.recover({ ...order, ...VISIT }));
});

test('an enrolment code lives as long as its QR code was ordered for', async (t) => {
  const { auth, clock } = await world(t);
  const create = () =>
    auth.enrolmentTokens.create({ username: 'alice', form: 'link', lifeMs: 24 * HOUR_MS }, CONSOLE);
  const [looked, left] = [await create(), await create()];
  const isIn = async ({ token }: { token: string }) => {
    const enrolment = { step: 'config', clientUid: 'ANDROID-1' } as const;
    const result = await auth.httpLogin.byBasic({ username: 'alice', password: token, enrolment, ...VISIT });
    return result.user !== undefined;
  };
  clock.advance(24 * HOUR_MS - 1);
  assert.equal(await isIn(looked), true);
  clock.advance(1);
  assert.equal(await isIn(left), false);
});

test('a code that the kit shows is good for two minutes less a moment', async (t) => {
  const { pairing, clock } = await openPairing(t);
  const { code } = await pairing.open({}, AT_THE_KIT);
  clock.advance(2 * MINUTE_MS - 1);
  assert.ok(await pairing.typed({ code, device: { kind: 'watch' }, ...VISIT }));
});

test('who has guessed codes waits out his time: ten minutes himself, an hour all', async (t) => {
  const { pairing, person, ask, clock } = await openPairing(t);
  const alice = await person('alice');
  const type = (remote: string) => pairing.typed({ code: 'BBBBBB', device: {}, remote, userAgent: '' });
  for (let i = 0; i < 5; i += 1) await refusedWith('pairing.code_unknown', type('10.42.0.66'));
  clock.advance(10 * MINUTE_MS - 1);
  await refusedWith('pairing.guessing', type('10.42.0.66'));
  clock.advance(1);
  await refusedWith('pairing.code_unknown', type('10.42.0.66'));

  clock.advance(60 * MINUTE_MS);
  for (let i = 0; i < 50; i += 1) await refusedWith('pairing.code_unknown', type(`10.43.${i}.1`));
  clock.advance(60 * MINUTE_MS - 1);
  await refusedWith('pairing.guessing', pairing.find((await ask()).code, alice));
  clock.advance(1);
  assert.ok(await pairing.find((await ask()).code, alice));
});

test('a screen without encryption is let in anew each day', async (t) => {
  const { auth, pairing, clock } = await openPairing(t);
  await auth.plainScreens.allow(true, CONSOLE);
  const { code } = await pairing.open({}, AT_THE_KIT);
  const { secret, lifeMs } = await auth.plainScreens.typed(code, { kind: 'tv' }, VISIT);
  assert.equal(lifeMs, DAY_MS);
  clock.advance(DAY_MS - 1);
  assert.ok(await auth.plainScreens.viewer(secret));
  clock.advance(1);
  assert.equal(await auth.plainScreens.viewer(secret), undefined);
});
