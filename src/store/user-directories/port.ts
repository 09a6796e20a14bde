/** Where people are kept instead of in our own database: what the operator has already. */
import type { UserSource } from '../repositories/user-source.ts';

/** RPort's name for who may do everything: a group there, a role here. */
export const ADMINISTRATORS = 'Administrators';

/** Somebody as the other store has him. A member that is undefined has no place there. */
export interface DirectoryUser {
  readonly name: string;
  readonly passwordHash: string;
  readonly isPasswordExpired: boolean | undefined;
  readonly groups: readonly string[];
  /** Where codes are sent; '' for nowhere. */
  readonly sendTo: string | undefined;
  /** Secret of an authenticator app, as it stands there; '' for none. */
  readonly totp: string | undefined;
}

/** What of somebody is to be different. */
export interface DirectoryChange {
  readonly passwordHash?: string;
  readonly isPasswordExpired?: boolean;
  readonly sendTo?: string;
  readonly totp?: string;
  readonly joins?: readonly string[];
  readonly leaves?: readonly string[];
}

/** A group with the names of what its members may. */
export interface DirectoryGroup {
  readonly name: string;
  readonly permissions: readonly string[];
  /** Its permissions, or its restrictions, cannot be read. */
  readonly isBroken: boolean;
}

/**
 * One store of people. All failures are BivouacError: `user_store.unusable` when it cannot be read,
 * `user_store.read_only` when it takes no changes, `user.unknown`, `user.exists`.
 */
export interface UserDirectory {
  readonly source: Exclude<UserSource, 'built_in'>;
  /** For people: `the file /etc/users.json`. No secret is in it. */
  readonly place: string;
  /** Whether it is on another machine, and whoever is on the way reads and changes everything. */
  readonly isInPlain: boolean;
  /** Whether a sign-in asks it, and whether it is looked through again and again: others change it as they like. */
  readonly isLive: boolean;
  /** What it has a place for, besides name, password and groups. Known after the first `readAll`. */
  readonly columns: { readonly expiry: boolean; readonly sendTo: boolean; readonly totp: boolean };
  readAll(): Promise<readonly DirectoryUser[]>;
  /** Those of exactly this name, or of one that differs in case alone. */
  readNamed(name: string): Promise<readonly DirectoryUser[]>;
  /** Undefined where groups have no permissions of their own. */
  readGroups(): Promise<readonly DirectoryGroup[] | undefined>;
  /** Throws what `change` would throw, as far as that is known beforehand. */
  checkWritable(): void;
  add(user: DirectoryUser): Promise<void>;
  change(name: string, change: DirectoryChange): Promise<void>;
  remove(name: string): Promise<void>;
  putGroup(name: string, permissions: Readonly<Record<string, boolean>>): Promise<void>;
  /** Nobody is in it any more, either. */
  removeGroup(name: string): Promise<void>;
  close(): Promise<void>;
}
