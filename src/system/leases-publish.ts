import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { KitPaths } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { writeStatus } from './status-file.ts';

export interface Lease {
  readonly mac: string;
  readonly address: string;
  /** As the device calls itself. */
  readonly name?: string;
  readonly untilMs: number;
}

const RADIOS = ['wlan0', 'wlan1'];
/** A /24 has 254 addresses. */
const LEASES_MAX = 300;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
/** Host names, as devices send them; anything else is left out. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u;

/** Copies what dnsmasq knows of the hotspot's clients to where the server may read it. */
export function publishLeases(machine: Machine, paths: KitPaths): void {
  const leases = RADIOS.flatMap((radio) =>
    parseLeases(textOf(machine.path(`/var/lib/NetworkManager/dnsmasq-${radio}.leases`))),
  );
  writeStatus(paths.statusDir, 'leases', { leases: leases.slice(0, LEASES_MAX) });
}

/** Lines of dnsmasq: expiry in seconds, MAC, address, name or `*`, client id. */
export function parseLeases(text: string): Lease[] {
  return text.split('\n').flatMap((line) => {
    const [seconds = '', mac = '', address = '', name = ''] = line.split(' ');
    if (!/^\d{1,12}$/.test(seconds) || !MAC.test(mac) || !isIPv4(address)) return [];
    return [{ mac, address, ...(NAME.test(name) ? { name } : {}), untilMs: Number(seconds) * 1_000 }];
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
