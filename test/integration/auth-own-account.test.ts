import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createSmtpMailer } from '../../src/auth/delivery/smtp-mailer.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { DEFAULT_AUTH_SETTINGS, type EmailSettings } from '../../src/auth/settings.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import { GOOD_PASSWORD, OTHER_PASSWORD } from '../support/auth-fixture.ts';
import { startMailServer } from '../support/code-receivers.ts';
import { outcomeOf, PHONE, proofOf, signInWorld } from '../support/sign-in-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const VISITOR = { door: 'ots' as Door, ...PHONE };

/** A kit with a mail server, where strangers may make accounts. */
async function mailWorld(t: TestContext, changes: Partial<EmailSettings> = {}) {
  const server = await startMailServer(t);
  const smtp = { ...server, security: 'none' as const, username: '', password: '', from: 'kit@example.org' };
  const email: EmailSettings = {
    allowsRegistration: true,
    allowsUnconfirmed: false,
    domainWhitelist: [],
    domainBlacklist: [],
    tldWhitelist: [],
    tldBlacklist: [],
    confirmUrl: 'https://kit.example/confirm#',
    resetUrl: 'https://kit.example/reset#',
    ...changes,
  };
  const mailer = createSmtpMailer(async () => smtp);
  const world = await signInWorld(t, {
    settings: () => ({ ...DEFAULT_AUTH_SETTINGS, email }),
    mailer: () => mailer,
  });
  /** The newest mail, once there are so many. */
  const mail = async (count: number) => {
    for (let i = 0; i < 400 && server.mails.length < count; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(server.mails.length, count);
    const newest = server.mails[count - 1];
    assert.ok(newest !== undefined);
    return { ...newest, token: /#(\S+)/.exec(newest.text)?.[1] ?? '' };
  };
  const { emailAccounts } = world.auth;
  const register = (offer: object = {}) =>
    emailAccounts.register({
      username: 'bob',
      email: 'bob@example.org',
      password: OTHER_PASSWORD,
      ...VISITOR,
      ...offer,
    });
  const signIn = async (username: string, password: string) =>
    outcomeOf(await world.login({ username, password, remote: '10.3.3.3' }));
  return { ...world, server, mail, emailAccounts, register, signIn };
}

test('who makes an account confirms the address, and may sign in then', async (t) => {
  const { auth, register, mail, emailAccounts, signIn, audited } = await mailWorld(t);
  await register();
  const { to, subject, text, token } = await mail(1);
  assert.deepEqual([to, subject], [['bob@example.org'], 'Bivouac: confirm your account']);
  assert.ok(text.includes('https://kit.example/confirm#'));
  assert.equal(await signIn('bob', OTHER_PASSWORD), 'auth.unconfirmed');
  assert.equal(await signIn('bob', GOOD_PASSWORD), 'auth.failed', 'only the owner of the password hears why');
  const stream = await auth.streamLogin.byPassword({
    username: 'bob',
    password: OTHER_PASSWORD,
    remote: '10.4.4.4',
  });
  assert.equal(stream.identity, undefined);
  await assert.rejects(emailAccounts.confirm({ token: `${token}x`, ...VISITOR }), {
    code: 'mail.token_invalid',
  });
  const user = await emailAccounts.confirm({ token, ...VISITOR });
  assert.deepEqual([user.name, user.role, user.groups], ['bob', 'user', []]);
  await assert.rejects(emailAccounts.confirm({ token, ...VISITOR }), { code: 'mail.token_invalid' });
  assert.equal(await signIn('bob', OTHER_PASSWORD), 'signed_in');
  assert.ok(!JSON.stringify(await audited()).includes(token));
});

test('where the operator allows it, an unconfirmed user signs in', async (t) => {
  const { register, signIn } = await mailWorld(t, { allowsUnconfirmed: true });
  await register();
  assert.equal(await signIn('bob', OTHER_PASSWORD), 'signed_in');
});

test('without mail, or where it is switched off, nobody registers', async (t) => {
  const off = await mailWorld(t, { allowsRegistration: false });
  await assert.rejects(off.register(), { code: 'account.not_offered' });
  const { auth } = await signInWorld(t);
  const calls = [
    auth.emailAccounts.register({
      username: 'bob',
      email: 'b@example.org',
      password: OTHER_PASSWORD,
      ...VISITOR,
    }),
    auth.emailAccounts.resendConfirmation({ email: 'b@example.org', ...VISITOR }),
    auth.emailAccounts.confirm({ token: 'x', ...VISITOR }),
    auth.emailAccounts.requestReset({ email: 'b@example.org', ...VISITOR }),
    auth.emailAccounts.resetPassword({ token: 'x', newPassword: OTHER_PASSWORD, ...VISITOR }),
  ];
  for (const call of calls) await assert.rejects(call, { code: 'account.not_offered' });
});

test('names, addresses, domains and passwords are judged before anything is made', async (t) => {
  const { auth, register, server } = await mailWorld(t, {
    tldWhitelist: ['org', 'mil'],
    domainBlacklist: ['bad.org'],
  });
  for (const [offer, code] of [
    [{ username: '../x' }, 'user.name_invalid'],
    [{ username: 'Alice' }, 'user.exists'],
    [{ email: 'bob' }, 'user.email_invalid'],
    [{ email: 'bob@example.com' }, 'account.domain_refused'],
    [{ email: 'bob@bad.org' }, 'account.domain_refused'],
    [{ password: 'password1234567' }, 'password.weak'],
    [{ password: 'a good one: with forbidden' }, 'password.forbidden_chars'],
  ] as const) {
    await assert.rejects(register(offer), { code }, JSON.stringify(offer));
  }
  assert.equal((await auth.users.list()).length, 2);
  assert.deepEqual(server.mails, []);
  await register();
});

test('an address that is somebody’s gets a mail; the stranger gets the answer that he always gets', async (t) => {
  const { auth, register, mail } = await mailWorld(t);
  assert.equal(await register({ email: 'Alice@Example.org' }), undefined);
  const { to, text } = await mail(1);
  assert.deepEqual(to, ['alice@example.org']);
  assert.match(text, /You have one already/);
  assert.equal(await auth.users.byName('bob'), undefined);
});

test('a link lives for a day, and a newer one voids it', async (t) => {
  const { register, mail, emailAccounts, clock } = await mailWorld(t);
  await register();
  const first = await mail(1);
  await emailAccounts.resendConfirmation({ email: 'bob@example.org', ...VISITOR });
  const second = await mail(2);
  await assert.rejects(emailAccounts.confirm({ token: first.token, ...VISITOR }), {
    code: 'mail.token_invalid',
  });
  clock.advance(24 * HOUR_MS);
  await assert.rejects(emailAccounts.confirm({ token: second.token, ...VISITOR }), {
    code: 'mail.token_invalid',
  });
  await emailAccounts.resendConfirmation({ email: 'bob@example.org', ...VISITOR });
  const third = await mail(3);
  clock.advance(24 * HOUR_MS - 1);
  await emailAccounts.confirm({ token: third.token, ...VISITOR });
  await emailAccounts.resendConfirmation({ email: 'bob@example.org', ...VISITOR });
  await emailAccounts.resendConfirmation({ email: 'nobody@example.org', ...VISITOR });
  await mail(3);
});

test('a name that nobody confirmed for a week is free again', async (t) => {
  const { auth, register, mail, clock } = await mailWorld(t);
  await register();
  await mail(1);
  await assert.rejects(register({ email: 'other@example.org' }), { code: 'user.exists' });
  clock.advance(7 * 24 * HOUR_MS + 1);
  await register({ email: 'other@example.org' });
  assert.equal((await auth.users.byName('bob'))?.email, 'other@example.org');
});

test('a forgotten password is set anew by mail; the second factor stays', async (t) => {
  const { login, emailAccounts, mail, setUpApp, revoked, notices, signIn } = await mailWorld(t);
  await setUpApp();
  await emailAccounts.requestReset({ email: ' ALICE@example.org ', ...VISITOR });
  const { subject, token } = await mail(2);
  assert.equal(subject, 'Bivouac: new password');
  const reset = (newPassword: string) => emailAccounts.resetPassword({ token, newPassword, ...VISITOR });
  await assert.rejects(reset('short'), { code: 'password.weak' });
  await assert.rejects(
    emailAccounts.confirm({ token, ...VISITOR }),
    { code: 'mail.token_invalid' },
    'another purpose',
  );
  assert.equal((await reset(OTHER_PASSWORD)).name, 'alice');
  await assert.rejects(reset(GOOD_PASSWORD), { code: 'mail.token_invalid' });
  assert.equal(await signIn('alice', OTHER_PASSWORD), 'second_factor');
  assert.equal(outcomeOf(await login()), 'auth.failed');
  assert.deepEqual(revoked.at(-1)?.cause, 'password_changed');
  assert.equal(notices.at(-1)?.code, 'password_changed');
});

test('a reset link is good until its last moment', async (t) => {
  const { emailAccounts, mail, clock } = await mailWorld(t);
  await emailAccounts.requestReset({ email: 'alice@example.org', ...VISITOR });
  const { token } = await mail(1);
  clock.advance(30 * MINUTE_MS - 1);
  await emailAccounts.resetPassword({ token, newPassword: OTHER_PASSWORD, ...VISITOR });
});

test('a reset link lives for half an hour, and not longer than the password and the address', async (t) => {
  const { auth, emailAccounts, mail, clock } = await mailWorld(t);
  const ask = () => emailAccounts.requestReset({ email: 'alice@example.org', ...VISITOR });
  const refused = async (token: string) => {
    const reset = emailAccounts.resetPassword({ token, newPassword: OTHER_PASSWORD, ...VISITOR });
    await assert.rejects(reset, { code: 'mail.token_invalid' });
  };
  await ask();
  const late = await mail(1);
  clock.advance(30 * MINUTE_MS);
  await refused(late.token);
  await ask();
  const changed = await mail(2);
  await auth.users.change('alice', { password: `${GOOD_PASSWORD} too` }, CONSOLE);
  await refused(changed.token);
  clock.advance(HOUR_MS);
  await ask();
  const moved = await mail(3);
  await auth.users.change('alice', { email: 'new@example.org' }, CONSOLE);
  await refused(moved.token);
  await auth.users.change('alice', { isEnabled: false }, CONSOLE);
  await emailAccounts.requestReset({ email: 'new@example.org', ...VISITOR });
  await emailAccounts.requestReset({ email: 'nobody@example.org', ...VISITOR });
  await mail(3);
});

test('nobody’s inbox is flooded, and no address asks for ever', async (t) => {
  const { emailAccounts, mail, clock } = await mailWorld(t);
  const ask = (remote: string) =>
    emailAccounts.requestReset({ email: 'alice@example.org', ...VISITOR, remote });
  for (let i = 0; i < 10; i += 1) await ask('10.5.5.5');
  await assert.rejects(ask('10.5.5.5'), { code: 'auth.banned' });
  await ask('10.5.5.6');
  await mail(5);
  clock.advance(HOUR_MS);
  await ask('10.5.5.5');
  await mail(6);
});

test('a user changes his own password with the old one, and goes on with a new session', async (t) => {
  const { auth, login, notices } = await signInWorld(t);
  const proof = proofOf(await login({ door: 'ots' }));
  const { token } = await auth.sessions.openOts(proof);
  const { session } = await auth.sessions.check({ token, kinds: ['ots'] });
  assert.ok(session !== undefined);
  const change = (oldPassword: string, newPassword: string) =>
    auth.ownAccount.changePassword({ session, oldPassword, newPassword, ...VISITOR });
  await assert.rejects(change(OTHER_PASSWORD, GOOD_PASSWORD), { code: 'auth.failed' });
  await assert.rejects(change(GOOD_PASSWORD, 'short'), { code: 'password.weak' });
  await assert.rejects(change(GOOD_PASSWORD, GOOD_PASSWORD), { code: 'password.weak' });
  await assert.rejects(change(GOOD_PASSWORD, `${OTHER_PASSWORD}@`), { code: 'password.forbidden_chars' });
  const next = await change(GOOD_PASSWORD, OTHER_PASSWORD);
  assert.equal((await auth.sessions.check({ token, kinds: ['ots'] })).refused, 'revoked');
  await auth.sessions.openOts(next);
  assert.equal(outcomeOf(await login()), 'auth.failed');
  assert.equal(outcomeOf(await login({ password: OTHER_PASSWORD })), 'signed_in');
  assert.equal(notices.at(-1)?.code, 'password_changed');
});
