import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import {
  type PrincipalChange,
  type PrincipalRecord,
  ROLES,
  type Role,
} from '../store/repositories/principals.ts';
import type { AuditLog } from './audit.ts';
import { foldName, parseEmail, parseGroupName, parseUserName } from './names.ts';
import { checkPassword, type PasswordPolicy } from './password-policy.ts';
import { isKnownHash, type Passwords } from './passwords.ts';
import type { RevocationCause, RevocationNotice, Users } from './ports.ts';
import type { RevocationCenter } from './revoke.ts';
import { userOf } from './user-view.ts';

/** Channels of one user: a bound for what a request can make. */
const GROUPS_PER_USER_MAX = 100;

export interface UsersDeps {
  readonly store: Pick<Store, 'principals'>;
  readonly passwords: Passwords;
  readonly revocation: RevocationCenter;
  readonly audit: AuditLog;
  /** As the configuration says now. */
  readonly passwordPolicy: () => PasswordPolicy;
  /** Words that everybody near the kit knows: its name, its hotspot's. */
  readonly contextWords: () => readonly string[];
}

export function createUsers({
  store,
  passwords,
  revocation,
  audit,
  passwordPolicy,
  contextWords,
}: UsersDeps): Users {
  async function find(name: string): Promise<PrincipalRecord> {
    const principal = await store.principals.byNameKey(foldName(name));
    if (principal === undefined) throw new BivouacError('user.unknown');
    return principal;
  }

  const hash = (password: string, name: string) =>
    passwords.hash(checkPassword(password, passwordPolicy(), [name, ...contextWords()]));

  async function announceChange(change: PrincipalChange): Promise<void> {
    const notice = noticeOf(change);
    if (notice !== undefined) await revocation.announce(notice);
  }

  return {
    async add(
      { name: rawName, password, passwordHash, groups = [], role = 'user', email, kind = 'user' },
      by,
    ) {
      const { name, nameKey } = parseUserName(rawName);
      const groupNames = parseGroups(groups);
      if (passwordHash !== undefined && !isKnownHash(passwordHash)) {
        throw new BivouacError('password.hash_unknown');
      }
      const id = newId();
      const added = await store.principals.add({
        id,
        kind,
        name,
        nameKey,
        email: email === undefined || email === '' ? null : parseEmail(email),
        role: parseRole(role),
        phc: password === undefined ? (passwordHash ?? null) : await hash(password, name),
        groups: groupNames,
        audit: audit.entry(by, 'user.add', {
          targetId: id,
          target: name,
          detail: {
            ...(kind === 'user' ? {} : { kind }),
            role,
            groups: groupNames.map((group) => group.name),
            hasPassword: password !== undefined || passwordHash !== undefined,
          },
        }),
      });
      return userOf(added);
    },

    async change(name, { password, groups, role, isEnabled, email }, by) {
      const principal = await find(name);
      const groupNames = groups === undefined ? undefined : parseGroups(groups);
      const parsedEmail = email === undefined || email === '' ? null : parseEmail(email);
      const parsedRole = role === undefined ? undefined : parseRole(role);
      const phc = password === undefined ? undefined : await hash(password, principal.name);
      const change = await store.principals.update({
        id: principal.id,
        ...(phc === undefined ? {} : { phc }),
        ...(groupNames === undefined ? {} : { groups: groupNames }),
        ...(parsedRole === undefined ? {} : { role: parsedRole }),
        ...(isEnabled === undefined ? {} : { state: isEnabled ? 'enabled' : 'disabled' }),
        ...(email === undefined ? {} : { email: parsedEmail }),
        audit: audit.entry(by, 'user.change', {
          targetId: principal.id,
          target: principal.name,
          detail: {
            ...(phc === undefined ? {} : { password: 'changed' }),
            ...(groupNames === undefined ? {} : { groups: groupNames.map((group) => group.name) }),
            ...(parsedRole === undefined ? {} : { role: parsedRole }),
            ...(isEnabled === undefined ? {} : { isEnabled }),
            ...(email === undefined ? {} : { email: 'changed' }),
          },
        }),
      });
      await announceChange(change);
      return userOf(change.principal);
    },

    async delete(name, by) {
      const { id: principalId, name: target } = await find(name);
      const serials = await store.principals.remove({
        id: principalId,
        audit: audit.entry(by, 'user.delete', { targetId: principalId, target }),
      });
      await revocation.announce({ principalId, cause: 'deleted', scope: 'all', serials });
    },

    async expirePassword(name, by) {
      const { id, name: target } = await find(name);
      const change = await store.principals.update({
        id,
        isPasswordExpired: true,
        audit: audit.entry(by, 'user.expire_password', { targetId: id, target }),
      });
      await announceChange(change);
      return userOf(change.principal);
    },

    async byName(name) {
      const principal = await store.principals.byNameKey(foldName(name));
      return principal && userOf(principal);
    },

    async byId(id) {
      const principal = await store.principals.byId(id);
      return principal === undefined || principal.state === 'deleted' ? undefined : userOf(principal);
    },

    list: async () => (await store.principals.list()).map(userOf),
  };
}

/** What a change ends: nothing, the sign-ins by password, or every session (which may come back with what it has now). */
export function noticeOf(change: PrincipalChange): RevocationNotice | undefined {
  const { principal, isDisabledNow, hasOtherPassword, hasOtherGroups, hasOtherRole } = change;
  const all = (cause: RevocationCause): RevocationNotice => ({
    principalId: principal.id,
    cause,
    scope: 'all',
    serials: [],
  });
  if (isDisabledNow) return all('disabled');
  if (hasOtherRole) return all('role_changed');
  if (hasOtherGroups) return all('groups_changed');
  return hasOtherPassword ? { ...all('password_changed'), scope: 'password' } : undefined;
}

function parseGroups(groups: readonly string[]) {
  if (groups.length > GROUPS_PER_USER_MAX) {
    throw new BivouacError('request.invalid', `A user has at most ${GROUPS_PER_USER_MAX} channels`);
  }
  return groups.map(parseGroupName);
}

function parseRole(role: string): Role {
  const known = ROLES.find((one) => one === role);
  if (known === undefined) {
    throw new BivouacError('request.invalid', `There is no role "${role}": ${ROLES.join(', ')}`);
  }
  return known;
}
