import { ANONYMOUS_CHANNEL } from '../core/anonymous-channel.ts';
import type { DisplayFormats, DisplayState, Position, TimeSource } from './state.ts';

/** How the display says times, distances, directions and codes. Short words, units after a space. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Clients report every few seconds: younger than this is the present. */
const NOW_MS = 5 * SECOND_MS;

/** `now`, `8 s`, `12 min`, `3 h`, `2 d`. */
export function ageWords(agoMs: number): string {
  if (agoMs < NOW_MS) return 'now';
  if (agoMs < MINUTE_MS) return `${Math.floor(agoMs / SECOND_MS)} s`;
  if (agoMs < HOUR_MS) return `${Math.floor(agoMs / MINUTE_MS)} min`;
  if (agoMs < 2 * DAY_MS) return `${Math.floor(agoMs / HOUR_MS)} h`;
  return `${Math.floor(agoMs / DAY_MS)} d`;
}

/** `just now`, `8 s ago`. */
export function agoWords(agoMs: number): string {
  return agoMs < NOW_MS ? 'just now' : `${ageWords(agoMs)} ago`;
}

/** What is left, as `9:41`; never more than there is. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.floor(leftMs / SECOND_MS));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The same for a screen that is drawn anew each minute at most: `9 min`, `under 1 min`. */
export function roughCountdown(leftMs: number): string {
  return leftMs < MINUTE_MS ? 'under 1 min' : `${Math.floor(leftMs / MINUTE_MS)} min`;
}

/** `14:32`, or `14:31:07` with seconds; undefined while nobody has set the clock. */
export function clockWords(state: DisplayState, agoMs = 0, hasSeconds = false): string | undefined {
  const { time, formats } = state;
  if (time.source === 'unset') return undefined;
  const local = new Date(time.nowMs - agoMs + formats.utcOffsetMinutes * MINUTE_MS).toISOString();
  return local.slice(11, hasSeconds ? 19 : 16);
}

const SOURCES: Record<TimeSource, string> = {
  unset: 'Time not set',
  kept: 'Time kept by the kit',
  phone: 'Time from a phone',
  network: 'Time from the network',
  gps: 'Time from GPS',
};

export function timeSourceWords({ time }: DisplayState): string {
  return time.gps === 'searching' && time.source !== 'gps'
    ? `${SOURCES[time.source]}, GPS searching`
    : SOURCES[time.source];
}

/** `78 %`, `78 %, charging`; undefined where no battery is known. */
export function supplyWords({ supply }: DisplayState): string | undefined {
  if (supply?.batteryPercent === undefined) return undefined;
  const percent = `${Math.round(supply.batteryPercent)} %`;
  return supply.isCharging === true ? `${percent}, charging` : percent;
}

const METRES_PER_FOOT = 0.3048;
const METRES_PER_MILE = 1_609.344;
const METRES_PER_NAUTICAL_MILE = 1_852;
const EARTH_RADIUS_M = 6_371_000;

/** `40 m`, `840 m`, `1.4 km`, `14 km`; the finest step is about what a phone's GPS knows. */
export function distanceWords(metres: number, units: DisplayFormats['distance']): string {
  if (units === 'nautical') return large(metres / METRES_PER_NAUTICAL_MILE, 'NM');
  if (units === 'imperial') {
    const feet = metres / METRES_PER_FOOT;
    return feet < 1_000 ? `${tens(feet)} ft` : large(metres / METRES_PER_MILE, 'mi');
  }
  return metres < 995 ? `${tens(metres)} m` : large(metres / 1_000, 'km');
}

function tens(value: number): number {
  return value < 100 ? Math.round(value) : Math.round(value / 10) * 10;
}

function large(value: number, unit: string): string {
  return value < 9.95 ? `${value.toFixed(1)} ${unit}` : `${Math.round(value)} ${unit}`;
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
const SHORT_WINDS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

export interface Offset {
  readonly metres: number;
  /** Clockwise from true north, 0 to 360. */
  readonly bearingDeg: number;
}

/** Great-circle distance and first bearing. */
export function offsetOf(from: Position, to: Position): Offset {
  const [fromLat, toLat] = [radians(from.lat), radians(to.lat)];
  const lon = radians(to.lon - from.lon);
  const half =
    Math.sin((toLat - fromLat) / 2) ** 2 + Math.cos(fromLat) * Math.cos(toLat) * Math.sin(lon / 2) ** 2;
  const y = Math.sin(lon) * Math.cos(toLat);
  const x = Math.cos(fromLat) * Math.sin(toLat) - Math.sin(fromLat) * Math.cos(toLat) * Math.cos(lon);
  return {
    metres: 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half))),
    bearingDeg: ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360,
  };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** `north-east`, or `NE`. */
export function windWords(bearingDeg: number, isShort = false): string {
  const names = isShort ? SHORT_WINDS : WINDS;
  return names[Math.round(bearingDeg / 45) % 8] ?? '';
}

/** `047°`, three digits as it is spoken on the radio. */
export function bearingWords(bearingDeg: number): string {
  return `${String(Math.round(bearingDeg) % 360).padStart(3, '0')}°`;
}

/** `K7M 42P`, `HQRT-XDLM`: read out in halves. */
export function grouped(code: string): string {
  const bare = code.replaceAll(/[\s-]/g, '').toUpperCase();
  if (bare.length === 6) return `${bare.slice(0, 3)} ${bare.slice(3)}`;
  if (bare.length === 8) return `${bare.slice(0, 4)}-${bare.slice(4)}`;
  return code;
}

/** A fingerprint in groups of four: `3FA2 91C0 …`, the first `groups` of them. */
export function fingerprintWords(fingerprint: string, groups = 16): string {
  const digits = fingerprint.replaceAll(/[^0-9a-f]/gi, '').toUpperCase();
  return (digits.match(/.{1,4}/g) ?? []).slice(0, groups).join(' ');
}

/** A warning's first sentence says what is so, the rest what it means and what to do. */
export function splitWarning(text: string): { readonly title: string; readonly rest: string } {
  const end = /^.*?[.!?](?=\s)/s.exec(text)?.[0];
  return end === undefined ? { title: text, rest: '' } : { title: end, rest: text.slice(end.length).trim() };
}

/** Whose events a screen will see: `Blue, Medics and those in no channel`. */
export function channelWords(names: readonly string[]): string {
  const named = names.filter((name) => name !== ANONYMOUS_CHANNEL);
  return listWords(named.length < names.length ? [...named, 'those in no channel'] : named);
}

/** `Blue`, `Blue and Medics`, `Blue, Medics and 3 more`. */
export function listWords(names: readonly string[], max = 3): string {
  if (names.length === 0) return '';
  if (names.length === 1) return names[0] ?? '';
  if (names.length <= max) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, max - 1).join(', ')} and ${names.length - max + 1} more`;
}
