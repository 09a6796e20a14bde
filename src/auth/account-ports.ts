/** Accounts that are made, recovered or changed without an administrator, and what people may do. */
import type { Actor, User } from './ports.ts';
import type { SignedIn } from './session-ports.ts';
import type { Proof, Visitor } from './sign-in-ports.ts';

/** A code for the local display only. */
export interface ShownCode {
  /** Eight letters, without a dash. */
  readonly code: string;
  readonly expiresMs: number;
}

/** The way in to a new box: a code that only its display shows. */
export interface ClaimCode {
  /** Undefined once the box is claimed, and before `Auth.start`. */
  current(): ShownCode | undefined;
  /** Called when another code is to be shown, or none any more. The result ends it. */
  onChange(listener: () => void): () => void;
  /**
   * Gives the first administrator its password, and signs it in. Spaces, dashes and case of the code do not
   * matter. The fifth wrong code makes a new one.
   * @throws BivouacError `setup.claimed`, `setup.code_wrong`, `auth.banned`, and what `Claim.claim` throws
   */
  claim(
    offer: Visitor & {
      readonly code: string;
      readonly username?: string | undefined;
      readonly password: string;
    },
  ): Promise<Proof>;
}

/** A forgotten administrator's password, by physical presence at the box. */
export interface AdminRecovery {
  /** Somebody holds the button: shows a code for 10 minutes, for one use. Tells every administrator. */
  begin(by: Actor): Promise<ShownCode>;
  /** Takes the code back, unused. */
  end(by: Actor): void;
  current(): ShownCode | undefined;
  onChange(listener: () => void): () => void;
  /**
   * A new password for an administrator, whose second factors and sessions go.
   * @throws BivouacError `setup.code_wrong`, `auth.banned`, `user.unknown` (or no administrator), and what a
   * change of the password throws
   */
  recover(
    offer: Visitor & { readonly code: string; readonly username: string; readonly password: string },
  ): Promise<Proof>;
}

/** A signed-in user about himself. */
export interface OwnAccount {
  /**
   * Everything that was open under the old password ends; the proof opens a new session.
   * @throws BivouacError `auth.failed` (the old password), `auth.delayed`, `auth.banned`, `auth.busy`,
   * `password.weak`, `password.forbidden_chars`
   */
  changePassword(
    offer: Visitor & {
      readonly session: SignedIn;
      readonly oldPassword: string;
      readonly newPassword: string;
    },
  ): Promise<Proof>;
}

/** Accounts and passwords by e-mail, where the settings allow it (`account.not_offered` where they do not). */
export interface EmailAccounts {
  /** What of it a stranger may use; nothing without a mail server. */
  offer(): { readonly registration: boolean; readonly reset: boolean };
  /**
   * Makes a user (role `user`) who confirms by mail. An address that is somebody's already gets a mail that
   * says so, and the stranger learns nothing.
   * @throws BivouacError `account.domain_refused`, `user.exists` (the name), `user.name_invalid`,
   * `user.email_invalid`, `password.weak`, `password.forbidden_chars`, `auth.banned`, `auth.busy`
   */
  register(
    offer: Visitor & { readonly username: string; readonly email: string; readonly password: string },
  ): Promise<void>;
  /** Always the same answer, whoever's address it is. */
  resendConfirmation(offer: Visitor & { readonly email: string }): Promise<void>;
  /** @throws BivouacError `mail.token_invalid` */
  confirm(offer: Visitor & { readonly token: string }): Promise<User>;
  /** Always the same answer, whoever's address it is. */
  requestReset(offer: Visitor & { readonly email: string }): Promise<void>;
  /**
   * A new password by the token of a mail; second factors stay.
   * @throws BivouacError `mail.token_invalid`, `password.weak`, `password.forbidden_chars`
   */
  resetPassword(offer: Visitor & { readonly token: string; readonly newPassword: string }): Promise<User>;
}

/** What group permissions can allow, by the names of RPort. */
export const GROUP_FLAGS = [
  'tunnels',
  'scripts',
  'commands',
  'vault',
  'scheduler',
  'monitoring',
  'uploads',
  'auditlog',
] as const;
export type GroupFlag = (typeof GROUP_FLAGS)[number];

/** A channel, and what its members may do besides using it. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly members: number;
  readonly flags: readonly GroupFlag[];
}

/** Failures: BivouacError `group.unknown`, `group.name_invalid`. All changes are audited. */
export interface Groups {
  list(): Promise<readonly Group[]>;
  byName(name: string): Promise<Group | undefined>;
  /** Sets what its members may; a missing group is made. */
  put(order: { readonly name: string; readonly flags: readonly GroupFlag[] }, by: Actor): Promise<Group>;
  /**
   * Lets somebody into channels besides those that he is in: IN may send, OUT may receive. His streams are closed
   * and come back with them.
   */
  join(
    order: {
      readonly principalId: string;
      readonly groups: readonly string[];
      readonly direction: 'IN' | 'OUT';
    },
    by: Actor,
  ): Promise<void>;
  /** Its members leave it; their streams are closed and come back without it. */
  remove(name: string, by: Actor): Promise<void>;
}

/** Something of which single users or groups may have a share. */
export interface GrantTarget {
  readonly kind: 'item' | 'bucket' | 'collection';
  readonly id: string;
}

export type GrantAction = 'read' | 'write' | 'modify';

export interface Grant {
  readonly action: GrantAction;
  readonly target: GrantTarget;
}

export interface GrantHolding extends Grant {
  readonly principalId: string;
  readonly name: string;
}

/** Additive rights to single things. Failures: BivouacError `user.unknown`, `group.unknown`. */
export interface Grants {
  /** To a user by id, or to all members of a group by name. */
  give(
    order: {
      readonly to: { readonly principalId: string } | { readonly group: string };
      readonly grant: Grant;
    },
    by: Actor,
  ): Promise<void>;
  take(
    order: {
      readonly from: { readonly principalId: string } | { readonly group: string };
      readonly grant: Grant;
    },
    by: Actor,
  ): Promise<void>;
  /** All that a user has got by himself of one kind of thing, from now on: in one step, and audited once. */
  replace(
    order: {
      readonly to: Pick<User, 'id' | 'name'>;
      readonly kind: GrantTarget['kind'];
      readonly grants: readonly { readonly action: GrantAction; readonly id: string }[];
    },
    by: Actor,
  ): Promise<void>;
  /** Which users have got what of one kind of thing by themselves, by thing and name. */
  holders(kind: GrantTarget['kind']): Promise<readonly GrantHolding[]>;
  /** What a user has got, by himself and through groups: the flags of his groups too. */
  of(
    principalId: string,
  ): Promise<{ readonly flags: readonly GroupFlag[]; readonly grants: readonly Grant[] }>;
}

export interface ApiCall {
  readonly principalId: string;
  readonly username: string;
  readonly method: string;
  /** Path with query; what looks like a secret in it is replaced. */
  readonly endpoint: string;
  /** Body, cut and with its secrets replaced. */
  readonly content: string;
  readonly remote: string;
}

/** Calls of system users, as FreeTAKServer logs them, but without secrets. The newest 20,000 are kept. */
export interface ApiCalls {
  /** Returns at once; what it is given is cleaned first. */
  note(call: ApiCall): void;
  /** Newest first. */
  list(query?: {
    readonly beforeId?: number;
    readonly limit?: number;
  }): Promise<readonly (ApiCall & { readonly id: number; readonly atMs: number })[]>;
}
