import type { Cancel, Clock } from '../core/clock.ts';
import type { DeviceKind, PairingShown } from './pairing-ports.ts';

/** RFC 8628: a device that asks faster than told is to wait so much longer each time, milliseconds. */
const SLOW_DOWN_MS = 5_000;

/** A device's timer and the air are not exact: a poll counts as early only when it comes before this share. */
const EARLY_SHARE = 0.9;

interface Pin {
  readonly direction: 'device_shows' | 'kit_shows';
  readonly id: string;
  /** In the clear, and nowhere but here: the kit's display shows it. */
  readonly code: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly remote: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** False once somebody has decided. */
  isShown: boolean;
  /** How often the device may ask. */
  intervalMs: number;
  /** Whether asking too often makes that longer (RFC 8628). */
  readonly slowsDown: boolean;
  /** Monotonic. */
  lastPollMs: number | undefined;
  readonly cancelTimer: Cancel;
}

export type NewPin = Omit<Pin, 'isShown' | 'lastPollMs' | 'cancelTimer'>;

/**
 * What lives in memory of the codes that are in the air: their plain text for the kit's display, and how often
 * each device asks. After a restart it is empty; requests go on by what the store has.
 */
export interface PairingBoard {
  /** `lifeMs` counts on the monotonic clock: what is shown ends when it must, also when the clock is set. */
  put(pin: NewPin, lifeMs: number): void;
  /** Nobody needs to decide about it any more; the device may go on asking. */
  decided(id: string): void;
  remove(id: string): void;
  codeOf(id: string): string | undefined;
  /** How long a device that asks now is to wait from one time to the next; undefined when it does. */
  tooSoon(id: string): number | undefined;
  shown(): PairingShown;
  onChange(listener: () => void): () => void;
}

export function createPairingBoard(clock: Clock): PairingBoard {
  const pins = new Map<string, Pin>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  function remove(id: string): void {
    const pin = pins.get(id);
    if (pin === undefined) return;
    pin.cancelTimer();
    pins.delete(id);
    if (pin.isShown) changed();
  }

  return {
    put(pin, lifeMs) {
      const cancelTimer = clock.after(lifeMs, () => remove(pin.id));
      pins.set(pin.id, { ...pin, isShown: true, lastPollMs: undefined, cancelTimer });
      changed();
    },

    decided(id) {
      const pin = pins.get(id);
      if (pin?.isShown !== true) return;
      pin.isShown = false;
      changed();
    },

    remove,
    codeOf: (id) => pins.get(id)?.code,

    tooSoon(id) {
      const pin = pins.get(id);
      if (pin === undefined) return undefined;
      const nowMs = clock.monotonicMs();
      const isEarly = pin.lastPollMs !== undefined && nowMs - pin.lastPollMs < pin.intervalMs * EARLY_SHARE;
      if (!isEarly) {
        pin.lastPollMs = nowMs;
        return undefined;
      }
      if (pin.slowsDown) pin.intervalMs += SLOW_DOWN_MS;
      return pin.intervalMs;
    },

    shown() {
      const visible = [...pins.values()].filter(({ isShown }) => isShown);
      const open = visible.find(({ direction }) => direction === 'kit_shows');
      return {
        open: open && { id: open.id, code: open.code, expiresMs: open.expiresMs },
        requests: visible
          .filter(({ direction }) => direction === 'device_shows')
          .map(({ id, code, kind, name, remote, createdMs, expiresMs }) => ({
            id,
            code,
            kind,
            name,
            remote,
            createdMs,
            expiresMs,
          })),
      };
    },

    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
