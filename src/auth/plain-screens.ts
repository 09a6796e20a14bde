import type { Clock } from '../core/clock.ts';
import type { Health } from '../core/health.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import type { Json } from '../store/repositories/settings.ts';
import type { AuditLog } from './audit.ts';
import type { DeviceClaim, DeviceVisit, PairedTokens, Pairing } from './pairing-ports.ts';
import type { PlainScreens, PlainToken } from './plain-screen-ports.ts';
import type { SessionDesk } from './sessions.ts';
import type { TokenKeys } from './token-keys.ts';

/** Life of a plain screen, milliseconds: a day's work. Who has overheard its cookie has it no longer. */
export const PLAIN_LIFE_MS = 24 * 60 * 60_000;

/** Plain screens at one time; one more takes the place of the oldest. */
const SCREENS_MAX = 20;

/** Screens that wait to be approved: as many as pairing itself lets wait. */
const WAITING_MAX = 20;

/** A screen that was paired later than so long after now is of a time when the clock was ahead. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

const ALLOWS_KEY = 'screens.allows_plain';
const LIST_KEY = 'screens.plain';

const WARNING = 'screens.plain';

/** Who approves a screen is to see what he approves. */
const NAMES: Readonly<Record<string, string>> = { tv: 'TV, unencrypted', watch: 'Watch, unencrypted' };

interface Waiting {
  readonly pairingId: string;
  readonly code: string;
  readonly expiresMs: number;
}

/** A paired one. Its cookie is kept as a keyed hash; the tokens of its session never left the kit. */
interface PlainScreen {
  readonly hash: string;
  readonly sessionId: string;
  readonly displayId: string;
  readonly sinceMs: number;
}

export interface PlainScreensDeps {
  readonly store: Pick<Store, 'settings'>;
  readonly pairing: Pick<Pairing, 'request' | 'poll' | 'typed' | 'leave'>;
  readonly sessions: Pick<SessionDesk, 'byId'>;
  readonly keys: TokenKeys;
  readonly health: Pick<Health, 'set' | 'clear'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/**
 * Screens without encryption, for devices that cannot take the kit's certificate. What such a device holds is a
 * cookie that this file alone knows: it stands for a display, and no door but the portal's board looks here, so
 * that whoever reads it from the air gets what he reads from the air anyway. Off by default.
 */
export function createPlainScreens(deps: PlainScreensDeps): PlainScreens {
  const { store, pairing, sessions, keys, health, audit, clock } = deps;
  /** By the secret in the device's cookie. Gone after a restart: the device asks for another code. */
  const waiting = new Map<string, Waiting>();
  let allows = false;
  let screens: readonly PlainScreen[] = [];
  let loading: Promise<void> | undefined;

  const hashOf = (secret: string) => keys.hashOf('plain-screen', secret);

  function loaded(): Promise<void> {
    loading ??= (async () => {
      const [allowed, list] = await Promise.all([
        store.settings.get(ALLOWS_KEY),
        store.settings.get(LIST_KEY),
      ]);
      allows = allowed === true;
      screens = Array.isArray(list) ? (list as unknown as PlainScreen[]) : [];
      warn();
    })();
    return loading;
  }

  function warn(): void {
    if (!allows) {
      health.clear(WARNING);
      return;
    }
    health.set({
      code: WARNING,
      severity: 'careful',
      text: 'Screens without encryption are allowed. Everybody on this network can read what they show. Switch it off under Screens when it is not needed.',
    });
  }

  const keep = (key: string, value: Json) => store.settings.set({ key, value, nowMs: clock.now() });

  async function keepScreens(next: readonly PlainScreen[]): Promise<void> {
    screens = next;
    await keep(LIST_KEY, next as unknown as Json);
  }

  async function remember({ display, refresh }: PairedTokens): Promise<PlainToken> {
    const secret = newId();
    const sinceMs = clock.now();
    const screen = { hash: hashOf(secret), sessionId: refresh.sessionId, displayId: display.id, sinceMs };
    const kept = screens.slice(Math.max(0, screens.length - SCREENS_MAX + 1));
    const replaced = screens.slice(0, screens.length - kept.length);
    await keepScreens([...kept, screen]);
    for (const { displayId } of replaced) await pairing.leave(displayId, KIT);
    // It may have been switched off while the device was on its way in.
    if (!allows) await endAll();
    return { secret, lifeMs: PLAIN_LIFE_MS };
  }

  async function endAll(): Promise<void> {
    const ended = screens;
    await keepScreens([]);
    for (const { displayId } of ended) await pairing.leave(displayId, KIT);
  }

  function isOver({ sinceMs }: PlainScreen): boolean {
    const ageMs = clock.now() - sinceMs;
    return ageMs >= PLAIN_LIFE_MS || ageMs < -CLOCK_TOLERANCE_MS;
  }

  return {
    load: loaded,

    async isAllowed() {
      await loaded();
      return allows;
    },

    async allow(isAllowed, by) {
      await loaded();
      if (isAllowed === allows) return;
      // What ends, ends before the disk has it; what begins, begins after.
      if (!isAllowed) allows = false;
      await keep(ALLOWS_KEY, isAllowed);
      allows = isAllowed;
      warn();
      audit.note(audit.entry(by, 'screens.allow_plain', { detail: { allowsPlainScreens: isAllowed } }));
      if (isAllowed) return;
      waiting.clear();
      await endAll();
    },

    async request(device, visit) {
      await loaded();
      const { pairingId, code, expiresMs } = await pairing.request({
        form: 'long',
        device: named(device),
        ...visit,
      });
      for (const [secret, old] of waiting) if (old.expiresMs <= clock.now()) waiting.delete(secret);
      for (const secret of waiting.keys()) if (waiting.size >= WAITING_MAX) waiting.delete(secret);
      const secret = newId();
      waiting.set(secret, { pairingId, code, expiresMs });
      return { secret, code, lifeMs: expiresMs - clock.now() };
    },

    async poll(secret, visit: DeviceVisit) {
      await loaded();
      const request = waiting.get(secret);
      if (!allows || request === undefined) return { state: 'over' };
      const { pairingId, code } = request;
      const result = await pairing.poll({ by: { pairingId, code }, ...visit });
      switch (result.state) {
        case 'pending':
        case 'too_soon':
          return { state: 'pending', code };
        case 'paired':
          waiting.delete(secret);
          return { state: 'paired', token: await remember(result.tokens) };
        case 'refused':
          // Stays so until somebody starts again: a refused screen does not ask by itself.
          return { state: 'refused' };
        default:
          waiting.delete(secret);
          return { state: 'over' };
      }
    },

    async typed(code, device, visit) {
      await loaded();
      return remember(await pairing.typed({ code, device: named(device), ...visit }));
    },

    async viewer(secret) {
      await loaded();
      if (!allows) return undefined;
      const hash = hashOf(secret);
      const screen = screens.find((one) => one.hash === hash);
      if (screen === undefined) return undefined;
      const session = isOver(screen) ? undefined : await sessions.byId(screen.sessionId);
      if (session !== undefined) return allows ? session.user : undefined;
      await keepScreens(screens.filter((one) => one !== screen));
      await pairing.leave(screen.displayId, KIT);
      return undefined;
    },
  };
}

/** Who ends what has lived long enough. */
const KIT = { id: null, name: 'kit', remote: null } as const;

function named({ kind = 'tv' }: DeviceClaim): DeviceClaim {
  return { kind, name: NAMES[kind] ?? 'Screen, unencrypted' };
}
