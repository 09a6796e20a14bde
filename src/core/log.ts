import { pino } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * JSON lines with stable event names: `log.info('cot.closed', { session, reason })`.
 * Names are `room.what_happened`; fields never hold secrets (a canary test greps for them).
 */
export interface Log {
  debug(ev: string, fields?: LogFields): void;
  info(ev: string, fields?: LogFields): void;
  warn(ev: string, fields?: LogFields): void;
  error(ev: string, fields?: LogFields): void;
  /** As `warn`, but at most one line per `key` each minute; the next line says how many were held back. */
  warnRarely(key: string, ev: string, fields?: LogFields): void;
  /** A log whose lines all carry `fields`. */
  with(fields: LogFields): Log;
}

/** Hostile peers can cause the same warning thousands of times a second: one a minute per key says enough. */
const RARE_WARNING_PERIOD_MS = 60_000;
/** Keys can come from clients (an address): the table of held-back warnings must not grow with them. */
const RARE_WARNING_KEYS_MAX = 1_000;

interface LineWriter {
  debug(o: object): void;
  info(o: object): void;
  warn(o: object): void;
  error(o: object): void;
  child(o: object): LineWriter;
}

export function createLog(
  level: LogLevel,
  destination: { write(line: string): void } = process.stdout,
  now: () => number = Date.now,
): Log {
  const writer = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrap(writer, new Map(), now);
}

function wrap(
  writer: LineWriter,
  held: Map<string, { sinceMs: number; count: number }>,
  now: () => number,
): Log {
  return {
    debug: (ev, fields) => writer.debug({ ev, ...fields }),
    info: (ev, fields) => writer.info({ ev, ...fields }),
    warn: (ev, fields) => writer.warn({ ev, ...fields }),
    error: (ev, fields) => writer.error({ ev, ...fields }),
    warnRarely(key, ev, fields) {
      const at = now();
      const entry = held.get(key);
      const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : at - entry.sinceMs;
      // A clock that jumped back must not silence a warning for years.
      if (entry !== undefined && ageMs >= 0 && ageMs < RARE_WARNING_PERIOD_MS) {
        entry.count += 1;
        return;
      }
      if (held.size >= RARE_WARNING_KEYS_MAX) held.clear();
      held.set(key, { sinceMs: at, count: 0 });
      writer.warn(entry?.count ? { ev, ...fields, heldBack: entry.count } : { ev, ...fields });
    },
    with: (fields) => wrap(writer.child(fields), held, now),
  };
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  warnRarely() {},
  with: () => silentLog,
};
