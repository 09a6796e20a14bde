import type { Csrf, IssuedToken, Sessions, SignedIn } from '../auth/session-ports.ts';
import type { Challenge, Door, Proof, Visitor } from '../auth/sign-in-ports.ts';
import type { Clock } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import {
  BROWSER_COOKIES,
  cookieOf,
  dropCookie,
  dropCsrfCookie,
  keepCookie,
  keepCsrfCookie,
} from './cookies.ts';
import type { AppContext } from './env.ts';

const SECOND_MS = 1_000;
/** A browser that has not been used for so long is a stranger again: the longest that browsers keep a cookie. */
const DEVICE_LIFE_S = 400 * 86_400;
/** The longest that a session lives; how long it may lie unused, the store decides. */
const REMEMBERED_LIFE_S = 30 * 86_400;

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

    isStranger: (c) => BROWSER_COOKIES.every((name) => cookieOf(c, name) === undefined),

    visitor: (c, door) => ({
      door,
      remote: c.get('remote'),
      userAgent: c.req.header('user-agent'),
      deviceCookie: cookieOf(c, 'device'),
    }),

    async open(c, proof, { isRemembered }) {
      await endCurrent(c);
      const issued = await sessions.openBrowser(proof, { isRemembered });
      keepCookie(c, 'sid', issued.token, isRemembered ? REMEMBERED_LIFE_S : undefined);
      keepCookie(c, 'device', proof.deviceCookie, DEVICE_LIFE_S);
      dropCookie(c, 'login');
      return issued;
    },

    async close(c) {
      await endCurrent(c);
      dropCookie(c, 'sid');
      dropCookie(c, 'login');
      dropCookie(c, 'browser');
      // What pages have kept goes too; the mark of the device stays, so that its owner is not slowed down.
      c.header('clear-site-data', '"cache", "storage"');
      dropCsrfCookie(c);
    },

    keepLogin: (c, { loginToken, expiresMs }) =>
      keepCookie(c, 'login', loginToken, (expiresMs - clock.now()) / SECOND_MS),
    loginToken: (c) => cookieOf(c, 'login'),
    dropLogin: (c) => dropCookie(c, 'login'),

    csrfToken(c, sessionId) {
      let binding = sessionId ?? cookieOf(c, 'browser');
      if (binding === undefined) {
        binding = newId();
        keepCookie(c, 'browser', binding, undefined);
      }
      const token = csrf.issue(binding);
      keepCsrfCookie(c, token);
      return token;
    },
  };
}
