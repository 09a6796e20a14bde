import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { COST_FLOOR } from '../../src/auth/hash-calibration.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import type { Door } from '../../src/auth/sign-in-ports.ts';
import type { Log, LogFields } from '../../src/core/log.ts';
import { GOOD_PASSWORD, OTHER_PASSWORD, openAuth } from '../support/auth-fixture.ts';
import { startFormReceiver } from '../support/code-receivers.ts';
import { challengeOf, PHONE, proofOf, signInWorld, withFactors } from '../support/sign-in-world.ts';

const VISITOR = { door: 'web' as Door, ...PHONE };

/** A log that keeps every line of every level. */
function keepingLog(): { log: Log; lines: unknown[] } {
  const lines: unknown[] = [];
  const note = (...line: [string, LogFields?]) => void lines.push(line);
  const log: Log = {
    debug: note,
    info: note,
    warn: note,
    error: note,
    warnRarely: (key, ev, fields) => void lines.push([key, ev, fields]),
    with: () => log,
  };
  return { log, lines };
}

/** Everything that a kit keeps in words, but for the sealed and hashed columns that other tests look at. */
async function everythingSaid(
  world: Awaited<ReturnType<typeof signInWorld>>,
  lines: unknown[],
): Promise<string> {
  const { auth, alice, notices, withDatabase } = world;
  return JSON.stringify([
    lines,
    notices,
    await world.audited(),
    await auth.users.list(),
    await auth.sessions.list(alice.id),
    await auth.apiTokens.list(alice.id),
    await auth.passkeys.list(alice.id),
    await auth.factors.of(alice.id),
    await auth.apiCalls.list(),
    withDatabase((database) =>
      ['sessions', 'api_tokens', 'logins', 'attempts', 'bans', 'audit', 'enrolments', 'recovery_codes'].map(
        (table) => database.prepare(`SELECT * FROM ${table}`).all(),
      ),
    ),
  ]);
}

async function useEverything(t: TestContext) {
  const { log, lines } = keepingLog();
  const receiver = await startFormReceiver(t);
  const codes = {
    method: { by: 'url' as const, url: receiver.url },
    lifeMs: 600_000,
    sendTimeoutMs: 5_000,
    receiver: { type: 'none' as const },
    alphabet: 'alphanumeric' as const,
    subject: 'code',
  };
  const world = await signInWorld(t, { log, settings: () => withFactors({ codes }) });
  const { auth, alice, login, verify, setUpApp, codeOf, clock } = world;
  const secrets: string[] = [GOOD_PASSWORD, OTHER_PASSWORD];
  const keep = <T extends { readonly token: string }>(issued: T): T => {
    secrets.push(issued.token);
    const [, payload] = issued.token.split('.');
    if (payload !== undefined) secrets.push(JSON.parse(Buffer.from(payload, 'base64url').toString()).jti);
    return issued;
  };

  await login({ password: OTHER_PASSWORD });
  await login({ username: OTHER_PASSWORD });
  const proof = proofOf(await login());
  secrets.push(proof.deviceCookie);
  keep(await auth.sessions.openBrowser(proof, { isRemembered: true }));
  const { access, refresh, media } = await auth.sessions.openFamily(proof);
  for (const issued of [access, refresh, media]) keep(issued);
  const renewed = await auth.sessions.refresh({ token: refresh.token, ...PHONE });
  if (renewed.refused === undefined) keep(renewed.refresh);
  clock.advance(60_000);
  await auth.sessions.refresh({ token: refresh.token, ...PHONE });
  keep(await auth.apiTokens.create({ principalId: alice.id, name: 'ci', scope: 'cot' }, CONSOLE));
  keep({ token: (await auth.tickets.issue({ user: alice })).ticket });
  keep(await auth.fileTokens.issue({ user: alice, method: 'GET', path: '/d/a', sha256: 'a'.repeat(64) }));
  keep(await auth.enrolmentTokens.create({ username: 'alice', form: 'typed' }, CONSOLE));
  secrets.push(auth.csrf.issue('x'));

  const secret = await setUpApp();
  secrets.push(secret, ...(await auth.factors.recoveryCodes.renew(alice.id, CONSOLE)));
  await auth.factors.totp.reveal({ principalId: alice.id, authenticatedMs: clock.now() }, CONSOLE);
  await auth.factors.codeTargets.set({ principalId: alice.id, sendTo: 'alice@example.org' }, CONSOLE);
  const { loginToken } = challengeOf(await login());
  keep({ token: loginToken });
  await auth.signIn.sendCode({ loginToken, door: 'rport', method: 'url', ...PHONE });
  secrets.push(receiver.code());
  receiver.answer.status = 500;
  await assert.rejects(auth.signIn.sendCode({ loginToken, door: 'rport', method: 'url', ...PHONE }));
  secrets.push(receiver.code());
  await verify(loginToken, 'canary-code');
  const code = codeOf(secret);
  proofOf(await verify(loginToken, code));
  secrets.push('canary-code');

  secrets.push(auth.claimCode.current()?.code ?? 'none');
  await assert.rejects(auth.claimCode.claim({ code: 'CANARYCODE', password: GOOD_PASSWORD, ...VISITOR }));
  await auth.claimCode.claim({
    code: auth.claimCode.current()?.code ?? '',
    password: OTHER_PASSWORD,
    ...VISITOR,
  });
  secrets.push((await auth.adminRecovery.begin(CONSOLE)).code, 'CANARYCODE');
  await auth.secrets.set('smtp', 'canary of the mail server', CONSOLE);
  secrets.push('canary of the mail server');
  return { world, lines, secrets };
}

test('no secret is in a log line, the audit log, a notice, a list or a plain column', async (t) => {
  const { world, lines, secrets } = await useEverything(t);
  const said = await everythingSaid(world, lines);
  assert.ok(lines.length > 5 && said.length > 5_000);
  assert.ok(secrets.length > 25 && secrets.every((secret) => secret.length >= 6));
  for (const secret of secrets) assert.ok(!said.includes(secret), `found ${secret.slice(0, 12)}…`);
});

test('an unknown user takes as long as a wrong password', async (t) => {
  const { auth } = await openAuth(t, { hashCost: COST_FLOOR });
  for (let i = 0; i < 12; i += 1)
    await auth.users.add({ name: `user${i}`, password: GOOD_PASSWORD }, CONSOLE);
  const spentMs = async (username: string, remote: string) => {
    const startMs = performance.now();
    await auth.signIn.withPassword({ username, password: OTHER_PASSWORD, door: 'rport', remote });
    return performance.now() - startMs;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  // In turns, so that what else the machine does falls on both.
  for (let i = 0; i < 12; i += 1) {
    known.push(await spentMs(`user${i}`, `10.0.0.${i + 1}`));
    unknown.push(await spentMs(`nobody${i}`, `10.0.1.${i + 1}`));
  }
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length / 2] ?? 0;
  const ratio = median(known) / median(unknown);
  assert.ok(
    ratio > 0.6 && ratio < 1.7,
    `${median(known).toFixed(1)} ms and ${median(unknown).toFixed(1)} ms`,
  );
});
