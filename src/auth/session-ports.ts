/**
 * What somebody who has signed in holds: browser sessions, tokens, tickets. Each kind has a key of its own, so
 * that none passes for another, and a row in the store (tickets: in memory), so that revoking works at once.
 */
import type { Actor, User } from './ports.ts';
import type { Proof, SignInMethod } from './sign-in-ports.ts';

/**
 * `cookie` and `refresh` are random UUIDs, the others JWTs. `ots` is OpenTAKServer's `authentication_token`,
 * `takeout` TakeoutFM's access token (also ours for paired devices), `media` its media token.
 */
export type TokenKind = 'cookie' | 'refresh' | 'ots' | 'rport' | 'taxii' | 'takeout' | 'media';

/** Shown once. */
export interface IssuedToken {
  readonly token: string;
  readonly sessionId: string;
  /** As long as it is not used again. */
  readonly expiresMs: number;
}

/** Who a good token speaks for. Good at this moment: check again for each request. */
export interface SignedIn {
  readonly sessionId: string;
  readonly kind: TokenKind;
  readonly user: User;
  readonly methods: readonly SignInMethod[];
  /** When the person last showed credentials. */
  readonly authenticatedMs: number;
  readonly expiresMs: number;
}

export type TokenVerdict =
  | { readonly session: SignedIn; readonly refused?: never }
  | { readonly session?: never; readonly refused: 'malformed' | 'unknown' | 'expired' | 'revoked' };

/** A session as its owner and administrators see it. */
export interface SessionView {
  readonly id: string;
  /** Small number, for RPort's `session_id`; never reused. */
  readonly number: number;
  readonly kind: TokenKind;
  readonly createdMs: number;
  readonly lastSeenMs: number;
  readonly expiresMs: number;
  readonly remote: string;
  readonly userAgent: string;
}

/** Opening fails with BivouacError `auth.failed` when the user was disabled or changed since the proof. */
export interface Sessions {
  /** 12 hours after the last request; 30 days in all when remembered, 12 hours otherwise. */
  openBrowser(proof: Proof, order: { readonly isRemembered: boolean }): Promise<IssuedToken>;
  /** 12 hours after the last use (settings), 30 days in all. */
  openOts(proof: Proof): Promise<IssuedToken>;
  /**
   * Lives `lifeMs` (10 minutes without it or when it is not positive), and each use makes it live at least
   * 10 more minutes; 90 days in all. @throws BivouacError `request.invalid` for more than 90 days
   */
  openRport(proof: Proof, order?: { readonly lifeMs?: number }): Promise<IssuedToken>;
  /** 60 minutes. The JWT holds `account_id` (the user's id) and `exp`. */
  openTaxii(proof: Proof): Promise<IssuedToken>;
  /** Access for 4 hours, refresh for 30 days from its last use and 180 in all, media for 90 days. */
  openFamily(proof: Proof): Promise<{
    readonly access: IssuedToken;
    readonly refresh: IssuedToken;
    readonly media: IssuedToken;
  }>;
  /**
   * A new access token for a refresh token, which is spent by it: the reply holds its successor. A spent one
   * that comes again within 20 s from the same client gets the same successor; otherwise the family ends.
   */
  refresh(offer: {
    readonly token: string;
    readonly remote: string;
    readonly userAgent?: string | undefined;
  }): Promise<
    | {
        readonly user: User;
        readonly access: IssuedToken;
        readonly refresh: IssuedToken;
        readonly refused?: never;
      }
    | { readonly refused: NonNullable<TokenVerdict['refused']> | 'reused' }
  >;
  /** Whether the token is a good one of one of these kinds; its use is noted. */
  check(offer: { readonly token: string; readonly kinds: readonly TokenKind[] }): Promise<TokenVerdict>;

  /** The principal's live sessions, newest first; media and access tokens count with their refresh token. */
  list(principalId: string): Promise<readonly SessionView[]>;
  /** Ends one, with its family. @throws BivouacError `session.unknown` */
  end(order: { readonly principalId: string; readonly sessionId: string }, by: Actor): Promise<void>;
  /** Ends all but `exceptId`. Certificates and API tokens stay. */
  endAll(order: { readonly principalId: string; readonly exceptId?: string }, by: Actor): Promise<number>;
}

/** Double-submit tokens against forged requests, bound to a session or to a browser without one. */
export interface Csrf {
  /** `binding`: the session's id, or a random id in a cookie of the browser before it signs in. */
  issue(binding: string): string;
  isGood(token: string, binding: string): boolean;
}

/** Who a ticket speaks for: a signed-in user, and what he signed in with as far as that can end alone. */
export interface TicketHolder {
  readonly user: User;
  readonly sessionId?: string | undefined;
  /** Lower-case hex. */
  readonly certSerial?: string | undefined;
}

/** For WebSockets, whose URL is no place for a token: 30 s, one use, in memory. */
export interface Tickets {
  /** @throws BivouacError `auth.busy` when this user has too many open, `auth.failed` when he may not any more */
  issue(holder: TicketHolder): Promise<{ readonly ticket: string; readonly expiresMs: number }>;
  /** Judged anew; undefined when it is unknown, used, late, or user, session or certificate are over. */
  redeem(ticket: string): Promise<TicketHolder | undefined>;
}

/**
 * `read`: GET, and nothing under `/ws`. `read+write`: all that its owner may. `clients-auth`: paths with that
 * word (RPort). `cot`: the password of the CoT socket, and nothing else. `cot:read`, `cot:write`: the stream
 * for services.
 */
export const TOKEN_SCOPES = ['read', 'read+write', 'clients-auth', 'cot', 'cot:read', 'cot:write'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface ApiTokenView {
  /** Eight characters in front of the token; names it in lists and paths. */
  readonly prefix: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly lastUsedMs: number | null;
}

/**
 * Personal tokens for programs, `<prefix>_<uuid>`: as a Basic password, or as a Bearer token.
 * Failures: BivouacError `token.unknown`, `token.name_invalid`, `token.exists`, `token.scope_invalid`,
 * `token.expiry_invalid`, `token.too_many`, `token.weak`, `user.unknown`.
 */
export interface ApiTokens {
  /** One year without `expiresMs`, two at most. The token is shown once. */
  create(
    order: {
      readonly principalId: string;
      readonly name: string;
      readonly scope: string;
      readonly expiresMs?: number | undefined;
    },
    by: Actor,
  ): Promise<ApiTokenView & { readonly token: string }>;
  /** A token that the operator chose (FreeTAKServer); replaces the one of the same name. */
  adopt(
    order: {
      readonly principalId: string;
      readonly name: string;
      readonly scope: string;
      readonly token: string;
      readonly expiresMs?: number | undefined;
    },
    by: Actor,
  ): Promise<ApiTokenView>;
  rename(
    order: { readonly principalId: string; readonly prefix: string; readonly name: string },
    by: Actor,
  ): Promise<ApiTokenView>;
  remove(order: { readonly principalId: string; readonly prefix: string }, by: Actor): Promise<void>;
  list(principalId: string): Promise<readonly ApiTokenView[]>;
  /**
   * Whose token it is. A `username` that came with it must be its owner's. Scope is the caller's business
   * (`isScopeGood` in `permissions.ts`).
   */
  check(offer: {
    readonly token: string;
    readonly username?: string | undefined;
    readonly remote: string;
  }): Promise<
    | { readonly user: User; readonly token: ApiTokenView; readonly refused?: never }
    | {
        readonly user?: never;
        readonly refused: 'unknown' | 'expired' | 'revoked' | 'banned';
        readonly retryAfterMs?: number;
      }
  >;
}

/** Tokens in the URL of one file (TakeoutFM): 1 hour, for one method and path, bound to what the file holds. */
export interface FileTokens {
  issue(order: {
    readonly user: User;
    readonly method: 'GET' | 'HEAD';
    /** Canonical: no `..`, no `//`, not encoded. */
    readonly path: string;
    /** Of the file, lower-case hex. */
    readonly sha256: string;
    readonly isSingleUse?: boolean;
  }): Promise<{ readonly token: string; readonly expiresMs: number }>;
  /** A HEAD is good with a token for GET, and does not use it up. */
  check(offer: {
    readonly token: string;
    readonly method: string;
    readonly path: string;
  }): Promise<
    | { readonly sha256: string; readonly principalId: string; readonly refused?: never }
    | { readonly refused: 'malformed' | 'expired' | 'other_file' | 'used' | 'revoked' }
  >;
}

/** The token with which a device waits for its pairing (TakeoutFM's code token): bound to that one pairing. */
export interface CodeTokens {
  issue(pairing: { readonly id: string; readonly expiresMs: number }): Promise<string>;
  check(
    token: string,
  ): Promise<{ readonly pairingId: string } | { readonly refused: 'malformed' | 'expired' }>;
}
