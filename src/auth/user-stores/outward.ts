import type { MirroredUser } from '../../store/repositories/external-users.ts';
import {
  ADMINISTRATORS,
  type DirectoryChange,
  type DirectoryUser,
} from '../../store/user-directories/port.ts';
import type { FactorVault } from '../factor-vault.ts';
import { foldName } from '../names.ts';
import { totpUri } from '../totp-codes.ts';

/** How secrets of ours are written in the other store. */
export interface OutwardForm {
  readonly vault: FactorVault;
  /** Name in authenticator apps. */
  readonly totpIssuer: string;
}

/** Somebody of ours as the other store keeps him. */
export function entryOf(user: MirroredUser, form: OutwardForm): DirectoryUser {
  return {
    name: user.principal.name,
    passwordHash: user.phc ?? '',
    isPasswordExpired: user.principal.isPasswordExpired,
    groups: groupsOf(user),
    sendTo: sendToOf(user, form),
    totp: totpOf(user, form),
  };
}

/**
 * What an action of ours has changed of somebody, and nothing else: whatever another program changed meanwhile
 * stays. `there` is how the store has him. Undefined for nothing.
 */
export function changeBetween(
  before: MirroredUser,
  after: MirroredUser,
  there: DirectoryUser,
  form: OutwardForm,
): DirectoryChange | undefined {
  const old = groupsOf(before);
  const now = groupsOf(after);
  const isIn = (names: readonly string[], name: string) =>
    names.some((one) => foldName(one) === foldName(name));
  const joins = now.filter((name) => !isIn(old, name));
  const left = old.filter((name) => !isIn(now, name));
  // As they are written there.
  const leaves = there.groups.filter((name) => isIn(left, name));
  const isExpired = after.principal.isPasswordExpired;
  const sendTo = sendToOf(after, form);
  const totp = totpOf(after, form);
  const change: DirectoryChange = {
    ...(before.phc === after.phc ? {} : { passwordHash: after.phc ?? '' }),
    ...(before.principal.isPasswordExpired === isExpired ? {} : { isPasswordExpired: isExpired }),
    ...(sendToOf(before, form) === sendTo ? {} : { sendTo }),
    ...(totpOf(before, form) === totp ? {} : { totp }),
    ...(joins.length === 0 ? {} : { joins }),
    ...(leaves.length === 0 ? {} : { leaves }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function groupsOf({ principal: { role, groups } }: MirroredUser): string[] {
  const names = [...new Set(groups.map(({ name }) => name))];
  return role === 'administrator' ? [ADMINISTRATORS, ...names] : names;
}

function sendToOf({ principal, factors }: MirroredUser, { vault }: OutwardForm): string {
  return factors.target === undefined ? '' : vault.openTarget(principal.id, factors.target.target);
}

/** As RPort writes it, so that its own server reads it. A secret without its first good code is not there yet. */
function totpOf({ principal, factors }: MirroredUser, { vault, totpIssuer }: OutwardForm): string {
  if (factors.totp?.status !== 'active') return '';
  return totpUri(vault.openTotp(principal.id, factors.totp.secret), principal.name, totpIssuer);
}
