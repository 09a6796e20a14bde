/** How long tokens live. Each number is in the table of docs/security.md. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** RPort's default, and what each use of its token adds at least. */
export const RPORT_LIFE_MS = 10 * MINUTE_MS;

/** The most that RPort grants (`token-lifetime`), and where sliding ends here. */
export const RPORT_LIFE_MAX_MS = 90 * DAY_MS;

/** A spent refresh token may come again for so long: its reply was lost on bad Wi-Fi. */
export const GRACE_MS = 20_000;

/**
 * A session that was opened later than now is of a time when the clock was ahead: nobody knows how old it is,
 * and it would live for as long as the clock was wrong. A time server sets the clock back by less than this.
 */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

export interface Life {
  /** In any case. */
  readonly totalMs: number;
  /** Since the last use. */
  readonly idleMs?: number;
  /** Until the first use, where that is not `idleMs`. */
  readonly firstMs?: number;
  /** False where a use makes a new token instead of a longer life. */
  readonly slides?: boolean;
}

const LIVES = {
  cookie: { totalMs: 12 * HOUR_MS, idleMs: 12 * HOUR_MS },
  /** A browser that was told to remember. */
  remembered: { totalMs: 30 * DAY_MS, idleMs: 12 * HOUR_MS },
  /** The document names no life and the server has none: a token that never ends is a flaw. */
  ots: { totalMs: 30 * DAY_MS, idleMs: 12 * HOUR_MS },
  rport: { totalMs: RPORT_LIFE_MAX_MS, idleMs: RPORT_LIFE_MS },
  taxii: { totalMs: 60 * MINUTE_MS },
  /** How long unused, TakeoutFM's settings say; they say all about its other tokens. */
  refresh: { totalMs: 180 * DAY_MS, slides: false },
} satisfies Readonly<Record<string, Life>>;

export function lifeOf(name: keyof typeof LIVES): Life {
  return LIVES[name];
}
