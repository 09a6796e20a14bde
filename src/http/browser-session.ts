import { deleteCookie, setCookie } from 'hono/cookie';
import type { Csrf, IssuedToken, Sessions, SignedIn } from '../auth/session-ports.ts';
import type { Challenge, Door, Proof, Visitor } from '../auth/sign-in-ports.ts';
import type { Clock } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import { COOKIE_NAMES, type CookieName, cookieNameOf, cookieOf } from './credentials.ts';
import type { AppContext } from './env.ts';

const SECOND_MS = 1_000;
/** A browser that has not been used for so long is a stranger again: the longest that browsers keep a cookie. */
const DEVICE_LIFE_S = 400 * 86_400;
/** The longest that a session lives; how long it may lie unused, the store decides. */
const REMEMBERED_LIFE_S = 30 * 86_400;

/** Read by the scripts of a page, who send it back in a header; worthless without the cookies beside it. */
const CSRF_COOKIE = 'XSRF-TOKEN';

/** What a browser keeps of us: its session, its sign-in that waits for a code, its mark against forgery. */
export interface BrowserSessions {
  /** Who asks, for auth. */
  visitor(c: AppContext, door: Door): Visitor;
  /** The session of the cookie, if it is a good one. */
  current(c: AppContext): Promise<SignedIn | undefined>;
  /** Signs the browser in: a new session under a new id, and the end of what was before. */
  open(c: AppContext, proof: Proof, order: { readonly isRemembered: boolean }): Promise<IssuedToken>;
  /** Ends the session of the cookie, if there is one, and takes everything back but the device's mark. */
  close(c: AppContext): Promise<void>;
  /** Whether the request brings no cookie of ours at all. */
  isStranger(c: AppContext): boolean;
  /** A sign-in that waits for its second factor. */
  keepLogin(c: AppContext, challenge: Pick<Challenge, 'loginToken' | 'expiresMs'>): void;
  loginToken(c: AppContext): string | undefined;
  dropLogin(c: AppContext): void;
  /** A token against forgery for this browser, also as its `XSRF-TOKEN` cookie. */
  csrfToken(c: AppContext, sessionId?: string): string;
}

export function createBrowserSessions({
  sessions,
  csrf,
  clock,
}: {
  readonly sessions: Pick<Sessions, 'check' | 'end' | 'openBrowser'>;
  readonly csrf: Pick<Csrf, 'issue'>;
  readonly clock: Clock;
}): BrowserSessions {
  function keep(c: AppContext, name: CookieName, value: string, maxAgeS: number | undefined): void {
    setCookie(c, cookieNameOf(c, name), value, {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: c.env.peer.isTls,
      ...(maxAgeS === undefined ? {} : { maxAge: Math.max(0, Math.floor(maxAgeS)) }),
    });
  }

  function drop(c: AppContext, name: CookieName): void {
    if (cookieOf(c, name) === undefined) return;
    deleteCookie(c, cookieNameOf(c, name), {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: c.env.peer.isTls,
    });
  }

  async function current(c: AppContext): Promise<SignedIn | undefined> {
    const token = cookieOf(c, 'sid');
    return token === undefined ? undefined : (await sessions.check({ token, kinds: ['cookie'] })).session;
  }

  async function endCurrent(c: AppContext): Promise<void> {
    const session = await current(c);
    if (session === undefined) return;
    const { user, sessionId } = session;
    const by = { id: user.id, name: user.name, remote: c.get('remote') };
    await sessions.end({ principalId: user.id, sessionId }, by);
  }

  return {
    current,

    isStranger: (c) => COOKIE_NAMES.every((name) => cookieOf(c, name) === undefined),

    visitor: (c, door) => ({
      door,
      remote: c.get('remote'),
      userAgent: c.req.header('user-agent'),
      deviceCookie: cookieOf(c, 'device'),
    }),

    async open(c, proof, { isRemembered }) {
      await endCurrent(c);
      const issued = await sessions.openBrowser(proof, { isRemembered });
      keep(c, 'sid', issued.token, isRemembered ? REMEMBERED_LIFE_S : undefined);
      keep(c, 'device', proof.deviceCookie, DEVICE_LIFE_S);
      drop(c, 'login');
      return issued;
    },

    async close(c) {
      await endCurrent(c);
      drop(c, 'sid');
      drop(c, 'login');
      drop(c, 'browser');
      // What pages have kept goes too; the mark of the device stays, so that its owner is not slowed down.
      c.header('clear-site-data', '"cache", "storage"');
      setCookie(c, CSRF_COOKIE, '', { path: '/', sameSite: 'Strict', secure: c.env.peer.isTls, maxAge: 0 });
    },

    keepLogin: (c, { loginToken, expiresMs }) =>
      keep(c, 'login', loginToken, (expiresMs - clock.now()) / SECOND_MS),
    loginToken: (c) => cookieOf(c, 'login'),
    dropLogin: (c) => drop(c, 'login'),

    csrfToken(c, sessionId) {
      let binding = sessionId ?? cookieOf(c, 'browser');
      if (binding === undefined) {
        binding = newId();
        keep(c, 'browser', binding, undefined);
      }
      const token = csrf.issue(binding);
      setCookie(c, CSRF_COOKIE, token, { path: '/', sameSite: 'Strict', secure: c.env.peer.isTls });
      return token;
    },
  };
}
