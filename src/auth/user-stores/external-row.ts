import type { CodeMethodName } from '../../store/repositories/factors.ts';
import type { GroupName } from '../../store/repositories/groups.ts';
import type { DirectoryUser } from '../../store/user-directories/port.ts';
import { ADMINISTRATORS } from '../../store/user-directories/port.ts';
import { checkTarget } from '../code-targets.ts';
import { bcryptCostOf } from '../foreign-hashes.ts';
import { foldName, parseExternalName, parseGroupName } from '../names.ts';
import type { CodeSettings } from '../settings.ts';
import { secretOfTotp } from '../totp-codes.ts';

/** Somebody of another store, as far as he can be taken. Members that are undefined are not its business. */
export interface ExternalRow {
  readonly name: string;
  readonly nameKey: string;
  /** Null: no password of his is good. */
  readonly passwordHash: string | null;
  readonly isPasswordExpired: boolean | undefined;
  readonly isAdministrator: boolean;
  readonly groups: readonly GroupName[];
  readonly totpSecret: string | null | undefined;
  readonly target: { readonly method: CodeMethodName; readonly sendTo: string } | null | undefined;
}

/** What is wrong with it, for the operator. No secret is in it. */
export interface RowProblem {
  readonly name: string;
  readonly problem: string;
}

/** Of a group's name in a warning. */
const GROUP_SHOWN_CHARS = 64;

/** Undefined for somebody who cannot be taken at all. Whatever is unclear gives less, never more. */
export function readRow(
  user: DirectoryUser,
  {
    source,
    codes,
    onProblem,
  }: {
    readonly source: 'static' | 'file' | 'database';
    readonly codes: CodeSettings | undefined;
    readonly onProblem: (problem: RowProblem) => void;
  },
): ExternalRow | undefined {
  const report = (problem: string) => onProblem({ name: user.name, problem });
  const named = parseExternalName(user.name);
  if (named === undefined) {
    report('the name has letters that a name cannot have here');
    return undefined;
  }
  const groups = user.groups.flatMap((group) => {
    if (group === ADMINISTRATORS) return [];
    const parsed = channelOf(group);
    if (parsed === undefined)
      report(`the group "${group.slice(0, GROUP_SHOWN_CHARS)}" can be no channel here`);
    return parsed ?? [];
  });
  const totp = totpOf(user.totp);
  // Without its second factor the password would be worth more than its owner wants.
  if (totp === 'unreadable') report('totp_secret cannot be read: nobody can sign in with this password');
  const isReadable = source === 'static' || bcryptCostOf(user.passwordHash) !== undefined;
  if (!isReadable && user.passwordHash !== '') report('the password is no bcrypt hash, and good for nothing');
  return {
    ...named,
    passwordHash: isReadable && totp !== 'unreadable' ? user.passwordHash : null,
    isPasswordExpired: user.isPasswordExpired,
    isAdministrator: user.groups.includes(ADMINISTRATORS),
    groups,
    totpSecret: totp === 'unreadable' ? undefined : totp,
    target: targetOf(user.sendTo, codes, report),
  };
}

/** A name that is RPort's group of administrators but for its case is not taken for it, and for no channel. */
function channelOf(group: string): GroupName | undefined {
  try {
    const name = parseGroupName(group);
    return name.key === foldName(ADMINISTRATORS) ? undefined : name;
  } catch {
    return undefined;
  }
}

function totpOf(text: string | undefined): string | null | undefined | 'unreadable' {
  if (text === undefined) return undefined;
  return text === '' ? null : (secretOfTotp(text) ?? 'unreadable');
}

function targetOf(
  sendTo: string | undefined,
  codes: CodeSettings | undefined,
  report: (problem: string) => void,
): ExternalRow['target'] {
  if (sendTo === undefined || codes === undefined) return undefined;
  if (sendTo === '') return null;
  try {
    return { method: codes.method.by, sendTo: checkTarget(sendTo, codes) };
  } catch {
    report('codes cannot be sent to its two_fa_send_to');
    return null;
  }
}
