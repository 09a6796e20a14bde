import { BivouacError } from '../core/errors.ts';
import { DEVICE_KINDS, type DeviceKind } from './pairing-ports.ts';

/** Longest name of a screen, code points: what a list on a phone shows in one line. */
export const SCREEN_NAME_MAX_CHARS = 40;

/** Longer claims are not looked at, UTF-16 units. */
const CLAIM_MAX_UNITS = 256;

const NAMES: Readonly<Record<DeviceKind, string>> = { tv: 'TV', watch: 'Watch', screen: 'Screen' };

/** What kind of device it says it is; a plain screen for anything else. */
export function deviceKindOf(claim: string | undefined): DeviceKind {
  const text = claim?.toLowerCase();
  return DEVICE_KINDS.find((kind) => kind === text) ?? 'screen';
}

/** What a device calls itself, made fit to be shown; the name of its kind when nothing is left of it. */
export function deviceNameOf(claim: string | undefined, kind: DeviceKind): string {
  return (claim === undefined ? '' : tidy(claim.slice(0, CLAIM_MAX_UNITS).toWellFormed())) || NAMES[kind];
}

/**
 * What a person calls a screen.
 * @throws BivouacError `request.invalid`
 */
export function parseScreenName(text: string): string {
  const name = text.length <= CLAIM_MAX_UNITS ? tidy(text.toWellFormed()) : '';
  if (name === '' || name !== text.normalize('NFKC').trim()) {
    throw new BivouacError(
      'request.invalid',
      `A screen's name has 1 to ${SCREEN_NAME_MAX_CHARS} characters that can be shown`,
    );
  }
  return name;
}

/** Without what is not seen or turns the reading direction round (a name must not fake an approval). */
function tidy(text: string): string {
  const shown = text
    .normalize('NFKC')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return [...shown].slice(0, SCREEN_NAME_MAX_CHARS).join('').trim();
}
