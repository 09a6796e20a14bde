import type { Actor, Role, User } from '../auth/ports.ts';
import type { ListenerName } from './peer.ts';

/**
 * Who may call a route, and where it exists. Each route says this; there is no default that lets anybody in.
 *
 * - `public`: anybody who can reach the listener, without credentials.
 * - `enrolling`: a device that shows a password or a one-time enrolment token.
 * - a list: the console, and signed-in users of these roles. How they sign in depends on the listener: by
 *   certificate on `httpsCert`, by Basic credentials on `https` and `http`, by owning the control socket.
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
}

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

/** Who calls, once it is known. */
export type Caller =
  | { readonly kind: 'console'; readonly actor: Actor }
  | {
      readonly kind: 'user';
      readonly actor: Actor;
      readonly user: User;
      readonly via: 'password' | 'enrolment_token' | 'certificate';
      /** For an enrolment token: what burning it needs. */
      readonly enrolmentId: string | undefined;
    };

export function isAllowed(caller: Caller, who: readonly (Role | 'console')[]): boolean {
  return who.includes(caller.kind === 'console' ? 'console' : caller.user.role);
}

export function isEnrolling(who: Access['who']): who is Enrolling {
  return typeof who === 'object' && 'enrolling' in who;
}
