import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { Json } from '../store/repositories/settings.ts';
import { type Argon2Cost, hashArgon2 } from './argon2.ts';

/** The least that OWASP allows for Argon2id. */
export const COST_FLOOR: Argon2Cost = { memoryKib: 19 * 1024, passes: 2 };

/** On boards that can spare it (RFC 9106, second recommended option). Two hashes run at one time. */
const LARGE_MEMORY_KIB = 64 * 1024;

/** Boards from here on can spare it, bytes. A "2 GB" Pi reports less: the GPU has its share. */
const LARGE_BOARD_BYTES = 1.7 * 1024 ** 3;

/** What a sign-in may take, milliseconds: the middle of 250 to 500. */
const TARGET_MS = 350;

/** More passes than this no board needs; a wrong measurement must not lock the kit up. */
const PASSES_MAX = 20;

/** Name of the stored cost. */
const SETTING = 'auth.hashCost';

/**
 * The cost of a password hash on this board: measured once, then read from the store. A card that moved
 * into a board with other memory is measured again.
 */
export function createHashCost({
  store,
  clock,
  log,
  totalMemoryBytes,
}: {
  readonly store: Pick<Store, 'settings'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the board. */
  readonly totalMemoryBytes: number;
}): () => Promise<Argon2Cost> {
  const board = Math.round(totalMemoryBytes / 1024 ** 2);

  async function load(): Promise<Argon2Cost> {
    const stored = costOf(await store.settings.get(SETTING), board);
    if (stored !== undefined) return stored;
    const measured = await measure(clock, totalMemoryBytes);
    await store.settings.set({ key: SETTING, value: { ...measured, board }, nowMs: clock.now() });
    log.info('auth.hash_calibrated', { ...measured });
    return { memoryKib: measured.memoryKib, passes: measured.passes };
  }

  let cost: Promise<Argon2Cost> | undefined;
  return () => {
    cost ??= load().catch((error) => {
      cost = undefined;
      throw error;
    });
    return cost;
  };
}

async function measure(
  clock: Clock,
  totalMemoryBytes: number,
): Promise<Argon2Cost & { readonly expectedMs: number }> {
  const memoryKib = totalMemoryBytes >= LARGE_BOARD_BYTES ? LARGE_MEMORY_KIB : COST_FLOOR.memoryKib;
  const { passes } = COST_FLOOR;
  let fastestMs = Number.POSITIVE_INFINITY;
  // The faster of two: what else the board does meanwhile must not make the hash too cheap.
  for (let round = 0; round < 2; round += 1) {
    const startMs = clock.monotonicMs();
    await hashArgon2('how fast is this board?', { memoryKib, passes });
    fastestMs = Math.min(fastestMs, clock.monotonicMs() - startMs);
  }
  const passMs = fastestMs / passes;
  const wanted = Math.min(Math.max(Math.round(TARGET_MS / passMs), COST_FLOOR.passes), PASSES_MAX);
  return { memoryKib, passes: wanted, expectedMs: Math.round(wanted * passMs) };
}

/** Undefined for what is not there, is of another board, or is below the floor. */
function costOf(value: Json | undefined, board: number): Argon2Cost | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { memoryKib, passes, board: measuredOn } = value as Record<string, Json>;
  if (typeof memoryKib !== 'number' || typeof passes !== 'number' || measuredOn !== board) return undefined;
  const isHighEnough = memoryKib >= COST_FLOOR.memoryKib && passes >= COST_FLOOR.passes;
  return isHighEnough ? { memoryKib, passes } : undefined;
}
