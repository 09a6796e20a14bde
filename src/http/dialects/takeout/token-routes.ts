import type { AuthDoors } from '../../../auth/doors.ts';
import type { ErrorCode } from '../../../core/errors.ts';
import { type Access, SIGNED_IN_LISTENERS } from '../../access.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import type { AppContext } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { jsonAnswer, takeoutRefusal, textAnswer } from './answers.ts';

const PUBLIC: Access = { on: SIGNED_IN_LISTENERS, who: 'public', refusal: takeoutRefusal };
/** Where browsers are signed in. */
const FORM: Access = { on: ['https', 'http'], who: 'public', refusal: takeoutRefusal };

/** The server itself answers 500 to a missing or wrong passcode: no client can tell that from a fault. */
const ABOUT_PASSCODE: readonly ErrorCode[] = ['factor.wrong', 'factor.no_target', 'factor.not_sent'];

/** `POST /api/token`: a sign-in. `GET /api/token`: new tokens for a refresh token, which is spent by it. */
export function registerTokenRoutes(
  router: Router,
  { signIn, sessions }: Pick<AuthDoors, 'signIn' | 'sessions'>,
): void {
  router.route(PUBLIC, 'POST', '/api/token', async (c) => {
    const login = loginOf(await c.req.text());
    if (login === undefined) return textAnswer(401, 'invalid JSON input');
    const { user: username, pass: password, passcode } = login;
    const result = await signIn.withPassword({
      door: 'takeout',
      ...placeOf(c),
      username,
      password,
      ...(passcode === '' ? {} : { code: passcode }),
    });
    if (result.state === 'refused') {
      // An unknown user and a wrong password read the same; only who knows the password learns what else is asked.
      if (result.code === 'auth.failed') return textAnswer(401, 'key mismatch');
      if (ABOUT_PASSCODE.includes(result.code)) return textAnswer(401, 'invalid passcode');
      throw refusalOf(result);
    }
    if (result.state === 'second_factor') return textAnswer(401, 'invalid passcode');
    // Someone who sends a passcode believes that one is asked for.
    if (passcode !== '' && result.proof.methods.length === 1) return textAnswer(401, 'missing totp');
    const { access, refresh, media } = await sessions.openFamily(result.proof);
    return jsonAnswer({ AccessToken: access.token, RefreshToken: refresh.token, MediaToken: media.token });
  });

  router.route(PUBLIC, 'GET', '/api/token', async (c) => {
    const token = tokenOf(c.req.header('authorization'));
    const result = token === undefined ? undefined : await sessions.refresh({ token, ...placeOf(c) });
    if (result === undefined || result.refused !== undefined) return textAnswer(401, 'unauthorized');
    return jsonAnswer({ AccessToken: result.access.token, RefreshToken: result.refresh.token });
  });
}

/** `POST /login`: TakeoutFM's page for browsers, which keeps a cookie. */
export function registerLoginForm(
  router: Router,
  { signIn, browser }: Pick<AuthDoors, 'signIn'> & { readonly browser: BrowserSessions },
): void {
  router.route(FORM, 'POST', '/login', async (c) => {
    refuseForeignOrigin(c);
    const form = new URLSearchParams(await c.req.text());
    const passcode = form.get('passcode') ?? '';
    const result = await signIn.withPassword({
      ...browser.visitor(c, 'takeout'),
      username: form.get('user') ?? '',
      password: form.get('pass') ?? '',
      ...(passcode === '' ? {} : { code: passcode }),
    });
    if (result.state === 'refused' && result.retryAfterMs !== undefined) throw refusalOf(result);
    if (result.state !== 'signed_in') return textAnswer(401, 'unauthorized');
    await browser.open(c, result.proof, { isRemembered: true });
    return c.redirect('/', 303);
  });
}

function placeOf(c: AppContext) {
  return { remote: c.get('remote'), userAgent: c.req.header('user-agent') };
}

/** Go matches the names of JSON members without regard to case, and clients have come to use both. */
function loginOf(text: string): { user: string; pass: string; passcode: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
  const textOf = (name: string): string | undefined => {
    const member: unknown = members.get(name) ?? '';
    return typeof member === 'string' ? member : undefined;
  };
  const [user, pass, passcode] = [textOf('user'), textOf('pass'), textOf('passcode')];
  return user === undefined || pass === undefined || passcode === undefined
    ? undefined
    : { user, pass, passcode };
}

/** `Bearer X`, and the bare `X` that TakeoutFM takes as well. */
function tokenOf(header: string | undefined): string | undefined {
  return /^(?:bearer +)?([\x21-\x7e]+)$/i.exec(header?.trim() ?? '')?.[1];
}
