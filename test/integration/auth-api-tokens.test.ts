import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AuthDeps } from '../../src/auth/auth.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { DEFAULT_AUTH_SETTINGS } from '../../src/auth/settings.ts';
import { GOOD_PASSWORD, openAuth } from '../support/auth-fixture.ts';

const DAY_MS = 24 * 60 * 60_000;
const REMOTE = '10.42.0.17:51234';

async function world(t: TestContext, deps: Partial<AuthDeps> = {}) {
  const base = await openAuth(t, deps);
  const { auth } = base;
  const user = await auth.users.add({ name: 'alice' }, CONSOLE);
  const create = (name: string, scope = 'read', expiresMs?: number) =>
    auth.apiTokens.create({ principalId: user.id, name, scope, expiresMs }, CONSOLE);
  const verdict = async (token: string, username?: string) => {
    const { refused, user: owner } = await auth.apiTokens.check({ token, username, remote: REMOTE });
    return refused ?? owner?.name;
  };
  return { ...base, user, create, verdict };
}

test('a token has RPort’s form, is shown once, and speaks for its owner', async (t) => {
  const { auth, user, create, verdict } = await world(t);
  const made = await create('ci', 'read+write');
  assert.match(made.token, /^[a-z0-9]{8}_[0-9a-f-]{36}$/);
  assert.ok(made.token.startsWith(`${made.prefix}_`));
  assert.equal(await verdict(made.token), 'alice');
  assert.equal(await verdict(made.token, 'ALICE'), 'alice');
  const list = await auth.apiTokens.list(user.id);
  assert.deepEqual(
    list.map(({ name, scope }) => [name, scope]),
    [['ci', 'read+write']],
  );
  assert.ok(!JSON.stringify(list).includes(made.token.split('_')[1] ?? ''));
});

test('the owner is the token’s, not the name that was typed with it', async (t) => {
  const { auth, create, verdict } = await world(t);
  await auth.users.add({ name: 'bob' }, CONSOLE);
  const { token } = await create('ci');
  assert.equal(await verdict(token, 'bob'), 'unknown');
  assert.equal(await verdict(token, 'nobody'), 'unknown');
});

test('what is nearly a token is none', async (t) => {
  const { create, verdict } = await world(t);
  const { token, prefix } = await create('ci');
  const [, uuid = ''] = token.split('_');
  for (const bad of [
    '',
    uuid,
    prefix,
    `${prefix}_`,
    `aaaaaaaa_${uuid}`,
    token.toUpperCase(),
    `${token} `,
    '"',
    "' OR 1 --",
    'x'.repeat(10_000),
  ]) {
    assert.equal(await verdict(bad), 'unknown', bad.slice(0, 50));
  }
});

test('a token lives for a year, or as long as was asked, up to two years', async (t) => {
  const { clock, create, verdict } = await world(t);
  const nowMs = clock.now();
  const standard = await create('standard');
  const long = await create('long', 'read', nowMs + 730 * DAY_MS);
  assert.equal(standard.expiresMs, nowMs + 365 * DAY_MS);
  for (const expiresMs of [nowMs, nowMs - 1, nowMs + 730 * DAY_MS + 1, Number.NaN]) {
    await assert.rejects(create('bad', 'read', expiresMs), { code: 'token.expiry_invalid' });
  }
  clock.advance(365 * DAY_MS - 1);
  assert.equal(await verdict(standard.token), 'alice');
  clock.advance(1);
  assert.equal(await verdict(standard.token), 'expired');
  clock.advance(365 * DAY_MS - 1);
  assert.equal(await verdict(long.token), 'alice');
  clock.advance(1);
  assert.equal(await verdict(long.token), 'expired');
});

test('names are needed, unique for each user, and can be changed', async (t) => {
  const { auth, user, create, verdict } = await world(t);
  const { token, prefix } = await create('ci');
  await create('other');
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  await auth.apiTokens.create({ principalId: bob.id, name: 'ci', scope: 'read' }, CONSOLE);
  for (const [name, code] of [
    ['ci', 'token.exists'],
    ['', 'token.name_invalid'],
    ['x'.repeat(251), 'token.name_invalid'],
    ['a\nb', 'token.name_invalid'],
  ] as const) {
    await assert.rejects(create(name), { code });
  }
  await assert.rejects(create('x', 'everything'), { code: 'token.scope_invalid' });
  const rename = (name: string, principalId = user.id) =>
    auth.apiTokens.rename({ principalId, prefix, name }, CONSOLE);
  assert.equal((await rename('renamed')).name, 'renamed');
  await assert.rejects(rename('other'), { code: 'token.exists' });
  await assert.rejects(rename('mine', bob.id), { code: 'token.unknown' });
  assert.equal(await verdict(token), 'alice');
});

test('a removed token is worth nothing, and nobody removes another’s', async (t) => {
  const { auth, user, create, verdict, audited } = await world(t);
  const { token, prefix } = await create('ci');
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  await assert.rejects(auth.apiTokens.remove({ principalId: bob.id, prefix }, CONSOLE), {
    code: 'token.unknown',
  });
  assert.equal(await verdict(token), 'alice');
  await auth.apiTokens.remove({ principalId: user.id, prefix }, CONSOLE);
  assert.equal(await verdict(token), 'unknown');
  const actions = (await audited())
    .map(({ action }) => action)
    .filter((action) => action.startsWith('token.'));
  assert.deepEqual(actions, ['token.create', 'token.remove']);
  assert.ok(!JSON.stringify(await audited()).includes(token));
});

test('a user has at most 50, and expired ones make room', async (t) => {
  const { clock, create } = await world(t);
  for (let i = 0; i < 50; i += 1) await create(`token ${i}`, 'read', clock.now() + DAY_MS);
  await assert.rejects(create('one more'), { code: 'token.too_many' });
  clock.advance(DAY_MS + 1);
  await create('one more');
});

test('last use is shown, and written once an hour at most', async (t) => {
  const { auth, user, store, clock, create, verdict } = await world(t);
  const { token } = await create('ci');
  const lastUsed = async () => {
    await store.principals.list();
    return (await auth.apiTokens.list(user.id))[0]?.lastUsedMs;
  };
  assert.equal(await lastUsed(), null);
  await verdict(token);
  const firstMs = clock.now();
  assert.equal(await lastUsed(), firstMs);
  clock.advance(59 * 60_000);
  await verdict(token);
  assert.equal(await lastUsed(), firstMs);
  clock.advance(60_000);
  await verdict(token);
  assert.equal(await lastUsed(), clock.now());
});

test('an administrator’s token opens nothing before the box is claimed', async (t) => {
  const { auth, verdict } = await world(t);
  const admin = await auth.users.byName('administrator');
  const order = { principalId: admin?.id ?? '', name: 'early', scope: 'read+write' };
  const { token } = await auth.apiTokens.create(order, CONSOLE);
  assert.equal(await verdict(token), 'revoked');
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  assert.equal(await verdict(token), 'revoked', 'made under the credentials of before');
  const { token: later } = await auth.apiTokens.create({ ...order, name: 'later' }, CONSOLE);
  assert.equal(await verdict(later), 'administrator');
});

test('an operator may choose a token; it replaces the one of the same name', async (t) => {
  const { auth, user, verdict } = await world(t);
  const adopt = (token: string, name = 'fts') =>
    auth.apiTokens.adopt({ principalId: user.id, name, scope: 'read+write', token }, CONSOLE);
  const bare = 'e83d40e4-e237-43d6-bb99-35972ded631b';
  assert.equal(await verdict(bare), 'unknown');
  await adopt(bare);
  assert.equal(await verdict(bare, 'alice'), 'alice');
  await adopt('7Fh2kq9ZpXw4Lm8Rt3Vb');
  assert.equal(await verdict(bare), 'unknown');
  assert.equal(await verdict('7Fh2kq9ZpXw4Lm8Rt3Vb'), 'alice');
  const bob = await auth.users.add({ name: 'bob' }, CONSOLE);
  await assert.rejects(
    auth.apiTokens.adopt(
      { principalId: bob.id, name: 'x', scope: 'read', token: '7Fh2kq9ZpXw4Lm8Rt3Vb' },
      CONSOLE,
    ),
    { code: 'token.weak' },
  );
});

test('a chosen token that is easy to guess is refused, but for an explicit setting', async (t) => {
  const strict = await world(t);
  for (const token of ['', 'token', 'password1234', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'x'.repeat(513)]) {
    const order = { principalId: strict.user.id, name: 'weak', scope: 'read', token };
    await assert.rejects(strict.auth.apiTokens.adopt(order, CONSOLE), { code: 'token.weak' });
  }
  const relaxed = await world(t, {
    settings: () => ({ ...DEFAULT_AUTH_SETTINGS, apiTokens: { allowsWeak: true } }),
  });
  const order = { principalId: relaxed.user.id, name: 'weak', scope: 'read', token: 'token' };
  await relaxed.auth.apiTokens.adopt(order, CONSOLE);
  assert.equal(await relaxed.verdict('token'), 'alice');
});

test('where tokens may be weak, who tries them is banned; others are not kept out', async (t) => {
  const { auth, clock, create, verdict } = await world(t, {
    settings: () => ({ ...DEFAULT_AUTH_SETTINGS, apiTokens: { allowsWeak: true } }),
  });
  const own = await create('ci');
  for (let i = 0; i < 30; i += 1) {
    await verdict(`guess ${i}`);
    clock.advance(1_000);
  }
  const guess = await auth.apiTokens.check({ token: 'token', remote: REMOTE });
  assert.equal(guess.refused, 'banned');
  assert.ok('retryAfterMs' in guess && (guess.retryAfterMs ?? 0) > 0);
  assert.equal(await verdict(own.token), 'alice', 'a token of ours is not a guess');
  const other = await auth.apiTokens.check({ token: 'no token', remote: '10.42.0.99' });
  assert.equal(other.refused, 'unknown');
});
