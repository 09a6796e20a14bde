/** Second factors: what a user sets up, and what carries codes to people. */
import type { Actor } from './ports.ts';
import type { CodeMethod, FactorMethod, Visitor } from './sign-in-ports.ts';

/** Which of his second factors somebody has. Nothing in it is secret. */
export interface FactorView {
  /** `pending`: a secret was made, and no code of it was seen yet: it counts for nothing. */
  readonly totp: 'none' | 'pending' | 'active';
  readonly codes: { readonly method: CodeMethod; readonly sentTo: string } | undefined;
  /** Recovery codes that are left. */
  readonly recoveryCodes: number;
}

export interface TotpSecret {
  /** Base32, as authenticator apps want it. */
  readonly secret: string;
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string;
}

/** Who sets something up: a signed-in user, or one whose sign-in waits for a second factor. */
export type FactorOwner =
  | { readonly principalId: string; readonly sessionId?: string | undefined }
  | { readonly loginToken: string };

/**
 * Authenticator apps. Failures: BivouacError `factor.not_offered`, `factor.exists`, `factor.not_set_up`,
 * `factor.wrong`, `factor.clock` (the kit does not know the time), `factor.login_unknown`,
 * `auth.step_up`, `auth.forbidden`, `auth.delayed`.
 */
export interface Totp {
  /**
   * Makes a secret that is pending until the first good code. A pending one is replaced. `by` where it is
   * somebody else who does it, for the audit log.
   */
  setUp(owner: FactorOwner, visitor: Visitor, by?: Actor): Promise<TotpSecret>;
  /** Activates a pending secret of a signed-in user; ends all his other sessions and tokens. */
  activate(
    owner: { readonly principalId: string; readonly sessionId?: string | undefined },
    code: string,
    visitor: Visitor,
    by?: Actor,
  ): Promise<void>;
  /** Shows an active (or pending) secret again. Only after a fresh sign-in; `mayReveal` can forbid it. */
  reveal(
    owner: { readonly principalId: string; readonly authenticatedMs: number },
    by: Actor,
  ): Promise<TotpSecret>;
  /** Removes it: by its owner after a fresh sign-in, by an administrator, or on the console. */
  remove(
    order: { readonly principalId: string; readonly exceptSessionId?: string | undefined },
    by: Actor,
  ): Promise<void>;
}

/** Ten single-use codes for a lost phone. */
export interface RecoveryCodes {
  /** New ones, shown once; the old are void. Only for who has a second factor (`factor.not_set_up`). */
  renew(principalId: string, by: Actor): Promise<readonly string[]>;
}

/**
 * Where codes are sent. Failures: BivouacError `factor.not_offered`, `factor.target_invalid`,
 * `factor.not_set_up`, `factor.wrong`, `factor.code_expired`, `factor.too_many_codes`, `factor.not_sent`.
 */
export interface CodeTargets {
  /** An administrator says where (RPort's `two_fa_send_to`); '' removes it. Counts at once. */
  set(order: { readonly principalId: string; readonly sendTo: string }, by: Actor): Promise<void>;
  /** The user himself says where: a code goes there, and it counts once that code came back. */
  begin(
    order: { readonly principalId: string; readonly sendTo: string },
    visitor: Visitor,
  ): Promise<{ readonly expiresMs: number }>;
  confirm(
    order: { readonly principalId: string; readonly sessionId?: string | undefined; readonly code: string },
    visitor: Visitor,
  ): Promise<void>;
}

export interface Factors {
  readonly totp: Totp;
  readonly recoveryCodes: RecoveryCodes;
  readonly codeTargets: CodeTargets;
  of(principalId: string): Promise<FactorView>;
  /** What the settings and the parts that are there (mail) offer for set-up. */
  offered(): readonly FactorMethod[];
  /** Takes away everything, for a user who lost it; ends his sessions. By an administrator or the console. */
  reset(principalId: string, by: Actor): Promise<void>;
}

/** Sends e-mail. Rejects when the server did not take it. */
export interface Mailer {
  send(mail: { readonly to: string; readonly subject: string; readonly text: string }): Promise<void>;
}

/** A code on its way to a person. */
export interface CodeDispatch {
  readonly sendTo: string;
  readonly code: string;
  readonly lifeMs: number;
  readonly userAgent: string;
  /** Address without port. */
  readonly remote: string;
}

/** Carries codes one way. Rejects when it did not work within the time allowed; secrets are in no message. */
export interface Courier {
  send(dispatch: CodeDispatch): Promise<void>;
}
