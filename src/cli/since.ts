import { UsageError } from './failures.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A point in time as people type it: ISO 8601, or an age such as `30m`. Milliseconds since the epoch. */
export function parseSince(text: string, nowMs: number): number {
  const age = /^(\d+)([smhd])$/.exec(text);
  if (age !== null) return nowMs - Number(age[1]) * UNIT_MS[age[2] ?? '']!;
  const timeMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new UsageError(`"${text}" is no time: write 2026-06-01T12:00:00Z, or an age such as 30m, 12h, 7d`);
  }
  return timeMs;
}
