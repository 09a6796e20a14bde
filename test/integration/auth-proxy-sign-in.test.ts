import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSOLE } from '../../src/auth/ports.ts';
import { DEFAULT_AUTH_SETTINGS, DEFAULT_PROXY_GROUP, type ProxySettings } from '../../src/auth/settings.ts';
import { GOOD_PASSWORD } from '../support/auth-fixture.ts';
import { outcomeOf, PHONE, proofOf, signInWorld } from '../support/sign-in-world.ts';

function settings(changes: Partial<ProxySettings> = {}) {
  const proxy: ProxySettings = {
    trustedProxies: ['127.0.0.1'],
    authHeader: 'my-user',
    userHeader: 'my-user',
    createsMissingUsers: false,
    defaultGroup: DEFAULT_PROXY_GROUP,
    ...changes,
  };
  return () => ({ ...DEFAULT_AUTH_SETTINGS, proxy });
}

const byProxy = (username: string) => ({ username, door: 'rport' as const, ...PHONE, remote: '127.0.0.1:9' });

test('a user of ours whom the proxy names is signed in, without a password of ours', async (t) => {
  const { auth, setUpApp, audited } = await signInWorld(t, { settings: settings() });
  await setUpApp();
  const proof = proofOf(await auth.signIn.byProxy(byProxy('Alice')));
  assert.deepEqual([proof.user.name, proof.methods], ['alice', ['proxy']]);
  await auth.sessions.openRport(proof);
  assert.deepEqual((await audited()).at(-1)?.detail, { method: 'proxy' });
});

test('a name that nobody has is refused, and not made by default', async (t) => {
  const { auth } = await signInWorld(t, { settings: settings() });
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('jopapa'))), 'auth.failed');
  assert.equal(await auth.users.byName('jopapa'), undefined);
});

test('without the setting nobody comes in this way', async (t) => {
  const { auth } = await signInWorld(t);
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('alice'))), 'auth.failed');
});

test('where missing users are made, they get as little as possible', async (t) => {
  const { auth } = await signInWorld(t, { settings: settings({ createsMissingUsers: true }) });
  const [one, two] = await Promise.all([1, 2].map(() => auth.signIn.byProxy(byProxy('jopapa'))));
  assert.equal(proofOf(one as never).user.id, proofOf(two as never).user.id);
  const user = await auth.users.byName('jopapa');
  assert.deepEqual(
    [user?.role, user?.hasPassword, user?.groups.map(({ name }) => name)],
    ['user', false, ['Users', 'Users']],
  );
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('../x;id'))), 'auth.failed');
});

test('administrators are made only where the operator wrote so, and not before the box is claimed', async (t) => {
  const { auth } = await signInWorld(t, {
    settings: settings({ createsMissingUsers: true, defaultGroup: 'Administrators' }),
  });
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('jopapa'))), 'auth.failed');
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('administrator'))), 'auth.failed');
  await auth.claim.claim({ password: GOOD_PASSWORD }, CONSOLE);
  const { user } = proofOf(await auth.signIn.byProxy(byProxy('jopapa')));
  assert.deepEqual([user.role, user.groups], ['administrator', []]);
});

test('a disabled or deleted user stays out, and a deleted one is not the one made after', async (t) => {
  const { auth, alice } = await signInWorld(t, { settings: settings({ createsMissingUsers: true }) });
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  assert.equal(outcomeOf(await auth.signIn.byProxy(byProxy('alice'))), 'auth.failed');
  await auth.users.delete('alice', CONSOLE);
  const { user } = proofOf(await auth.signIn.byProxy(byProxy('alice')));
  assert.notEqual(user.id, alice.id);
});
