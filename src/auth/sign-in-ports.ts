/**
 * Signing in, in one or two steps, whichever door it is. A completed sign-in is a `Proof`; with it, sessions
 * and tokens are opened (`session-ports.ts`).
 */
import type { ErrorCode } from '../core/errors.ts';
import type { RefusalCause, User } from './ports.ts';
import type { SignedIn } from './session-ports.ts';

/** Where somebody comes in. Kept with the session and in the audit log. */
export type Door = 'web' | 'ots' | 'rport' | 'taxii' | 'takeout' | 'fts';

/** How a one-time code reaches a person. */
export type CodeMethod = 'email' | 'pushover' | 'script' | 'url';
export type FactorMethod = 'totp' | 'recovery_code' | CodeMethod;
export type SignInMethod =
  | 'password'
  | 'passkey'
  | 'proxy'
  | 'claim_code'
  | 'admin_recovery'
  | 'pairing'
  | FactorMethod;

/** A completed sign-in. Good at once only: opening a session fails if the user was changed meanwhile. */
export interface Proof {
  readonly user: User;
  /** Of the user, when the credentials were looked at. */
  readonly credEpoch: number;
  readonly methods: readonly SignInMethod[];
  readonly atMs: number;
  readonly door: Door;
  readonly remote: string;
  readonly userAgent: string;
  /** For a long-lived cookie: this browser is known now, strangers' failures do not slow it down. */
  readonly deviceCookie: string;
}

/** A good password, and a second factor is still missing. */
export interface Challenge {
  /** JWT, good for the second step of this one sign-in, and for nothing else. */
  readonly loginToken: string;
  readonly expiresMs: number;
  readonly user: User;
  /** `set_up`: there is no second factor yet, and the settings ask for one (`Totp.setUp`). */
  readonly state: 'ready' | 'set_up';
  /** What is asked for first; a code of it has been sent already where codes are sent. */
  readonly method: FactorMethod;
  /** All that would do. */
  readonly methods: readonly FactorMethod[];
  /** Where the code went, in full, as RPort documents it; '' for an authenticator app. */
  readonly sentTo: string;
}

export interface Refusal {
  readonly state: 'refused';
  /**
   * What may be told: `auth.failed`, `auth.delayed`, `auth.banned`, `auth.busy`; only to who gave the right
   * password `auth.password_expired`, `auth.unconfirmed`, `factor.wrong`, `factor.no_target`,
   * `factor.not_sent`, `factor.too_many_codes`, `factor.clock`; in the second step also
   * `factor.login_unknown`, `factor.code_expired`, `factor.not_set_up`, `factor.not_offered`.
   */
  readonly code: ErrorCode;
  /** For logs and diagnosis only. */
  readonly cause: RefusalCause;
  readonly retryAfterMs?: number;
}

export type SignInResult =
  | { readonly state: 'signed_in'; readonly proof: Proof }
  | { readonly state: 'second_factor'; readonly challenge: Challenge }
  | Refusal;

/** Who asks, on every call. */
export interface Visitor {
  readonly door: Door;
  /** `address:port` or an address. */
  readonly remote: string;
  readonly userAgent?: string | undefined;
  /** What `Proof.deviceCookie` said an earlier time. */
  readonly deviceCookie?: string | undefined;
}

/** A sign-in between its two steps. */
export interface PendingLogin {
  readonly user: User;
  readonly state: 'ready' | 'set_up';
  readonly method: FactorMethod;
  readonly methods: readonly FactorMethod[];
  readonly expiresMs: number;
}

export interface SignIn {
  /**
   * The first step, and the last where no second factor is needed or `code` comes along.
   * @throws BivouacError `password.weak`, `password.forbidden_chars` for a new password that is not allowed
   */
  withPassword(
    offer: Visitor & {
      /** User name; with e-mail switched on, the address does as well. */
      readonly username: string;
      readonly password: string;
      /** Set at once when the old one was right; an expired password is good for this only. */
      readonly newPassword?: string | undefined;
      /** One-time code in the same request (TakeoutFM's `Passcode`). */
      readonly code?: string | undefined;
      /** The request has no second step, although its door has (OAuth's password grant): refused if one is needed. */
      readonly cannotAsk?: boolean | undefined;
    },
  ): Promise<SignInResult>;
  /**
   * The second step. A wrong code may be corrected four times. `username`, where a document has it in the
   * request, must be the one who gave the password. A code of a secret that was only just made activates it.
   */
  withCode(
    offer: Visitor & {
      readonly loginToken: string;
      readonly code: string;
      /** What kind of code it is; without it, all that the user has are tried. */
      readonly method?: FactorMethod | undefined;
      readonly username?: string | undefined;
    },
  ): Promise<Exclude<SignInResult, { readonly state: 'second_factor' }>>;
  /**
   * Sends (another) code for a sign-in that waits for one; the earlier code is void.
   * @throws BivouacError `factor.login_unknown`, `factor.no_target`, `factor.too_many_codes`, `factor.not_sent`
   */
  sendCode(
    offer: Visitor & { readonly loginToken: string; readonly method?: FactorMethod | undefined },
  ): Promise<{ readonly sentTo: string; readonly expiresMs: number }>;
  /** What a login token stands for; undefined when it is over. */
  pending(loginToken: string): Promise<PendingLogin | undefined>;
  /** Who a trusted proxy says it is (`proxy-login.ts` decides about the headers). */
  byProxy(offer: Visitor & { readonly username: string }): Promise<SignInResult>;
  /**
   * The signed-in person again, before an action that asks for a fresh sign-in. `session.authenticatedMs` is
   * now when it returns undefined. Counts failures like a sign-in. Codes that would have to be sent are not
   * asked for: the session itself was opened with one.
   */
  confirm(
    offer: Visitor & {
      readonly session: SignedIn;
      readonly password: string;
      /** Of the app, or a recovery code: needed when the user has an app. */
      readonly code?: string | undefined;
    },
  ): Promise<Refusal | undefined>;
}
