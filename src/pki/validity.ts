/**
 * The rules about time, free of everything else. A Raspberry Pi has no battery-backed clock: it may say 1970
 * today and the truth tomorrow, so nothing here trusts a clock that is behind the floor.
 */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365.25 * DAY_MS;

/** Phones compare certificates with their own clock, which may be behind ours by a time zone or a day. */
export const BACKDATE_MS = 24 * HOUR_MS;
/** Truststores are handed out once and then live on phones for as long as the kit does. */
export const CA_LIFE_MS = 10 * YEAR_MS;
/** From first to last moment. Browsers refuse more than 398 days, iOS more than 825 even from an own CA. */
export const SERVER_LIFE_MS = 397 * DAY_MS;
/** TAK clients cannot be relied upon to renew by themselves: a year is a season of events without typing. */
export const CLIENT_LIFE_MS = 365 * DAY_MS;
/**
 * Added to a client's certificate while the clock is not to be trusted. The kit then believes that it is the
 * day of its build; a box that lay two years on a shelf would otherwise hand out certificates that turn out
 * to be expired as soon as somebody sets its clock. Revocation does not depend on it.
 */
export const CLOCKLESS_CLIENT_EXTRA_MS = 2 * YEAR_MS;
/** Below this, a CA is not used for a new server certificate if a younger one is there. */
export const CA_LAST_USE_MS = 30 * DAY_MS;

/** The kit's idea of now. */
export interface Moment {
  /** Never behind the floor. Milliseconds since the epoch. */
  readonly nowMs: number;
  /** False when the clock is behind the floor, so that `nowMs` is only a lower bound of the truth. */
  readonly isClockPlausible: boolean;
}

/** `floorMs`: the build time or the last time known to be true, whichever is later. */
export function momentOf(clockMs: number, floorMs: number): Moment {
  return { nowMs: Math.max(clockMs, floorMs), isClockPlausible: clockMs >= floorMs };
}

/** First and last moment of a certificate, in milliseconds since the epoch, on whole seconds as X.509 has them. */
export interface Window {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A CA is backdated to the floor: whatever the kit's clock said, no phone's true clock is before that. */
export function caWindow({ nowMs }: Moment, floorMs: number): Window {
  const earliest = Math.min(nowMs, floorMs > 0 ? floorMs : nowMs);
  return wholeSeconds(earliest - BACKDATE_MS, nowMs + CA_LIFE_MS);
}

export function serverWindow({ nowMs }: Moment, caNotAfterMs: number): Window {
  const notBeforeMs = nowMs - BACKDATE_MS;
  return wholeSeconds(notBeforeMs, Math.min(notBeforeMs + SERVER_LIFE_MS, caNotAfterMs));
}

export function clientWindow(
  { nowMs, isClockPlausible }: Moment,
  caNotAfterMs: number,
  lifeMs: number = CLIENT_LIFE_MS,
): Window {
  const extraMs = isClockPlausible ? 0 : CLOCKLESS_CLIENT_EXTRA_MS;
  return wholeSeconds(nowMs - BACKDATE_MS, Math.min(nowMs + lifeMs + extraMs, caNotAfterMs));
}

/**
 * When a certificate is to be replaced: at two thirds of its life, give or take a thirtieth. The jitter comes
 * from the serial: kits that were set up together do not renew together, and a restart does not draw again.
 */
export function renewalTimeMs({ notBeforeMs, notAfterMs }: Window, serial: string): number {
  const lifeMs = notAfterMs - notBeforeMs;
  const draw = Number.parseInt(serial.slice(-8), 16) / 0xffff_ffff;
  return notBeforeMs + (lifeMs * 2) / 3 + ((draw - 0.5) * lifeMs) / 15;
}

/** Whether a certificate is within its life. */
export function isWithin({ notBeforeMs, notAfterMs }: Window, nowMs: number): boolean {
  return nowMs >= notBeforeMs && nowMs < notAfterMs;
}

function wholeSeconds(notBeforeMs: number, notAfterMs: number): Window {
  return {
    notBeforeMs: Math.floor(notBeforeMs / 1_000) * 1_000,
    notAfterMs: Math.floor(notAfterMs / 1_000) * 1_000,
  };
}
