import { HOTSPOT_ADDRESS, HOTSPOT_PREFIX_BITS, USUAL_CHANNEL } from './hotspot-defaults.ts';
import type { HotspotSettings } from './hotspot-settings.ts';

export type HotspotSecurity = 'wpa2' | 'wpa2-wpa3';

/** Names of the connections in NetworkManager; their files are called like them. */
export const HOTSPOT_CONNECTION = 'bivouac-hotspot';
export const UPLINK_CONNECTION = 'bivouac-uplink';

/** Fixed, so that a file that is written anew is the same connection. */
const HOTSPOT_UUID = '6e1d8f0c-6b1b-4a0e-9c57-b17a0c0ffee1';
const UPLINK_UUID = '6e1d8f0c-6b1b-4a0e-9c57-b17a0c0ffee2';
const HIGHEST_2_4_GHZ = 14;

/**
 * The hotspot as a file of NetworkManager (nm-settings-keyfile(5)). A file and not the arguments of nmcli: those
 * everybody on the machine could read.
 */
export function hotspotKeyfile(
  settings: HotspotSettings,
  { device, security }: { readonly device: string; readonly security: HotspotSecurity },
): string {
  const { name, passphrase, clientsMayTalk } = settings;
  const channel = settings.channel || USUAL_CHANNEL;
  return keyfile({
    connection: {
      id: HOTSPOT_CONNECTION,
      uuid: HOTSPOT_UUID,
      type: 'wifi',
      'interface-name': device,
      // Comes back by itself when the radio was away, for ever.
      autoconnect: 'true',
      'autoconnect-priority': '100',
      'autoconnect-retries': '0',
    },
    wifi: {
      mode: 'ap',
      ssid: bytesOf(name),
      band: channel > HIGHEST_2_4_GHZ ? 'a' : 'bg',
      channel: String(channel),
      'ap-isolation': clientsMayTalk ? '0' : '1',
      powersave: '2',
    },
    'wifi-security': {
      // WPA2, and WPA3 where the radio can; management frames are protected for phones that can.
      'key-mgmt': 'wpa-psk',
      proto: 'rsn;',
      pairwise: 'ccmp;',
      group: 'ccmp;',
      pmf: security === 'wpa2-wpa3' ? '2' : '1',
      psk: escaped(passphrase),
    },
    ipv4: { method: 'shared', address1: `${HOTSPOT_ADDRESS}/${HOTSPOT_PREFIX_BITS}` },
    ipv6: { method: 'disabled' },
  });
}

/** A Wi-Fi that leads to the Internet, which the kit joins as any other client. */
export function uplinkKeyfile({
  name,
  passphrase,
}: {
  readonly name: string;
  /** Undefined for an open network. */
  readonly passphrase: string | undefined;
}): string {
  return keyfile({
    connection: { id: UPLINK_CONNECTION, uuid: UPLINK_UUID, type: 'wifi', autoconnect: 'true' },
    wifi: { mode: 'infrastructure', ssid: bytesOf(name) },
    ...(passphrase === undefined
      ? {}
      : { 'wifi-security': { 'key-mgmt': 'wpa-psk', psk: escaped(passphrase) } }),
    ipv4: { method: 'auto' },
    ipv6: { method: 'auto' },
  });
}

function keyfile(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}

/** A list of bytes, the form that takes any name as it is. */
function bytesOf(text: string): string {
  return [...Buffer.from(text)].map((byte) => `${byte};`).join('');
}

/** GLib's key files know the backslash, and cut spaces off the front. Other characters are ASCII by then. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replace(/^ /, '\\s');
}
