import type { Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { PairingRecord } from '../store/repositories/pairings.ts';
import type { AuditLog } from './audit.ts';
import type { PairingBoard } from './pairing-board.ts';
import { createGranting } from './pairing-grants.ts';
import { deviceKindOf, parseScreenName } from './pairing-names.ts';
import type { Approver, Pairing, PairingView } from './pairing-ports.ts';
import { managesAll, refuseApprover } from './pairing-rights.ts';
import type { Actor, RevocationNotice } from './ports.ts';
import type { RevocationCenter } from './revoke.ts';

export interface PairedDisplaysDeps {
  readonly store: Pick<Store, 'pairings' | 'groups'>;
  readonly board: PairingBoard;
  readonly revocation: RevocationCenter;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is paired: lists, names, channels, and its end. */
export function createPairedDisplays({
  store,
  board,
  revocation,
  audit,
  clock,
  log,
}: PairedDisplaysDeps): Pick<Pairing, 'list' | 'change' | 'revoke' | 'leave'> {
  const granting = createGranting(store);

  // What happens to an owner happens to the screens that hear what he hears; the store has done its part.
  revocation.onRevoked((notice) => {
    if (!concernsDisplays(notice)) return;
    const { principalId: ownerId, cause } = notice;
    store.pairings
      .displaysOf(ownerId)
      .then((ids) =>
        Promise.all(
          ids.map((principalId) => revocation.announce({ principalId, cause, scope: 'all', serials: [] })),
        ),
      )
      .catch((error) => log.error('pairing.displays_not_told', { ownerId, error: messageOf(error) }));
  });

  /** @throws BivouacError `pairing.unknown` also for what is none of his business */
  async function own(id: string, by: Approver): Promise<PairingRecord> {
    refuseApprover(by, clock.now());
    const pairing = await store.pairings.byId(id);
    const isHis = managesAll(by, clock.now()) || pairing?.approverId === by.user?.id;
    if (pairing === undefined || !isHis) throw new BivouacError('pairing.unknown');
    return pairing;
  }

  async function end({ id, name, kind }: PairingRecord, by: Actor, action: string): Promise<void> {
    const entry = audit.entry(by, action, { target: name, detail: { pairing: id, kind } });
    const ended = await store.pairings.remove({ id, audit: entry });
    board.remove(id);
    if (ended !== undefined) await revocation.announce({ ...ended, cause: 'revoked', scope: 'all' });
  }

  return {
    async list(by) {
      refuseApprover(by, clock.now());
      const seesAll = managesAll(by, clock.now());
      const rows = await store.pairings.list(clock.now());
      return rows
        .filter(({ approverId }) => seesAll || approverId === by.user?.id)
        .map((row) => viewOf(row, mayKnowCode(row, by) ? board.codeOf(row.id) : undefined));
    },

    async change({ id, name, channels }, by) {
      const pairing = await own(id, by);
      const granted = channels === undefined ? undefined : await granting.channelsFor(channels, by);
      const given = name === undefined ? undefined : parseScreenName(name);
      const { principalId } = await store.pairings.change({
        id,
        ...(given === undefined ? {} : { name: given }),
        ...(granted === undefined ? {} : { channels: granted }),
        audit: audit.entry(by.actor, 'pairing.change', {
          target: pairing.name,
          detail: {
            pairing: id,
            ...(given === undefined ? {} : { name: given }),
            ...(granted === undefined ? {} : { channels: granted }),
          },
        }),
      });
      if (granted === undefined) return;
      await revocation.announce({ principalId, cause: 'groups_changed', scope: 'all', serials: [] });
    },

    revoke: async (id, by) => end(await own(id, by), by.actor, 'pairing.revoke'),

    async leave(displayId, by) {
      const pairing = await store.pairings.byDisplay(displayId);
      if (pairing !== undefined) await end(pairing, by, 'pairing.leave');
    },
  };
}

function concernsDisplays({ scope, cause }: RevocationNotice): boolean {
  return scope === 'all' && OWNERS_END_OR_CHANGE.has(cause);
}

const OWNERS_END_OR_CHANGE: ReadonlySet<RevocationNotice['cause']> = new Set([
  'disabled',
  'deleted',
  'groups_changed',
  'role_changed',
]);

/** Compared at the kit with what stands on the device; elsewhere the person has to look at the device. */
function mayKnowCode({ direction }: PairingRecord, { user }: Approver): boolean {
  return user === undefined || direction === 'kit_shows';
}

function viewOf(row: PairingRecord, code: string | undefined): PairingView {
  const { id, kind, name, remote, createdMs, expiresMs, state, direction, approver, channels, lastSeenMs } =
    row;
  const isPaired = state === 'paired';
  return {
    id,
    state: isPaired
      ? 'paired'
      : direction === 'kit_shows'
        ? 'open'
        : state === 'pending'
          ? 'pending'
          : 'approved',
    kind: deviceKindOf(kind),
    name,
    ...(code === undefined ? {} : { code }),
    remote,
    createdMs,
    expiresMs: isPaired ? null : expiresMs,
    owner: approver,
    channels,
    displayId: row.principalId,
    lastSeenMs,
  };
}
