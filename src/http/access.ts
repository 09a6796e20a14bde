import type { Actor, Role, User } from '../auth/ports.ts';
import type { SignedIn, TokenKind, TokenScope } from '../auth/session-ports.ts';
import type { RefusalShape } from './env.ts';
import type { ListenerName } from './peer.ts';

/**
 * Who may call a route, and where it exists. Each route says this; there is no default that lets anybody in.
 *
 * - `public`: anybody who can reach the listener, without credentials.
 * - `enrolling`: a device that shows a password or a one-time enrolment token.
 * - a list: the console, and signed-in users of these roles. How they sign in depends on the listener: by
 *   certificate on `httpsCert`, in one of the ways of `by` on `https` and `http`, by owning the control socket.
 */
export interface Access {
  /** Elsewhere the route does not exist (404). */
  readonly on: readonly ListenerName[];
  readonly who: 'public' | Enrolling | readonly (Role | 'console')[];
  /** Where the default of limits.ts does not fit. */
  readonly maxBodyBytes?: number;
  /**
   * Whether a missing sign-in is answered with `WWW-Authenticate: Basic`, which makes a browser open its own
   * dialog: wanted by TAK clients, not by pages.
   */
  readonly challengesBasic?: boolean;
  /** Ways to sign in that open it, each kind of token only where it belongs. `OWN_WAYS` when absent. */
  readonly by?: readonly SignInWay[];
  /**
   * Whether somebody who shows nothing is let in as nobody (OpenTAXII's `authentication_required: no`); what
   * is shown must be good all the same.
   */
  readonly mayBeAnonymous?: boolean;
  /** Where a request that changes something needs a CSRF token; `OWN_FORGERY` when absent. */
  readonly forgery?: ForgeryRule;
  /** Whether a request that changes something needs a sign-in of the last minutes: it changes who has power. */
  readonly asksFresh?: boolean;
  /** How refusals are told to the clients of another server. */
  readonly refusal?: RefusalShape;
}

/**
 * `password`: Basic with the password, where no second factor is needed. `api_token`: a personal token, as
 * Basic password or as Bearer. Else a session of that kind, as cookie or in the header of its dialect.
 */
export type SignInWay = 'password' | 'api_token' | TokenKind;

/** Our own API: people in a browser, and programs with a personal token or OpenTAKServer's. */
export const OWN_WAYS = ['password', 'api_token', 'cookie', 'ots'] as const satisfies readonly SignInWay[];

export interface ForgeryRule {
  /** For which ways of signing in, by OpenTAKServer's names. */
  readonly mechanisms: () => readonly ('session' | 'basic' | 'token')[];
  /** Whether, over TLS, the referrer has to be ours as well. */
  readonly checksReferrer: boolean;
}

/** A browser sends cookies by itself; Basic credentials it was given are guarded by the origin alone. */
export const OWN_FORGERY: ForgeryRule = { mechanisms: () => ['session'], checksReferrer: false };

/** Which step of an enrolment the route is: a token is good for each of them differently. */
export interface Enrolling {
  readonly enrolling: 'config' | 'sign' | 'profile';
}

/** Every role that signs in. */
export const ALL_ROLES = ['administrator', 'operator', 'user', 'viewer'] as const satisfies readonly Role[];

/** Where people and programs with an account come in. */
export const SIGNED_IN_LISTENERS = ['https', 'httpsCert', 'http'] as const satisfies readonly ListenerName[];

/** The administrative API: the command line, and administrators from anywhere that asks for credentials. */
export const ADMINISTRATION: Access = {
  on: ['control', ...SIGNED_IN_LISTENERS],
  who: ['console', 'administrator'],
};

/** What changes who may do what: as above, after a fresh sign-in. */
export const POWER: Access = { ...ADMINISTRATION, asksFresh: true };

/** Who calls, once it is known. */
export type Caller =
  | { readonly kind: 'console'; readonly actor: Actor }
  | {
      readonly kind: 'user';
      readonly actor: Actor;
      readonly user: User;
      readonly via: 'password' | 'enrolment_token' | 'certificate' | 'api_token' | 'session';
      /** For an enrolment token: what burning it needs. */
      readonly enrolmentId: string | undefined;
      /** For a session. */
      readonly session?: SignedIn;
      /** For a personal token: what it was made for. */
      readonly scope?: TokenScope;
    };

export function isAllowed(caller: Caller, who: readonly (Role | 'console')[]): boolean {
  return who.includes(caller.kind === 'console' ? 'console' : caller.user.role);
}

export function isEnrolling(who: Access['who']): who is Enrolling {
  return typeof who === 'object' && 'enrolling' in who;
}

/**
 * When the caller last showed credentials: with this very request, unless a session speaks for it. A client
 * certificate lies on a device, whoever holds it: it tells nothing of a person.
 */
export function authenticatedMsOf(caller: Caller, nowMs: number): number {
  if (caller.kind !== 'user') return nowMs;
  return caller.via === 'certificate' ? NEVER_MS : (caller.session?.authenticatedMs ?? nowMs);
}

const NEVER_MS = 0;
