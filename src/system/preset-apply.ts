import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { type Box, hostnameOf, writeForReading } from './box.ts';
import { newHotspot } from './hotspot-defaults.ts';
import { uplinkKeyfile } from './hotspot-keyfile.ts';
import { type HotspotSettings, hotspotSettings } from './hotspot-settings.ts';
import { writeKitConfig } from './kit-config.ts';
import type { KitPaths, Owner } from './kit-paths.ts';
import { KEYS_LINES, type Preset, SCREENS } from './preset.ts';
import { handOver } from './server-handover.ts';
import { readUntrusted } from './untrusted-file.ts';

const SSID_MAX_BYTES = 32;

/** Puts everything that the preset names where it belongs. What it does not name stays as it is. */
export function applyPreset(
  paths: KitPaths,
  preset: Preset,
  box: Box,
  owner: Owner,
): { readonly isHardwareChanged: boolean } {
  writeKitConfig(paths, preset, owner);
  const hostname = preset.name === undefined ? undefined : hostnameOf(preset.name);
  if (hostname !== undefined) {
    writeForReading(paths.boxFile, `${JSON.stringify({ ...box, hostname })}\n`, owner);
  }
  if (preset.timezone !== undefined) {
    writeForReading(paths.environmentFile, `TZ=${preset.timezone}\n`, owner);
  }
  handOver(paths.hotspotOrder, `${JSON.stringify(hotspotOf(paths, preset, box, owner))}\n`, owner);
  const passwordHash = preset['administrator.passwordHash'];
  if (passwordHash !== undefined) {
    const username = preset['administrator.username'] ?? 'administrator';
    handOver(paths.firstAdministrator, `${JSON.stringify({ username, passwordHash })}\n`, owner);
  }
  writeUplink(paths, preset);
  return { isHardwareChanged: writeHardware(paths, preset) };
}

function hotspotOf(paths: KitPaths, preset: Preset, box: Box, owner: Owner): HotspotSettings {
  const name = preset.name === undefined ? `Bivouac ${box.id}` : shortened(preset.name);
  const known = before(paths, owner) ?? newHotspot(name);
  return {
    isOn: preset['hotspot.isOn'] ?? known.isOn,
    name: preset['hotspot.name'] ?? (preset.name === undefined ? known.name : name),
    passphrase: preset['hotspot.passphrase'] ?? known.passphrase,
    country: preset.country ?? known.country,
    channel: preset['hotspot.channel'] ?? known.channel,
    clientsMayTalk: preset['hotspot.clientsMayTalk'] ?? known.clientsMayTalk,
  };
}

function before(paths: KitPaths, owner: Owner): HotspotSettings | undefined {
  try {
    return readUntrusted(paths.hotspotOrder, { ownerUid: owner.uid, schema: hotspotSettings });
  } catch {
    // A person at the card says how it shall be; what stands there is of no use.
    return undefined;
  }
}

/** Whole characters, as many as a Wi-Fi name holds. */
function shortened(name: string): string {
  let short = '';
  for (const character of name) {
    if (Buffer.byteLength(short + character) > SSID_MAX_BYTES) break;
    short += character;
  }
  return short;
}

/** NetworkManager reads it when it starts, later than this. */
function writeUplink({ uplinkFile }: KitPaths, preset: Preset): void {
  const name = preset['uplink.name'];
  if (name === undefined) return;
  mkdirSync(dirname(uplinkFile), { recursive: true, mode: 0o700 });
  writeFileAtomic(uplinkFile, uplinkKeyfile({ name, passphrase: preset['uplink.passphrase'] }), 0o600);
  chmodSync(uplinkFile, 0o600);
}

/** True when the firmware would read something else than at this start. */
function writeHardware({ hardwareFile }: KitPaths, preset: Preset): boolean {
  const screen = preset['hardware.screen'];
  const hasKeys = preset['hardware.keys'];
  if (screen === undefined && hasKeys === undefined) return false;
  const lines = [
    '# Written by Bivouac from the table [hardware] of bivouac-preset.toml.',
    ...(hasKeys === true ? KEYS_LINES : []),
    ...SCREENS[screen ?? 'none'],
    '',
  ];
  const text = lines.join('\n');
  if (existsSync(hardwareFile) && readFileSync(hardwareFile, 'utf8') === text) return false;
  writeFileAtomic(hardwareFile, text);
  return true;
}
