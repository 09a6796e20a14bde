import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Store } from '../../store/open.ts';
import type { MirroredUser, MirrorOrder, MirrorReport } from '../../store/repositories/external-users.ts';
import type { DirectoryUser, UserDirectory } from '../../store/user-directories/port.ts';
import { GROUP_FLAGS } from '../account-ports.ts';
import type { AuditLog } from '../audit.ts';
import type { FactorVault } from '../factor-vault.ts';
import { bcryptCostOf } from '../foreign-hashes.ts';
import { foldName, parseGroupName } from '../names.ts';
import type { Actor } from '../ports.ts';
import type { RevocationCenter } from '../revoke.ts';
import type { CodeSettings } from '../settings.ts';
import { noticeOf } from '../users.ts';
import { type ExternalRow, type RowProblem, readRow } from './external-row.ts';
import { changeBetween, entryOf } from './outward.ts';

/** Asked again at the earliest after so long when it did not answer: nobody waits for it in a row, milliseconds. */
const DOWN_REST_MS = 5_000;

/** Who follows the other store, in the audit log. */
const FOLLOWER: Actor = { id: null, name: 'user store', remote: null };

/** An action of ours on somebody who is kept elsewhere. */
export interface Carried<T> {
  /** Whom it is about, before it; undefined for somebody new. */
  readonly before: () => Promise<string | undefined>;
  readonly run: () => Promise<T>;
  /** Whom it was about. */
  readonly idOf: (result: T) => string | undefined;
  /** False for what the other store has no part in: it may be read-only then. */
  readonly changesStore: boolean;
}

/**
 * Behind each name of the other store stands a principal of ours, which everything that signs in, sends and is
 * revoked is about. The store is right: the mirror follows it, and what we change is changed there. One thing
 * at a time: whoever follows and whoever changes never meet.
 */
export interface UserMirror {
  /** Looks through the whole store, and drops who is gone. @throws BivouacError `user_store.unusable` */
  followAll(): Promise<{ readonly people: number; readonly problems: readonly RowProblem[] }>;
  /** The same for one name, given folded or as typed. */
  followNamed(name: string): Promise<void>;
  /** Does what is to be done here, and there. When it fails there, it is undone here. */
  carry<T>(order: Carried<T>): Promise<T>;
  /** The same for what members of a group may do, and who is in it. */
  carryGroup<T>(run: () => Promise<T>, there: () => Promise<void>): Promise<T>;
  /** Costs of the bcrypt hashes that are in the store. */
  costs(): Iterable<number>;
}

export interface MirrorDeps {
  readonly directory: UserDirectory;
  readonly store: Store;
  readonly vault: FactorVault;
  readonly audit: AuditLog;
  readonly revocation: Pick<RevocationCenter, 'announce'>;
  readonly codes: () => CodeSettings | undefined;
  readonly totpIssuer: () => string;
  /** For a static user: a hash of ours for his password, which is the old one where that is still good. */
  readonly hashStatic: (password: string, known: string | undefined) => Promise<string>;
  /** The mirror has changed: somebody may have become, or ceased to be, the first administrator. */
  readonly onFollowed: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createUserMirror(deps: MirrorDeps): UserMirror {
  const { directory, store, vault, audit, revocation, clock, log } = deps;
  const { source } = directory;
  let last: Promise<unknown> = Promise.resolve();
  let down: { readonly untilMs: number; readonly error: unknown } | undefined;
  let costs = new Set<number>();

  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  /** Reads from the other store; one that does not answer is left alone for a while. */
  async function ask<T>(read: () => Promise<T>): Promise<T> {
    if (down !== undefined && clock.monotonicMs() < down.untilMs) throw down.error;
    try {
      const answer = await read();
      down = undefined;
      return answer;
    } catch (error) {
      if (directory.isLive) down = { untilMs: clock.monotonicMs() + DOWN_REST_MS, error };
      throw error;
    }
  }

  async function rowOf(
    user: DirectoryUser,
    known: MirroredUser | undefined,
    onProblem: (problem: RowProblem) => void,
  ): Promise<ExternalRow | undefined> {
    const row = readRow(user, { source, codes: deps.codes(), onProblem });
    if (row === undefined || source !== 'static') return row;
    return { ...row, passwordHash: await deps.hashStatic(user.passwordHash, known?.phc) };
  }

  /** What makes the mirror like the rows; only what is different is in it. */
  function orderFor(
    pairs: readonly { readonly row: ExternalRow | undefined; readonly known: MirroredUser | undefined }[],
  ): MirrorOrder {
    const added: MirrorOrder['added'][number][] = [];
    const changed: MirrorOrder['changed'][number][] = [];
    const vanished: MirrorOrder['vanished'][number][] = [];
    for (const { row, known } of pairs) {
      const target = {
        targetId: known?.principal.id ?? null,
        target: row?.name ?? known?.principal.name ?? null,
      };
      if (row === undefined) {
        if (known === undefined) continue;
        const entry = audit.entry(FOLLOWER, 'user.retire', { ...target, detail: { why: 'vanished' } });
        vanished.push({ id: known.principal.id, audit: entry });
      } else if (known === undefined) {
        const id = newId();
        added.push({
          id,
          name: row.name,
          nameKey: row.nameKey,
          email: null,
          role: row.isAdministrator ? 'administrator' : 'user',
          phc: row.passwordHash,
          isPasswordExpired: row.isPasswordExpired ?? false,
          groups: row.groups,
          ...sealed(id, row, undefined),
          audit: audit.entry(FOLLOWER, 'user.meet', { targetId: id, target: row.name }),
        });
      } else {
        const difference = differenceOf(row, known);
        if (Object.keys(difference).length === 0) continue;
        const { phc, totpSecret, target: codeTarget, ...rest } = difference;
        changed.push({
          id: known.principal.id,
          ...difference,
          audit: audit.entry(FOLLOWER, 'user.follow', {
            ...target,
            detail: {
              changed: [
                ...(phc === undefined ? [] : ['password']),
                ...(totpSecret === undefined && codeTarget === undefined ? [] : ['second factor']),
                ...Object.keys(rest),
              ],
            },
          }),
        });
      }
    }
    return { added, changed, vanished };
  }

  function differenceOf(row: ExternalRow, { principal, phc, factors }: MirroredUser) {
    const keys = [...new Set(principal.groups.map(({ name }) => foldName(name)))].sort();
    const wanted = [...new Set(row.groups.map(({ key }) => key))].sort();
    const isAdministrator = principal.role === 'administrator';
    const isSamePassword = (phc ?? null) === row.passwordHash;
    const isExpired = row.isPasswordExpired;
    // A new password comes in as a good one; without any there is nothing to expire.
    const isExpiredThen = isSamePassword && principal.isPasswordExpired;
    const hasOtherExpiry =
      isExpired !== undefined && row.passwordHash !== null && isExpired !== isExpiredThen;
    return {
      ...(isSamePassword ? {} : { phc: row.passwordHash }),
      ...(hasOtherExpiry ? { isPasswordExpired: isExpired } : {}),
      ...(JSON.stringify(keys) === JSON.stringify(wanted) ? {} : { groups: row.groups }),
      // Operators and viewers are made here: the other store knows administrators and others.
      ...(isAdministrator === row.isAdministrator
        ? {}
        : { role: row.isAdministrator ? ('administrator' as const) : ('user' as const) }),
      ...sealed(principal.id, row, factors),
    };
  }

  function sealed(
    id: string,
    { totpSecret, target }: ExternalRow,
    known: MirroredUser['factors'] | undefined,
  ) {
    const totp = known?.totp;
    const active = totp?.status === 'active' ? vault.openTotp(id, totp.secret) : null;
    const sendTo = known?.target && vault.openTarget(id, known.target.target);
    const isSameTarget = target?.sendTo === sendTo && target?.method === known?.target?.method;
    return {
      ...(totpSecret === undefined || totpSecret === active
        ? {}
        : { totpSecret: totpSecret === null ? null : vault.sealTotp(id, totpSecret) }),
      ...(target === undefined || isSameTarget
        ? {}
        : {
            target: target && { method: target.method, target: vault.sealTarget(id, target.sendTo) },
          }),
    };
  }

  async function follow(order: MirrorOrder): Promise<readonly string[]> {
    if (order.added.length + order.changed.length + order.vanished.length === 0) return [];
    const report = await store.externalUsers.follow(order);
    await announce(report);
    log.info('auth.user_store_followed', {
      added: order.added.length - report.taken.length,
      changed: report.changes.length,
      retired: report.retired.length,
    });
    await deps.onFollowed();
    return report.taken;
  }

  async function announce({ changes, retired }: Pick<MirrorReport, 'changes' | 'retired'>): Promise<void> {
    for (const { id, serials } of retired) {
      await revocation.announce({ principalId: id, cause: 'deleted', scope: 'all', serials });
    }
    for (const change of changes) {
      const notice = noticeOf(change);
      if (notice !== undefined) await revocation.announce(notice);
      if (!change.hasOtherFactors || notice?.scope === 'all') continue;
      const principalId = change.principal.id;
      await revocation.announce({ principalId, cause: 'factor_changed', scope: 'password', serials: [] });
    }
  }

  async function followAllNow() {
    const users = await ask(() => directory.readAll());
    const problems: RowProblem[] = [];
    const report = (problem: RowProblem) => problems.push(problem);
    const known = new Map((await store.externalUsers.list(source)).map((one) => [keyOf(one), one]));
    const pairs: { row: ExternalRow | undefined; known: MirroredUser | undefined }[] = [];
    const chosen = new Map<string, DirectoryUser[]>();
    for (const user of users) {
      const key = foldName(user.name);
      chosen.set(key, [...(chosen.get(key) ?? []), user]);
    }
    for (const [key, namesakes] of chosen) {
      const one = known.get(key);
      const user = theOne(namesakes, one, report);
      pairs.push({ row: user && (await rowOf(user, one, report)), known: one });
    }
    for (const [key, one] of known) if (!chosen.has(key)) pairs.push({ row: undefined, known: one });
    costs = new Set(
      pairs.flatMap(({ row }) => (row?.passwordHash ? (bcryptCostOf(row.passwordHash) ?? []) : [])),
    );
    for (const name of await follow(orderFor(pairs))) {
      report({ name, problem: 'something else here has this name' });
    }
    await followGroups(report);
    return { people: pairs.filter(({ row }) => row !== undefined).length, problems };
  }

  async function followGroups(report: (problem: RowProblem) => void): Promise<void> {
    const groups = await ask(() => directory.readGroups());
    if (groups === undefined) return;
    const atMs = clock.now();
    await store.externalUsers.followGroups(
      groups.flatMap(({ name, permissions, isBroken }) => {
        if (isBroken)
          report({ name, problem: 'permissions or restrictions of the group cannot be kept here' });
        try {
          return [
            {
              name: parseGroupName(name),
              flags: GROUP_FLAGS.filter((flag) => permissions.includes(flag)),
              atMs,
            },
          ];
        } catch {
          return [];
        }
      }),
    );
  }

  /** The row of that name now, and the mirror like it. */
  async function followNamedNow(name: string): Promise<DirectoryUser | undefined> {
    const nameKey = foldName(name);
    const known = await store.externalUsers.byNameKey({ source, nameKey });
    const found = await ask(() => directory.readNamed(known?.principal.name ?? name));
    const namesakes = found.filter((one) => foldName(one.name) === nameKey);
    const user = theOne(namesakes, known, () => {});
    const row = user && (await rowOf(user, known, () => {}));
    const cost = row?.passwordHash ? bcryptCostOf(row.passwordHash) : undefined;
    if (cost !== undefined) costs.add(cost);
    await follow(orderFor([{ row, known }]));
    return user;
  }

  async function followBack(name: string): Promise<void> {
    try {
      await followNamedNow(name);
    } catch (error) {
      log.error('auth.user_store_not_followed', { error: messageOf(error) });
    }
  }

  return {
    followAll: () => oneAtATime(followAllNow),
    followNamed: (name) => oneAtATime(async () => void (await followNamedNow(name))),
    costs: () => costs,

    carry: (order) =>
      oneAtATime(async () => {
        const id = await order.before();
        const first = id === undefined ? undefined : await store.externalUsers.byId(id);
        if (first !== undefined && first.source !== source) return order.run();
        if (!order.changesStore) return order.run();
        directory.checkWritable();
        const user = first && (await followNamedNow(first.principal.name));
        const before = first && (await store.externalUsers.byId(first.principal.id));
        const result = await order.run();
        const changedId = order.idOf(result) ?? first?.principal.id;
        const after = changedId === undefined ? undefined : await store.externalUsers.byId(changedId);
        if (after === undefined || after.source !== source) return result;
        const { name, state } = after.principal;
        try {
          const form = { vault, totpIssuer: deps.totpIssuer() };
          if (state === 'deleted') await directory.remove(name);
          else if (before === undefined || user === undefined) await directory.add(entryOf(after, form));
          else {
            const change = changeBetween(before, after, user, form);
            if (change !== undefined) await directory.change(name, change);
          }
        } catch (error) {
          await followBack(name);
          throw error;
        }
        await deps.onFollowed();
        return result;
      }),

    carryGroup: (run, there) =>
      oneAtATime(async () => {
        directory.checkWritable();
        const result = await run();
        try {
          await there();
        } catch (error) {
          await followAllNow().catch((problem) =>
            log.error('auth.user_store_not_followed', { error: messageOf(problem) }),
          );
          throw error;
        }
        return result;
      }),
  };
}

function keyOf({ principal }: MirroredUser): string {
  return foldName(principal.name);
}

/** Of those whose names differ in case alone: the one whom we know already, or nobody. */
function theOne(
  namesakes: readonly DirectoryUser[],
  known: MirroredUser | undefined,
  report: (problem: RowProblem) => void,
): DirectoryUser | undefined {
  const [first] = namesakes;
  if (first === undefined || namesakes.length === 1) return first;
  report({ name: first.name, problem: 'several people have this name, but for its case' });
  const same = namesakes.filter(({ name }) => name === known?.principal.name);
  return same.length === 1 ? same[0] : undefined;
}
