import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { PairingRecord, Redemption } from '../store/repositories/pairings.ts';
import { type Place, placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import type { PairingBoard } from './pairing-board.ts';
import { newDeviceCode, newPairingCode, parsePairingCode } from './pairing-codes.ts';
import type { PairingLimits } from './pairing-limits.ts';
import { deviceKindOf, deviceNameOf } from './pairing-names.ts';
import type { CodeForm, DeviceVisit, PairedTokens, Pairing, PollResult } from './pairing-ports.ts';
import type { Sessions } from './session-ports.ts';
import { userOf } from './user-view.ts';

/** How often a device may ask, milliseconds. TakeoutFM's person presses "Next"; RFC 8628 has 5 s. */
export const POLL_INTERVAL_MS: Readonly<Record<CodeForm, number>> = { short: 1_000, long: 5_000 };

export interface PairingDevicesDeps {
  readonly store: Pick<Store, 'pairings'>;
  readonly sessions: Pick<Sessions, 'openFamily'>;
  readonly board: PairingBoard;
  readonly limits: PairingLimits;
  /** Keyed hash, lower-case hex. */
  readonly hash: (secret: string) => string;
  /** Life of a code that a device shows, milliseconds: time to fetch a phone and sign in on it. */
  readonly codeLifeMs: () => number;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** The devices' side of pairing: asking for a code, asking whether it was approved, typing the kit's. */
export function createPairingDevices({
  store,
  sessions,
  board,
  limits,
  hash,
  codeLifeMs,
  audit,
  clock,
  log,
}: PairingDevicesDeps): Pick<Pairing, 'request' | 'poll' | 'typed'> {
  const deviceEntry = (place: Place, action: string) =>
    audit.entry({ id: null, name: 'device', remote: place.address }, action);

  /** The display has come into the world; only its device gets to know its tokens. */
  async function tokensFor(
    redemption: Extract<Redemption, { principal: unknown }>,
    { remote, userAgent = '' }: DeviceVisit,
  ): Promise<PairedTokens> {
    const { principal, pairing } = redemption;
    board.remove(pairing.id);
    const display = userOf(principal);
    const family = await sessions.openFamily({
      user: display,
      credEpoch: principal.credEpoch,
      methods: ['pairing'],
      atMs: clock.now(),
      door: 'takeout',
      remote,
      userAgent,
      deviceCookie: '',
    });
    log.info('pairing.paired', { pairing: pairing.id, display: display.id, kind: pairing.kind });
    return { display, ...family };
  }

  /** The request that the device asks about; undefined when there is none, or the code is another one's. */
  function asked(by: Parameters<Pairing['poll']>[0]['by']): Promise<PairingRecord | undefined> {
    if ('deviceCode' in by) return store.pairings.byDeviceCode(hash(by.deviceCode));
    const code = parsePairingCode(by.code);
    if (code === undefined) return Promise.resolve(undefined);
    return store.pairings.byIdAndCode({ id: by.pairingId, codeHash: hash(code) });
  }

  return {
    async request({ form, device, remote }) {
      const place = placeOf(remote);
      const waitMs = limits.requested(place);
      if (waitMs !== undefined) throw tooMany(waitMs);
      const kind = deviceKindOf(device.kind);
      const name = deviceNameOf(device.name, kind);
      for (;;) {
        const [id, code, deviceCode, nowMs] = [newId(), newPairingCode(form), newDeviceCode(), clock.now()];
        const lifeMs = codeLifeMs();
        const expiresMs = nowMs + lifeMs;
        const pairing = { id, name, kind, remote: place.address, createdMs: nowMs, expiresMs };
        const added = await store.pairings.request({
          ...pairing,
          codeHash: hash(code),
          deviceCodeHash: form === 'long' ? hash(deviceCode) : null,
          place: place.key,
        });
        if (added === 'taken') continue;
        for (const replaced of added.replaced) board.remove(replaced);
        board.put(
          {
            ...pairing,
            direction: 'device_shows',
            code,
            intervalMs: POLL_INTERVAL_MS[form],
            slowsDown: form === 'long',
          },
          lifeMs,
        );
        log.info('pairing.requested', { pairing: id, kind, remote: place.address });
        return { pairingId: id, code, deviceCode, expiresMs };
      }
    },

    async poll({ by, ...visit }): Promise<PollResult> {
      const pairing = await asked(by);
      if (pairing === undefined || pairing.direction !== 'device_shows') return { state: 'unknown' };
      const { id, state, createdMs, expiresMs } = pairing;
      const nowMs = clock.now();
      if (state === 'refused') return { state: 'refused' };
      if (state === 'paired' || nowMs < createdMs || nowMs >= expiresMs) return { state: 'over' };
      if (state === 'pending') {
        const waitMs = board.tooSoon(id);
        return waitMs === undefined ? { state: 'pending' } : { state: 'too_soon', waitMs };
      }
      const redemption = await store.pairings.redeem({
        id,
        displayId: newId(),
        nowMs,
        audit: deviceEntry(placeOf(visit.remote), 'pairing.redeem'),
      });
      if (redemption.refused !== undefined) return { state: redemption.refused };
      return { state: 'paired', tokens: await tokensFor(redemption, visit) };
    },

    async typed({ code: text, device, ...visit }) {
      const place = placeOf(visit.remote);
      const guesser = { place, sessionKey: undefined };
      const waitMs = limits.waitOf(guesser);
      if (waitMs !== undefined) throw guessing(waitMs);
      const code = parsePairingCode(text);
      if (code === undefined) throw new BivouacError('pairing.code_unknown');
      const kind = deviceKindOf(device.kind);
      // Counted before the answer is known: who asks a hundred times at once gets no hundred answers.
      limits.wrong(guesser);
      const redemption = await store.pairings.redeemOpen({
        codeHash: hash(code),
        name: deviceNameOf(device.name, kind),
        kind,
        remote: place.address,
        displayId: newId(),
        nowMs: clock.now(),
        audit: deviceEntry(place, 'pairing.redeem'),
      });
      if (redemption.refused !== undefined) {
        audit.noteRarely(`pairing ${place.key}`, {
          ...deviceEntry(place, 'pairing.typed'),
          result: 'refused',
        });
        throw new BivouacError('pairing.code_unknown');
      }
      limits.right(guesser);
      return tokensFor(redemption, visit);
    },
  };
}

export function tooMany(waitMs: number): BivouacError {
  return new BivouacError('pairing.too_many', undefined, { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}

export function guessing(waitMs: number): BivouacError {
  return new BivouacError('pairing.guessing', undefined, { retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}
