import { hostname, networkInterfaces } from 'node:os';
import type { Cancel, Clock } from '../core/clock.ts';

/** Under which names and addresses this host can be reached: what the server certificate must hold. */
export interface HostIdentity {
  /** DNS names, lower case: host name, its `.local` form, `localhost`. */
  readonly names: readonly string[];
  /** IP addresses without scope, loopback included. */
  readonly addresses: readonly string[];
}

export function readHostIdentity(): HostIdentity {
  const host = hostname().toLowerCase();
  const short = host.split('.')[0] ?? host;
  const names = [...new Set([host, short, `${short}.local`, 'localhost'])].filter(
    (name) => name !== '' && name !== '.local',
  );
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // A link-local IPv6 address means nothing without its scope, which a certificate cannot hold.
    .filter(({ address }) => !address.toLowerCase().startsWith('fe80:'))
    .map(({ address }) => address);
  return { names, addresses: [...new Set(['127.0.0.1', '::1', ...addresses])].sort() };
}

/** How often addresses are compared: a hotspot that comes up late is in the certificate before a phone joins. */
const WATCH_PERIOD_MS = 5_000;

/** Calls back when names or addresses have changed. There is no event for this, and asking costs next to nothing. */
export function watchHostIdentity(clock: Clock, onChange: (identity: HostIdentity) => void): Cancel {
  let known = JSON.stringify(readHostIdentity());
  return clock.every(WATCH_PERIOD_MS, () => {
    const identity = readHostIdentity();
    const now = JSON.stringify(identity);
    if (now === known) return;
    known = now;
    onChange(identity);
  });
}

/** Addresses that another device can use: what first-start help and packages offer, IPv4 first. */
export function reachableAddresses({ addresses }: HostIdentity): string[] {
  const isLoopback = (address: string) => address === '::1' || address.startsWith('127.');
  const others = addresses.filter((address) => !isLoopback(address));
  return [
    ...others.filter((address) => !address.includes(':')),
    ...others.filter((address) => address.includes(':')),
  ];
}
