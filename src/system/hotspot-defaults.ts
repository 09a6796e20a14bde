import { randomCode } from '../core/ids.ts';
import type { HotspotSettings } from './hotspot-settings.ts';

/** Address of the kit in its own Wi-Fi: the same on each kit, so that it can be learnt. */
export const HOTSPOT_ADDRESS = '10.42.0.1';
export const HOTSPOT_PREFIX_BITS = 24;

/** What every country allows: where nobody has said which one it is. */
export const WORLD = '00';
/** What channel 0, the kit's choice, comes to: allowed everywhere, and every phone hears it. */
export const USUAL_CHANNEL = 6;

/** Small letters without vowels (no words) and without l (no 1): one keyboard of a phone. */
const PASSPHRASE_ALPHABET = 'bcdfghjkmnpqrstvwxyz';
/** Sixteen of twenty letters: 69 bits, out of reach for whoever has recorded a joining phone and guesses at home. */
const PASSPHRASE_GROUPS = 4;
const PASSPHRASE_GROUP_LENGTH = 4;

export function newPassphrase(): string {
  const group = () => randomCode(PASSPHRASE_GROUP_LENGTH, PASSPHRASE_ALPHABET);
  return Array.from({ length: PASSPHRASE_GROUPS }, group).join('-');
}

/** The Wi-Fi of a box that nobody has said anything about. */
export function newHotspot(name: string): HotspotSettings {
  return {
    isOn: true,
    name,
    passphrase: newPassphrase(),
    country: WORLD,
    channel: 0,
    clientsMayTalk: false,
  };
}
