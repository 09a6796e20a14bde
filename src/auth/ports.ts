/**
 * What auth offers to the command line, to HTTP and to the sockets. Each interface has one factory of the
 * same name in this folder (`createUsers` in `users.ts`, …).
 */
import type { ErrorCode } from '../core/errors.ts';
import type { CloseReason } from '../hub/close-reason.ts';
import type { Identity } from '../hub/ports.ts';
import type { AuditRecord } from '../store/repositories/audit.ts';
import type {
  MembershipView,
  PrincipalKind,
  PrincipalState,
  Role,
} from '../store/repositories/principals.ts';

export type { AuditRecord } from '../store/repositories/audit.ts';
export type {
  MembershipView,
  PrincipalKind,
  PrincipalState,
  Role,
} from '../store/repositories/principals.ts';

/** Who acts, for the audit log. */
export interface Actor {
  /** Immutable principal id; null for the console. */
  readonly id: string | null;
  /** A label: the user's name, or `console`. */
  readonly name: string;
  /** Where the request came from: an address without port; null for the console. */
  readonly remote: string | null;
}

/** The local command line: whoever runs it owns the box already. */
export const CONSOLE: Actor = { id: null, name: 'console', remote: null };

/** A principal as lists and replies may show it: nothing in it is secret. */
export interface User {
  /** UUIDv4, never reused: a name may be deleted and made again, the id not. */
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly state: PrincipalState;
  readonly hasPassword: boolean;
  /** True when the password must be changed before it is good for a sign-in again. */
  readonly isPasswordExpired: boolean;
  readonly createdMs: number;
  /** Channels by name, with what they allow: IN = may send into, OUT = may receive from. */
  readonly groups: readonly MembershipView[];
}

export interface NewUser {
  /** `service` for a program, which has tokens only. `user` when absent. */
  readonly kind?: 'user' | 'service';
  readonly name: string;
  /** In the clear; checked against the policy here. Without one, the user signs in by certificate only. */
  readonly password?: string;
  /**
   * Instead of a password: its hash from another system (`foreign-hashes.ts` lists the forms). It is replaced
   * by one of ours at the first sign-in.
   */
  readonly passwordHash?: string;
  /** Channel names; a missing channel is made. Each is joined in both directions. */
  readonly groups?: readonly string[];
  /** `user` when absent. */
  readonly role?: Role;
  readonly email?: string;
}

/** Members that are absent stay as they are. */
export interface UserChange {
  readonly password?: string;
  /** All channels from now on (both directions); an empty list leaves the user without any. */
  readonly groups?: readonly string[];
  readonly role?: Role;
  readonly isEnabled?: boolean;
  /** An empty text removes it. */
  readonly email?: string;
}

/**
 * The actions on people. Names are found without regard to case. All of them are audited.
 * Failures: BivouacError `user.exists`, `user.unknown`, `user.name_invalid`, `user.email_invalid`,
 * `user.last_admin`, `group.name_invalid`, `password.weak`, `password.forbidden_chars`,
 * `password.hash_unknown`, `auth.busy`.
 */
export interface Users {
  add(user: NewUser, by: Actor): Promise<User>;
  /** Ends what the change makes invalid: a new password ends password sign-ins, disabling ends everything. */
  change(name: string, change: UserChange, by: Actor): Promise<User>;
  /** For good: its certificates are revoked, and a later user of this name is somebody else. */
  delete(name: string, by: Actor): Promise<void>;
  /** The password has to be changed by an administrator or the console before it is good again. */
  expirePassword(name: string, by: Actor): Promise<User>;
  byName(name: string): Promise<User | undefined>;
  byId(id: string): Promise<User | undefined>;
  /** Those that are not deleted, by name. */
  list(): Promise<readonly User[]>;
}

/** First use of a new box: until it is claimed, no administrator can sign in over the network. */
export interface Claim {
  isClaimed(): Promise<boolean>;
  /**
   * Gives the first administrator its password. A name other than `administrator` makes (or promotes) that
   * user instead, and leaves `administrator` without a password.
   * @throws BivouacError `setup.claimed` when it has happened before, and what `Users.add` throws.
   */
  claim(claim: FirstPassword, by: Actor): Promise<User>;
}

/** In clear, or as a hash that this kit or another system made. */
export type FirstPassword = { readonly username?: string } & (
  | { readonly password: string }
  | { readonly passwordHash: string }
);

/** Why a sign-in was refused, for logs and diagnosis. Never shown to the one who was refused. */
export type RefusalCause =
  | 'unknown_user'
  | 'wrong_password'
  | 'no_password'
  | 'password_expired'
  | 'disabled'
  | 'unclaimed'
  | 'banned'
  | 'delayed'
  | 'busy'
  | 'cert_unknown'
  | 'cert_mismatch'
  | 'cert_revoked'
  | 'revoked_meanwhile'
  /** The right password at a door where no second factor can be asked for. */
  | 'second_factor_needed'
  | 'wrong_code'
  /** The login token is unknown, used or late, or its code is. */
  | 'login_over'
  | 'factor_unusable'
  | 'unconfirmed';

export type StreamLoginResult =
  | { readonly identity: Identity }
  | {
      readonly identity?: never;
      /** The reason with which the connection is to be closed. */
      readonly refused: CloseReason;
      readonly cause: RefusalCause;
      /** When another attempt may be let through; undefined when time alone changes nothing. */
      readonly retryAfterMs?: number;
    };

/**
 * Who may use the CoT socket. Free of policy: whether a certificate, a password or both are asked for is the
 * transport's business. Both outcomes are audited here.
 *
 * An identity is good at the moment it is returned. Hand the session to the hub in the same turn (no timer,
 * no I/O between), so that a revocation that happens meanwhile finds it there.
 */
export interface StreamLogin {
  /** `Authority.judge` has verified chain and dates; this looks at the register and at the user. */
  byCertificate(offer: {
    /** Hex, any case, as `tls.PeerCertificate.serialNumber` gives it. */
    readonly serial: string;
    /** SHA-256 of the DER certificate, hex, colons allowed (`fingerprint256`). */
    readonly fingerprint: string;
    /** `address:port` or an address. */
    readonly remote: string;
    /**
     * `https` where the certificate opens more than the stream: an administrator of an unclaimed box is
     * refused there. `stream` when absent.
     */
    readonly door?: 'stream' | 'https';
  }): Promise<StreamLoginResult>;
  byPassword(offer: {
    readonly username: string;
    readonly password: string;
    /** Device uid that the client named; '' or absent for none. */
    readonly uid?: string | undefined;
    readonly remote: string;
  }): Promise<StreamLoginResult>;
}

export type HttpLoginResult =
  | {
      readonly user: User;
      readonly via: 'password' | 'enrolment_token';
      /** Set for an enrolment token: what `EnrolmentTokens.burn` needs. */
      readonly enrolmentId: string | undefined;
    }
  | {
      readonly user?: never;
      /** `auth.failed` (401), `auth.delayed`, `auth.banned` or `auth.busy` (429). */
      readonly refused: ErrorCode;
      readonly cause: RefusalCause;
      readonly retryAfterMs?: number;
    };

/** HTTP Basic, where a second factor cannot be asked for. */
export interface HttpLogin {
  byBasic(offer: {
    readonly username: string;
    readonly password: string;
    readonly remote: string;
    /**
     * Which step of an enrolment this request is; absent elsewhere, and enrolment tokens are refused then.
     * `sign` and `profile` need the device's `clientUid`.
     */
    readonly enrolment?: {
      readonly step: 'config' | 'sign' | 'profile';
      readonly clientUid?: string | undefined;
    };
  }): Promise<HttpLoginResult>;
}

/** One-time tokens with which a device without a certificate gets one. */
export interface EnrolmentTokens {
  /**
   * `link`: 130 random bits for QR codes and links. `typed`: 8 letters that a person types.
   * The token is shown once and kept as a hash.
   */
  create(
    order: { readonly username: string; readonly form: 'link' | 'typed'; readonly lifeMs?: number },
    by: Actor,
  ): Promise<{ readonly enrolmentId: string; readonly token: string; readonly expiresMs: number }>;
  /** When the newest token was made that nobody has used yet, and until when it is good. Never the token itself. */
  newest(
    principalId: string,
  ): Promise<{ readonly createdMs: number; readonly expiresMs: number } | undefined>;
  /** Ends every token of this principal that nobody has used yet; resolves with how many those were. */
  endUnused(user: Pick<User, 'id' | 'name'>, by: Actor): Promise<number>;
  /**
   * Uses a token up, once, for this device and this request (SHA-256 of the DER CSR, hex). Call it after the
   * request was found good and before the certificate is signed. True again for the same device and
   * request, so that a reply lost on the air can be asked for again; false for anything else.
   */
  burn(use: {
    readonly enrolmentId: string;
    readonly clientUid: string;
    readonly csrSha256: string;
    readonly remote: string;
  }): Promise<boolean>;
}

export type RevocationCause =
  | 'disabled'
  | 'deleted'
  | 'revoked'
  | 'password_changed'
  | 'groups_changed'
  | 'role_changed'
  | 'factor_changed'
  | 'signed_out';

/** What is over. Whoever keeps a session closes those that `endsSession` names. */
export interface RevocationNotice {
  readonly principalId: string;
  readonly cause: RevocationCause;
  /**
   * `all` sessions of the principal, those signed in by `password` (tokens too), those of some
   * `certificates`, or some `sessions` (tokens) alone.
   */
  readonly scope: 'all' | 'password' | 'certificates' | 'sessions';
  /** Serials (lower-case hex) that are revoked with it. */
  readonly serials: readonly string[];
  /** Ids of `sessions` that are over, for that scope; of a personal token its prefix. */
  readonly sessionIds?: readonly string[];
  /** The one session that goes on, whatever the scope: it caused the change itself. */
  readonly exceptSessionId?: string;
}

/** Failures: BivouacError `user.unknown`, `cert.unknown`. */
export interface Revocation {
  /**
   * Ends a principal's every credential (its password stays; the certificates go), or one certificate.
   * Resolves with the serials that were revoked by it, once it is on the disk and every listener was called.
   */
  revoke(
    order: ({ readonly principalId: string } | { readonly serial: string }) & {
      readonly reason: import('../pki/ports.ts').RevocationReason;
    },
    by: Actor,
  ): Promise<readonly string[]>;
  /** The returned function ends it. A listener that throws does not keep the others from being called. */
  onRevoked(listener: (notice: RevocationNotice) => void): () => void;
}

/** Reading the audit log. Writing is the business of each action. */
export interface Audit {
  /** Something that somebody did to the kit itself; written without making him wait. */
  record(by: Actor, action: string, target?: string): void;
  /** Newest first. */
  list(query?: { readonly beforeSeq?: number; readonly limit?: number }): Promise<readonly AuditRecord[]>;
  /** Recomputes the chain of hashes over everything that is kept. */
  verify(): Promise<
    | { readonly isIntact: true; readonly entries: number }
    | { readonly isIntact: false; readonly atSeq: number; readonly problem: string }
  >;
}
