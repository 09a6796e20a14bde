import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { messageOf } from '../core/errors.ts';
import { fillFirewallSets } from './firewall-apply.ts';
import { HOTSPOT_ADDRESS, USUAL_CHANNEL } from './hotspot-defaults.ts';
import { HOTSPOT_CONNECTION, type HotspotSecurity, hotspotKeyfile } from './hotspot-keyfile.ts';
import { type HotspotSettings, hotspotSettings } from './hotspot-settings.ts';
import { type KitPaths, ownerOf } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { writeStatus } from './status-file.ts';
import { readUntrusted } from './untrusted-file.ts';
import { chooseRadio, parseRadios, type Radio } from './wifi-radios.ts';

/** What the unit says of the hotspot, for the server and whoever looks. */
export interface HotspotReport {
  readonly state: 'absent' | 'off' | 'starting' | 'on' | 'failed';
  readonly interface?: string;
  readonly address?: string;
  readonly channel?: number;
  readonly country?: string;
  readonly name?: string;
  readonly security?: HotspotSecurity;
  readonly clientsMayTalk?: boolean;
  readonly problem?: string;
}

/** Gone with the next start of the machine: the order is what lasts. */
const CONNECTIONS = '/run/NetworkManager/system-connections';
/** A radio whose firmware is still being loaded is not there, or not ready, for some seconds. */
const RADIO_WAIT_MS = 20_000;
const RADIO_PERIOD_MS = 500;
/** A radio that scans, and two attempts of the driver. */
const UP_TIMEOUT_S = 60;
const NMCLI_MARGIN_MS = 5_000;

/** Brings the hotspot into the state that is ordered. Ends well where the order cannot be met: the report says so. */
export async function applyHotspot(machine: Machine, paths: KitPaths): Promise<HotspotReport> {
  const report = (value: HotspotReport) => {
    writeStatus(paths.statusDir, 'hotspot', value);
    return value;
  };
  try {
    const wanted = readUntrusted(paths.hotspotOrder, {
      ownerUid: ownerOf(paths.dataDir).uid,
      schema: hotspotSettings,
    });
    const radio = await findRadio(machine, wanted?.isOn === true);
    if (radio === undefined) return report({ state: 'absent' });
    if (wanted === undefined || !wanted.isOn) {
      await takeDown(machine);
      await fillFirewallSets(machine, undefined);
      return report({ state: 'off', interface: radio.device });
    }
    report({ state: 'starting', interface: radio.device });
    const security = await bringUp(machine, wanted, radio.device);
    await fillFirewallSets(machine, { device: radio.device, clientsMayTalk: wanted.clientsMayTalk });
    return report({
      state: 'on',
      interface: radio.device,
      address: HOTSPOT_ADDRESS,
      channel: wanted.channel || USUAL_CHANNEL,
      country: wanted.country,
      name: wanted.name,
      security,
      clientsMayTalk: wanted.clientsMayTalk,
    });
  } catch (error) {
    return report({ state: 'failed', problem: messageOf(error) });
  }
}

/** Undefined at once where the kernel knows no radio at all. */
async function findRadio(machine: Machine, isWorthWaiting: boolean): Promise<Radio | undefined> {
  if (!hasWifi(machine)) return undefined;
  // A radio that is switched off by software is of no use to anybody; a hardware switch wins over this.
  if (isWorthWaiting) await machine.run('nmcli', ['radio', 'wifi', 'on']).catch(() => {});
  const deadlineMs = performance.now() + (isWorthWaiting ? RADIO_WAIT_MS : 0);
  for (;;) {
    const devices = await machine.run('nmcli', ['-t', '-f', 'DEVICE,TYPE,STATE,CONNECTION', 'device']);
    const radio = chooseRadio(parseRadios(devices));
    if (radio?.isReady === true || performance.now() >= deadlineMs) return radio;
    await pause(RADIO_PERIOD_MS);
  }
}

function hasWifi(machine: Machine): boolean {
  const directory = machine.path('/sys/class/net');
  try {
    return readdirSync(directory).some((name) => phyOf(machine, name) !== undefined);
  } catch {
    return false;
  }
}

function phyOf(machine: Machine, device: string): string | undefined {
  try {
    return readFileSync(machine.path(`/sys/class/net/${device}/phy80211/name`), 'utf8').trim();
  } catch {
    return undefined;
  }
}

async function takeDown(machine: Machine): Promise<void> {
  rmSync(machine.path(join(CONNECTIONS, `${HOTSPOT_CONNECTION}.nmconnection`)), { force: true });
  // Fails where there is none, which is what is wanted.
  await machine.run('nmcli', ['connection', 'delete', 'id', HOTSPOT_CONNECTION]).catch(() => {});
}

async function bringUp(machine: Machine, wanted: HotspotSettings, device: string): Promise<HotspotSecurity> {
  // Without the tool or with a radio that knows its country itself, the channel decides.
  await machine.run('iw', ['reg', 'set', wanted.country]).catch(() => {});
  if (!(await canServeWpa3(machine, device))) {
    await activate(machine, wanted, device, 'wpa2');
    return 'wpa2';
  }
  try {
    await activate(machine, wanted, device, 'wpa2-wpa3');
    return 'wpa2-wpa3';
  } catch {
    // Drivers promise more than they hold: a hotspot with WPA2 is better than none.
    await activate(machine, wanted, device, 'wpa2');
    return 'wpa2';
  }
}

async function activate(
  machine: Machine,
  wanted: HotspotSettings,
  device: string,
  security: HotspotSecurity,
): Promise<void> {
  const directory = machine.path(CONNECTIONS);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const path = join(directory, `${HOTSPOT_CONNECTION}.nmconnection`);
  writeFileAtomic(path, hotspotKeyfile(wanted, { device, security }), 0o600);
  chmodSync(path, 0o600);
  await machine.run('nmcli', ['connection', 'load', path]);
  await machine.run(
    'nmcli',
    ['--wait', String(UP_TIMEOUT_S), 'connection', 'up', 'id', HOTSPOT_CONNECTION, 'ifname', device],
    { timeoutMs: UP_TIMEOUT_S * 1_000 + NMCLI_MARGIN_MS },
  );
}

/**
 * WPA3 as a hotspot: by a driver that leaves the handshake to wpa_supplicant (mac80211), or one whose firmware
 * says that it can. The radios of most Raspberry Pis do neither [brcmfmac 43430, 43455].
 */
async function canServeWpa3(machine: Machine, device: string): Promise<boolean> {
  const phy = phyOf(machine, device);
  if (phy === undefined) return false;
  const facts = await machine.run('iw', ['phy', phy, 'info']).catch(() => '');
  return /Device supports SAE with AUTHENTICATE command|\bSAE_OFFLOAD_AP\b/.test(facts);
}
