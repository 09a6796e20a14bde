import { GROUP_FLAGS } from '../../auth/account-ports.ts';
import type { AuthDoors } from '../../auth/doors.ts';
import type { TotpSecret } from '../../auth/factor-ports.ts';
import type { Clock } from '../../core/clock.ts';
import { BivouacError } from '../../core/errors.ts';
import { authenticatedMsOf } from '../access.ts';
import { parseBearer } from '../bearer-token.ts';
import type { BrowserSessions } from '../browser-session.ts';
import { type AppContext, callerOf, personOf, userOf } from '../env.ts';
import { qrCode } from '../qr.ts';
import { readJsonObject, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { refusalOf } from '../sign-in-refusal.ts';
import { refuseOldSignIn } from '../step-up.ts';
import { RPORT_FRESH, RPORT_PUBLIC, RPORT_SIGNED_IN } from './rport-access.ts';
import { empty, json, rportData, rportError } from './rport-answers.ts';
import { rportTime, tokenView, userView } from './rport-views.ts';

export interface RportMeDeps {
  readonly doors: Pick<AuthDoors, 'apiTokens' | 'factors' | 'grants' | 'ownAccount' | 'sessions' | 'signIn'>;
  readonly browser: BrowserSessions;
  readonly clock: Pick<Clock, 'now'>;
  /** RPort’s `totp_enabled`: without it there is nothing to manage. */
  readonly isTotpEnabled: boolean;
}

/** Somebody about himself: his account, his personal tokens, his authenticator app. */
export function registerRportMe(router: Router, deps: RportMeDeps): void {
  registerAccount(router, deps);
  registerTokens(router, deps);
  registerTotp(router, deps);
}

function registerAccount(router: Router, { doors, browser }: RportMeDeps): void {
  async function changePassword(c: AppContext, username: string, password: string, newPassword: string) {
    const caller = callerOf(c);
    const visitor = browser.visitor(c, 'rport');
    if (caller.kind === 'user' && caller.session !== undefined) {
      const { session } = caller;
      await doors.ownAccount.changePassword({ ...visitor, session, oldPassword: password, newPassword });
      return;
    }
    // Basic with a password is for those alone who need no second factor: this is the whole sign-in.
    const result = await doors.signIn.withPassword({
      ...visitor,
      username,
      password,
      newPassword,
      cannotAsk: true,
    });
    if (result.state === 'refused') throw refusalOf(result);
  }

  router.route(RPORT_SIGNED_IN, 'GET', '/api/v1/me', async (c) => {
    const user = userOf(c);
    const [factors, { flags }] = await Promise.all([doors.factors.of(user.id), doors.grants.of(user.id)]);
    const effective = user.role === 'administrator' ? GROUP_FLAGS : flags;
    return rportData(userView(user, factors.codes?.sentTo ?? '', effective));
  });

  router.route(RPORT_SIGNED_IN, 'PUT', '/api/v1/me', async (c) => {
    const user = personOf(c);
    const fields = await readJsonObject(c);
    const newPassword = textOf(fields, 'password') ?? '';
    const password = textOf(fields, 'old_password') ?? '';
    if (newPassword === '') return rportError(400, 'nothing to change');
    if (password === '') return rportError(403, 'Missing old password.');
    try {
      await changePassword(c, user.name, password, newPassword);
    } catch (error) {
      if (!(error instanceof BivouacError) || error.code !== 'auth.failed') throw error;
      return rportError(403, 'Incorrect old password.');
    }
    return empty(204);
  });
}

function registerTokens(router: Router, { doors: { apiTokens } }: RportMeDeps): void {
  const path = '/api/v1/me/tokens';

  router.route(RPORT_SIGNED_IN, 'GET', path, async (c) =>
    rportData((await apiTokens.list(userOf(c).id)).map(tokenView)),
  );

  router.route(RPORT_FRESH, 'POST', path, async (c) => {
    const principalId = personOf(c).id;
    const fields = await readJsonObject(c);
    const { prefix, expiresMs, scope, token } = await apiTokens.create(
      {
        principalId,
        name: textOf(fields, 'name') ?? '',
        scope: textOf(fields, 'scope') ?? '',
        expiresMs: expiryOf(textOf(fields, 'expires_at')),
      },
      callerOf(c).actor,
    );
    return rportData({ prefix, expires_at: rportTime(expiresMs), scope, token });
  });

  router.route(RPORT_SIGNED_IN, 'PUT', `${path}/:prefix`, async (c) => {
    const name = textOf(await readJsonObject(c), 'name') ?? '';
    const order = { principalId: personOf(c).id, prefix: c.req.param('prefix') ?? '', name };
    const token = await apiTokens.rename(order, callerOf(c).actor);
    return rportData({ prefix: token.prefix, name: token.name });
  });

  router.route(RPORT_SIGNED_IN, 'DELETE', `${path}/:prefix`, async (c) => {
    const order = { principalId: personOf(c).id, prefix: c.req.param('prefix') ?? '' };
    await apiTokens.remove(order, callerOf(c).actor);
    return empty(204);
  });

  // The one token that each user had before RPort 0.9.11.
  const gone = () => rportError(410, 'use new token management on /me/tokens');
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    router.route(RPORT_SIGNED_IN, method, '/api/v1/me/token', gone);
  }
}

function registerTotp(router: Router, { doors, browser, clock, isTotpEnabled }: RportMeDeps): void {
  const { totp } = doors.factors;
  const path = '/api/v1/me/totp-secret';
  const disabled = () => rportError(400, 'TotP is disabled');

  /** With the token of a sign-in that waits for its first code, or of a finished one. */
  router.route(RPORT_PUBLIC, 'POST', path, async (c) => {
    const token = parseBearer(c.req.header('authorization'));
    if (token === undefined) throw new BivouacError('auth.required');
    const { session } = await doors.sessions.check({ token, kinds: ['rport'] });
    const pending = session === undefined ? await doors.signIn.pending(token) : undefined;
    if (session === undefined && pending?.state !== 'set_up') throw new BivouacError('auth.token_invalid');
    if (session !== undefined) refuseOldSignIn(session.authenticatedMs, clock.now());
    if (!isTotpEnabled) return disabled();
    const owner =
      session === undefined
        ? { loginToken: token }
        : { principalId: session.user.id, sessionId: session.sessionId };
    return secretAnswer(await totp.setUp(owner, browser.visitor(c, 'rport')));
  });

  router.route(RPORT_SIGNED_IN, 'GET', path, async (c) => {
    const user = personOf(c);
    if (!isTotpEnabled) return disabled();
    const { totp: state } = await doors.factors.of(user.id);
    if (state === 'none') {
      return rportError(404, 'time based one time secret key should be generated for this user');
    }
    const owner = { principalId: user.id, authenticatedMs: authenticatedMsOf(callerOf(c), clock.now()) };
    return secretAnswer(await totp.reveal(owner, callerOf(c).actor));
  });

  router.route(RPORT_FRESH, 'DELETE', path, async (c) => {
    const { id: principalId } = personOf(c);
    if (!isTotpEnabled) return disabled();
    const caller = callerOf(c);
    const { totp: state } = await doors.factors.of(principalId);
    if (state === 'none') return empty(204);
    const exceptSessionId = caller.kind === 'user' ? caller.session?.sessionId : undefined;
    await totp.remove({ principalId, exceptSessionId }, caller.actor);
    return empty(204);
  });
}

/** RPort wraps this one answer in no `data`. */
function secretAnswer({ secret, uri }: TotpSecret): Response {
  return json({ secret, qr: Buffer.from(qrCode(uri, 'png')).toString('base64') });
}

/** Milliseconds; undefined for RPort's default. @throws BivouacError `token.expiry_invalid` */
function expiryOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw new BivouacError('token.expiry_invalid');
  return atMs;
}
