import { cookieOf } from './cookies.ts';
import type { AppContext } from './env.ts';

/**
 * Everything in a request with which somebody may show who he is. Which of it counts is the route's business
 * (`Access.by`).
 */
export interface Credentials {
  readonly method: string;
  readonly path: string;
  /** Address of the client; that of the proxy only where the proxy is not trusted to name it. */
  readonly remote: string;
  readonly authorization: string | undefined;
  /** OpenTAKServer's `authentication_token`, from its header or its query parameter. */
  readonly otsToken: string | undefined;
  /** RPort's token in the URL of a WebSocket. */
  readonly accessToken: string | undefined;
  /** Of a browser that has signed in. */
  readonly sessionCookie: string | undefined;
  /** `clientUid` of an enrolling device. */
  readonly clientUid: string | undefined;
  readonly forgery: ForgeryMarks;
}

/** What tells a page of ours from one that another site made a browser send. */
export interface ForgeryMarks {
  /** `X-XSRF-TOKEN` (OpenTAKServer) or `X-CSRFToken` (Flask). */
  readonly token: string | undefined;
  /** Random id that the browser got before it signed in. */
  readonly browserId: string | undefined;
  readonly referrer: string | undefined;
  readonly host: string | undefined;
  readonly isTls: boolean;
}

export function credentialsOf(
  c: AppContext,
  { remote, tokenParameter }: { readonly remote: string; readonly tokenParameter: string },
): Credentials {
  const query = tokenParameter === '' ? undefined : c.req.query(tokenParameter);
  return {
    method: c.req.method,
    path: c.req.path,
    remote,
    authorization: c.req.header('authorization'),
    otsToken: c.req.header('authentication-token') ?? query,
    accessToken: c.req.query('access_token'),
    sessionCookie: cookieOf(c, 'sid'),
    clientUid: queryIgnoringCase(c, 'clientuid'),
    forgery: forgeryMarksOf(c),
  };
}

export function forgeryMarksOf(c: AppContext): ForgeryMarks {
  return {
    token: c.req.header('x-xsrf-token') ?? c.req.header('x-csrftoken'),
    browserId: cookieOf(c, 'browser'),
    referrer: c.req.header('referer'),
    host: c.req.header('host'),
    isTls: c.env.peer.isTls,
  };
}

/** iTAK and others spell `clientUid` in several ways (`clientUID`). */
export function queryIgnoringCase(c: AppContext, lowerName: string): string | undefined {
  for (const [name, value] of Object.entries(c.req.query())) {
    if (name.toLowerCase() === lowerName) return value;
  }
  return undefined;
}
