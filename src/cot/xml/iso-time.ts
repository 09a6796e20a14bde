/**
 * Times as CoT writes them: `2026-01-02T03:04:05.678Z`. The fraction may be absent or of any length; a zone
 * other than Z is accepted, and no zone means UTC, since CoT knows no local time.
 */
const ISO_TIME =
  /^\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|z|([+-])(\d\d):?(\d\d))?\s*$/;

const ZERO = 0x30;
const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;

/** `2026-01-02T03:04:05Z`, the shortest form; with a fraction of three digits it has four bytes more. */
const SHORT_LENGTH = 20;
const MILLIS_LENGTH = 24;

/** Milliseconds since the Unix epoch of the time that the ASCII bytes write, or NaN when they write none. */
export function parseIsoTime(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length !== SHORT_LENGTH && length !== MILLIS_LENGTH) return parseSlowly(bytes, start, end);
  const hasMillis = length === MILLIS_LENGTH;
  if (
    bytes[start + 4] !== 0x2d ||
    bytes[start + 7] !== 0x2d ||
    bytes[start + 10] !== 0x54 ||
    bytes[start + 13] !== 0x3a ||
    bytes[start + 16] !== 0x3a ||
    bytes[end - 1] !== 0x5a ||
    (hasMillis && bytes[start + 19] !== 0x2e)
  ) {
    return parseSlowly(bytes, start, end);
  }
  // A byte that is no digit makes its number negative or too large, or is caught by the slow way's check.
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  const millis = hasMillis ? twoDigits(bytes, start + 20) * 10 + (twoDigits(bytes, start + 21) % 10) : 0;
  return toEpochMs(year, month, day, hour, minute, second, millis);
}

/** Two digits as a number, NaN when one of them is none: NaN then spreads to the result. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function parseSlowly(bytes: Buffer, start: number, end: number): number {
  const parts = ISO_TIME.exec(bytes.toString('latin1', start, end));
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHours, zoneMinutes] = parts;
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const zone = sign === undefined ? 0 : Number(zoneHours) * 60 + Number(zoneMinutes);
  const local = toEpochMs(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    millis,
  );
  return sign === '-' ? local + zone * MS_PER_MINUTE : local - zone * MS_PER_MINUTE;
}

function toEpochMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  millis: number,
): number {
  // The comparisons are written so that NaN fails them. A leap second (60) is let pass.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return (
    daysSinceEpoch(year, month, day) * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + millis
  );
}

const MONTH_DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : MONTH_DAYS[month]!;
}

// The same day comes again and again, so the last one is remembered.
let lastDate = Number.NaN;
let lastDays = 0;

/** Days from 1970-01-01 in the proleptic Gregorian calendar: years are counted from March, in 400-year eras. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const date = (year * 100 + month) * 100 + day;
  if (date === lastDate) return lastDays;
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  lastDate = date;
  lastDays = era * 146_097 + dayOfEra - 719_468;
  return lastDays;
}

/** The last millisecond that a year of four digits can write. */
export const MAX_TIME_MS = 253_402_300_799_999;

/** `2026-01-02T03:04:05.678Z`: three digits of fraction parse in every client. `timeMs` in 0..MAX_TIME_MS. */
export function formatIsoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
