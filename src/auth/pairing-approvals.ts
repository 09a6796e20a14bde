import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import type { PairingRecord } from '../store/repositories/pairings.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { PairingBoard } from './pairing-board.ts';
import { newPairingCode, parsePairingCode } from './pairing-codes.ts';
import { guessing } from './pairing-devices.ts';
import { createGranting } from './pairing-grants.ts';
import type { PairingLimits } from './pairing-limits.ts';
import { deviceKindOf, parseScreenName } from './pairing-names.ts';
import type { Pairing, PairingRequest } from './pairing-ports.ts';
import { refuseApprover, refuseOpener } from './pairing-rights.ts';

/** Life of a code that the kit shows, milliseconds: the watch is in the hand already. */
export const OPEN_CODE_LIFE_MS = 120_000;

export interface PairingApprovalsDeps {
  readonly store: Pick<Store, 'pairings' | 'groups'>;
  readonly board: PairingBoard;
  readonly limits: PairingLimits;
  /** Keyed hash, lower-case hex. */
  readonly hash: (secret: string) => string;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** The people's side of pairing: looking at who asks, approving, refusing, and letting the kit show a code. */
export function createPairingApprovals({
  store,
  board,
  limits,
  hash,
  audit,
  clock,
}: PairingApprovalsDeps): Pick<Pairing, 'find' | 'approve' | 'usualChannels' | 'refuse' | 'open' | 'close'> {
  const granting = createGranting(store);

  async function waiting(id: string): Promise<PairingRecord> {
    const pairing = await store.pairings.byId(id);
    if (pairing === undefined || pairing.direction !== 'device_shows') {
      throw new BivouacError('pairing.unknown');
    }
    return pairing;
  }

  return {
    async find(text, by) {
      refuseApprover(by, clock.now());
      const { user, sessionId, actor } = by;
      // Whoever is at the kit reads the codes from its display.
      const guesser =
        user === undefined
          ? undefined
          : { place: placeOf(actor.remote ?? ''), sessionKey: sessionId ?? user.id };
      const waitMs = guesser && limits.waitOf(guesser);
      if (waitMs !== undefined) throw guessing(waitMs);
      const code = parsePairingCode(text);
      if (code === undefined) throw new BivouacError('pairing.code_unknown');
      // Counted before the answer is known: who asks a hundred times at once gets no hundred answers.
      if (guesser !== undefined) limits.wrong(guesser);
      const found = await store.pairings.pendingByCode({ codeHash: hash(code), nowMs: clock.now() });
      if (found === undefined) {
        audit.noteRarely(
          `pairing ${actor.name}`,
          audit.entry(by.actor, 'pairing.find', { result: 'refused' }),
        );
        throw new BivouacError('pairing.code_unknown');
      }
      if (guesser !== undefined) limits.right(guesser);
      return { ...requestOf(found), channels: await granting.channelsFor(undefined, by) };
    },

    async approve({ id, name, channels }, by) {
      refuseApprover(by, clock.now());
      const pairing = await waiting(id);
      const granted = await granting.channelsFor(channels, by);
      const given = name === undefined ? pairing.name : parseScreenName(name);
      const decided = await store.pairings.decide({
        id,
        approval: { approverId: by.user?.id ?? null, name: given, channels: granted },
        nowMs: clock.now(),
        audit: audit.entry(by.actor, 'pairing.approve', {
          target: given,
          detail: { pairing: id, kind: pairing.kind, remote: pairing.remote, channels: granted },
        }),
      });
      board.decided(id);
      return requestOf(decided);
    },

    usualChannels: (by) => granting.channelsFor(undefined, by),

    async refuse(id, by) {
      refuseApprover(by, clock.now());
      const pairing = await waiting(id);
      const decided = await store.pairings.decide({
        id,
        approval: undefined,
        nowMs: clock.now(),
        audit: audit.entry(by.actor, 'pairing.refuse', {
          target: pairing.name,
          detail: { pairing: id, kind: pairing.kind, remote: pairing.remote },
        }),
      });
      board.decided(id);
      return requestOf(decided);
    },

    async open({ name, channels }, by) {
      refuseOpener(by, clock.now());
      const granted = await granting.channelsFor(channels, by);
      const given = name === undefined ? '' : parseScreenName(name);
      for (;;) {
        const [id, code, nowMs] = [newId(), newPairingCode('short'), clock.now()];
        const expiresMs = nowMs + OPEN_CODE_LIFE_MS;
        const pairing = { id, name: given, kind: 'screen', remote: '', createdMs: nowMs, expiresMs };
        const opened = await store.pairings.open({
          pairing: { ...pairing, codeHash: hash(code), deviceCodeHash: null, place: '' },
          approval: { approverId: by.user?.id ?? null, name: given, channels: granted },
          audit: audit.entry(by.actor, 'pairing.open', { detail: { pairing: id, channels: granted } }),
        });
        if (opened === 'taken') continue;
        for (const closed of opened.closed) board.remove(closed);
        board.put(
          {
            ...pairing,
            kind: deviceKindOf(undefined),
            direction: 'kit_shows',
            code,
            intervalMs: 0,
            slowsDown: false,
          },
          OPEN_CODE_LIFE_MS,
        );
        return { id, code, expiresMs };
      }
    },

    async close(by) {
      refuseOpener(by, clock.now());
      const closed = await store.pairings.close(audit.entry(by.actor, 'pairing.close'));
      for (const id of closed) board.remove(id);
    },
  };
}

export function requestOf({ id, kind, name, remote, createdMs, expiresMs }: PairingRecord): PairingRequest {
  return { id, kind: deviceKindOf(kind), name, remote, createdMs, expiresMs };
}
