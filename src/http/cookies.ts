import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppContext } from './env.ts';

/**
 * Every cookie there is. `sid`: a session. `login`: a sign-in that waits for a code. `device`: a browser that its
 * person has signed in with before. `browser`: a browser before it signs in. `pairing`: somebody who looks at a
 * screen before he lets it in. `plain_*`: a screen without encryption, on the portal.
 */
export type CookieName =
  | 'sid'
  | 'browser'
  | 'login'
  | 'device'
  | 'pairing'
  | 'plain_screen'
  | 'plain_waiting';

/** Those of a browser that signs in, or has. */
export const BROWSER_COOKIES = ['sid', 'browser', 'login', 'device'] as const satisfies readonly CookieName[];

/** Read by the scripts of a page, who send it back in a header; worthless without the cookies beside it. */
const CSRF_COOKIE = 'XSRF-TOKEN';

/** Where they are good, and who may send and read them; the same when one is taken back. */
const flagsFor = (c: AppContext, isForScripts = false) =>
  ({ path: '/', httpOnly: !isForScripts, sameSite: 'Strict', secure: c.env.peer.isTls }) as const;

/**
 * Cookies carry the `__Host-` mark wherever there is TLS: no other host, no sub-domain and no plain connection
 * can then set or read them. In plain HTTP a browser would not keep such a cookie.
 */
function fullNameOf(c: AppContext, name: CookieName): string {
  return c.env.peer.isTls ? `__Host-${name}` : name;
}

export function cookieOf(c: AppContext, name: CookieName): string | undefined {
  return getCookie(c, fullNameOf(c, name));
}

/** Without a life it ends with the browser. */
export function keepCookie(c: AppContext, name: CookieName, value: string, lifeS?: number): void {
  const life = lifeS === undefined ? {} : { maxAge: Math.max(0, Math.floor(lifeS)) };
  setCookie(c, fullNameOf(c, name), value, { ...flagsFor(c), ...life });
}

/** Takes it back from a browser that has it. */
export function dropCookie(c: AppContext, name: CookieName): void {
  if (cookieOf(c, name) !== undefined) deleteCookie(c, fullNameOf(c, name), flagsFor(c));
}

export function keepCsrfCookie(c: AppContext, token: string): void {
  setCookie(c, CSRF_COOKIE, token, flagsFor(c, true));
}

export function dropCsrfCookie(c: AppContext): void {
  deleteCookie(c, CSRF_COOKIE, flagsFor(c, true));
}
