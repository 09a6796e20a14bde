import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * A duration as RPort's settings spell it (`3600000ms`, `3600s`, `60m`, `1h`), as milliseconds. Both ends of
 * the range belong to it.
 */
export function durationSchema(minMs: number, maxMs: number) {
  return z.string().transform((text, context) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
    const durationMs = match === null ? Number.NaN : Math.round(Number(match[1]) * UNIT_MS[match[2]!]!);
    if (durationMs >= minMs && durationMs <= maxMs) return durationMs;
    context.addIssue({
      code: 'custom',
      message: `a duration from ${minMs / 1_000}s to ${maxMs / 1_000}s, as in 600s, 10m or 1h`,
    });
    return z.NEVER;
  });
}
