import { isIPv4, isIPv6 } from 'node:net';

/** Where a request came from, as regulation counts it. */
export interface Place {
  /** An IPv4 address, or the 64-bit network of an IPv6 address: one phone can use all of its network. */
  readonly key: string;
  /** The address alone, for the audit log. */
  readonly address: string;
  readonly isLoopback: boolean;
}

/** `10.0.0.1`, `10.0.0.1:5123`, `::1`, `[fe80::1%wlan0]:5123`, `::ffff:10.0.0.1` → the place. */
export function placeOf(remote: string): Place {
  const address = bareAddress(remote);
  if (isIPv4(address)) return { key: address, address, isLoopback: address.startsWith('127.') };
  if (!isIPv6(address)) return { key: address, address, isLoopback: false };
  const groups = expand(address);
  const mapped = ipv4Of(groups);
  if (mapped !== undefined) return placeOf(mapped);
  const isLoopback = groups.every((group, i) => group === (i === 7 ? 1 : 0));
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return { key: `${network.join(':')}::/64`, address, isLoopback };
}

function bareAddress(remote: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(remote);
  const withPort = /^([^:]+):\d+$/.exec(remote);
  const address = bracketed?.[1] ?? withPort?.[1] ?? remote;
  return address.replace(/%.*$/, '');
}

/** The eight groups of a valid IPv6 address. */
function expand(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const high = Number(a) * 256 + Number(b);
    const low = Number(c) * 256 + Number(d);
    return `${high.toString(16)}:${low.toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16));
}

function ipv4Of(groups: readonly number[]): string | undefined {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return undefined;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
