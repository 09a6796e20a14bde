import type { DisplayState, DisplayWifi } from './state.ts';

/** The kit's Wi-Fi, when there is one that can be joined now. */
export function joinable({ wifi }: DisplayState): DisplayWifi | undefined {
  return wifi?.isOn === true ? wifi : undefined;
}

/**
 * What a phone's camera understands as "join this network": the form that ZXing introduced and that Android 10
 * and iOS 11 read. The marks of the form itself are escaped in name and passphrase.
 */
export function wifiCode({ name, passphrase }: Pick<DisplayWifi, 'name' | 'passphrase'>): string {
  const security = passphrase === undefined ? 'T:nopass' : `T:WPA;P:${escaped(passphrase)}`;
  return `WIFI:S:${escaped(name)};${security};;`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,:"]/g, '\\$&');
}
