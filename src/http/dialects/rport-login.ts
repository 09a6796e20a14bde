import type { AuthDoors } from '../../auth/doors.ts';
import type { Proof, SignInResult } from '../../auth/sign-in-ports.ts';
import { BivouacError } from '../../core/errors.ts';
import { parseBasic } from '../basic-credentials.ts';
import { parseBearer } from '../bearer-token.ts';
import type { BrowserSessions } from '../browser-session.ts';
import { type AppContext, callerOf } from '../env.ts';
import { mediaTypeOf, readFields, readJsonObject, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import { refusalOf } from '../sign-in-refusal.ts';
import { RPORT_PUBLIC, RPORT_SIGNED_IN } from './rport-access.ts';
import { empty, rportData, rportError } from './rport-answers.ts';
import { deliveryMethodOf } from './rport-views.ts';

const SECOND_MS = 1_000;
/** 90 days, as RPort allows. */
const TOKEN_LIFETIME_MAX_S = 90 * 86_400;
/** What RPort tells its page about it, in hours. */
const TOKEN_LIFETIME_MAX_HOURS = TOKEN_LIFETIME_MAX_S / 3_600;
/** A browser that is to be remembered for longer than this gets a cookie that outlives its windows. */
const REMEMBERED_FROM_S = 12 * 3_600;

export interface RportLoginDeps {
  readonly doors: Pick<AuthDoors, 'signIn' | 'sessions'>;
  readonly browser: BrowserSessions;
  /** The user that a trusted proxy names in the headers of a request; undefined where there is none. */
  readonly userOfProxy: (c: AppContext) => string | undefined;
  /** RPort’s `totp_enabled`. */
  readonly isTotpEnabled: boolean;
}

export function registerRportLogin(
  router: Router,
  { doors, browser, userOfProxy, isTotpEnabled }: RportLoginDeps,
): void {
  const { signIn, sessions } = doors;

  async function tokenFor(proof: Proof, lifetimeS: number | undefined): Promise<Response> {
    const order = lifetimeS === undefined ? {} : { lifeMs: lifetimeS * SECOND_MS };
    const { token } = await sessions.openRport(proof, order);
    return rportData({ token, two_fa: null });
  }

  async function answer(result: SignInResult, lifetimeS: number | undefined): Promise<Response> {
    switch (result.state) {
      case 'signed_in':
        return tokenFor(result.proof, lifetimeS);
      case 'second_factor': {
        const { loginToken, method, sentTo, state } = result.challenge;
        // An app could be set up in our own pages; who comes by RPort's API has no way to.
        if (state === 'set_up' && !isTotpEnabled) throw new BivouacError('factor.no_target');
        const totpStatus = state === 'set_up' ? 'pending' : 'exists';
        const two_fa = {
          send_to: sentTo,
          delivery_method: deliveryMethodOf(method),
          totp_key_status: sentTo === '' ? totpStatus : '',
        };
        return rportData({ token: loginToken, two_fa });
      }
      case 'refused':
        throw refusalOf(result);
    }
  }

  async function byPassword(
    c: AppContext,
    credentials: {
      readonly username: string | undefined;
      readonly password: string | undefined;
      readonly newPassword?: string | undefined;
    },
  ): Promise<Response> {
    const lifetimeS = lifetimeOf(c);
    const { username = '', password = '', newPassword } = credentials;
    if (username === '') return rportError(401, 'username is required');
    const visitor = browser.visitor(c, 'rport');
    return answer(await signIn.withPassword({ ...visitor, username, password, newPassword }), lifetimeS);
  }

  /** What the proxy asked for is not looked at: the person has shown it who he is. */
  async function byProxy(c: AppContext, username: string): Promise<Response> {
    const lifetimeS = lifetimeOf(c);
    const result = await signIn.byProxy({ ...browser.visitor(c, 'rport'), username });
    if (result.state !== 'signed_in' || c.req.query('auto-login') !== '1') return answer(result, lifetimeS);
    const isRemembered = lifetimeS !== undefined && lifetimeS > REMEMBERED_FROM_S;
    await browser.open(c, result.proof, { isRemembered });
    return c.redirect('/', 303);
  }

  router.route(RPORT_PUBLIC, 'GET', '/api/v1/login', async (c) => {
    const delegated = userOfProxy(c);
    if (delegated !== undefined) return byProxy(c, delegated);
    const header = c.req.header('authorization');
    const basic = parseBasic(header);
    if (basic !== undefined) return byPassword(c, basic);
    // A name without letters is a name that is missing, not a header that is.
    return rportError(401, /^basic +\S/i.test(header ?? '') ? 'username is required' : 'auth is required');
  });

  router.route(RPORT_PUBLIC, 'POST', '/api/v1/login', async (c) => {
    const delegated = userOfProxy(c);
    if (delegated !== undefined) return byProxy(c, delegated);
    const fields = await readFields(c);
    if (fields === undefined) return rportError(400, `unsupported content type: ${mediaTypeOf(c)}`);
    return byPassword(c, {
      username: textOf(fields, 'username'),
      password: textOf(fields, 'password'),
      newPassword: textOf(fields, 'new_password'),
    });
  });

  router.route(RPORT_PUBLIC, 'POST', '/api/v1/verify-2fa', async (c) => {
    const loginToken = parseBearer(c.req.header('authorization'));
    if (loginToken === undefined) throw new BivouacError('auth.required');
    const fields = await readJsonObject(c);
    const username = textOf(fields, 'username') ?? '';
    const code = textOf(fields, 'token') ?? '';
    if (username === '') return rportError(401, 'username is required');
    if (code === '') return rportError(401, 'token is required');
    // The token of a finished sign-in is good everywhere but here.
    const finished = await sessions.check({ token: loginToken, kinds: ['rport'] });
    if (finished.session !== undefined) throw new BivouacError('auth.failed');

    const pending = await signIn.pending(loginToken);
    const result = await signIn.withCode({ ...browser.visitor(c, 'rport'), loginToken, code, username });
    if (result.state === 'signed_in') return tokenFor(result.proof, undefined);
    if (result.code === 'factor.wrong') {
      return rportError(401, pending?.method === 'totp' ? 'invalid code' : 'invalid token');
    }
    throw refusalOf(result);
  });

  router.route(RPORT_PUBLIC, 'DELETE', '/api/v1/logout', async (c) => {
    const token = parseBearer(c.req.header('authorization'));
    if (token === undefined) return rportError(400, 'authorization Bearer token required');
    const { session } = await sessions.check({ token, kinds: ['rport'] });
    if (session === undefined) throw new BivouacError('auth.token_invalid');
    const { user, sessionId } = session;
    const by = { id: user.id, name: user.name, remote: c.get('remote') };
    await sessions.end({ principalId: user.id, sessionId }, by);
    return empty(204);
  });

  router.route(RPORT_PUBLIC, 'GET', '/api/v1/auth/provider', () =>
    rportData({
      auth_provider: 'built-in',
      settings_uri: '',
      device_settings_uri: '',
      max_token_lifetime: TOKEN_LIFETIME_MAX_HOURS,
    }),
  );

  // Where RPort's page sends its form by itself. Behind the proxy the browser asks the person, and comes back.
  router.route(RPORT_PUBLIC, 'GET', '/auth', (c) => {
    if (c.req.query('auto-login') !== '1') return c.redirect('/', 303);
    const lifetimeS = secondsOf(c.req.query('remember-me'));
    const lifetime = lifetimeS === undefined ? '' : `&token-lifetime=${lifetimeS}`;
    return c.redirect(`/api/v1/login?auto-login=1${lifetime}`, 303);
  });

  router.route(RPORT_SIGNED_IN, 'GET', '/api/v1/me/ip', (c) => {
    const { remote } = callerOf(c).actor;
    return rportData({ ip: remote ?? '' });
  });
}

/** Seconds of `token-lifetime`; undefined where the default holds: absent, nothing, or not positive. */
function lifetimeOf(c: AppContext): number | undefined {
  const text = c.req.query('token-lifetime');
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,18}$/.test(text)) {
    throw new BivouacError('request.invalid', 'invalid token-lifetime : a number of seconds is expected');
  }
  const seconds = Number(text);
  if (seconds > TOKEN_LIFETIME_MAX_S) {
    throw new BivouacError(
      'request.invalid',
      `requested token lifetime exceeds max allowed ${TOKEN_LIFETIME_MAX_S}`,
    );
  }
  return seconds > 0 ? seconds : undefined;
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `24h` → 86400, and never more than a token may live; undefined for what is no duration. */
function secondsOf(text: string | undefined): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? '');
  return match === null ? undefined : Math.min(Number(match[1]) * UNIT_S[match[2]!]!, TOKEN_LIFETIME_MAX_S);
}
