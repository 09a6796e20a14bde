import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** What a server certificate says about where its server is. Both lists are sorted and without repeats. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

/** A host has a handful of names and addresses; more than this bloats every handshake. */
const NAMES_MAX = 64;
/** RFC 1035. */
const DNS_NAME_MAX = 253;
const DNS_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Sorts names and addresses as people and operating systems write them (`[fe80::1%wlan0]`, `Kit.Local.`) into
 * those that a certificate can hold. What cannot be a name is left out: a wrong entry in a list of interfaces
 * must not keep the server from getting its certificate.
 */
export function alternativeNames(names: readonly string[]): AlternativeNames {
  const dns = new Set<string>();
  const ips = new Set<string>();
  for (const name of names) {
    const bare = name
      .trim()
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/%.*$/, '');
    if (isIP(bare) !== 0) ips.add(canonicalIp(bare));
    else if (isDnsName(bare)) dns.add(canonicalDns(bare));
  }
  return { dns: [...dns].sort().slice(0, NAMES_MAX), ips: [...ips].sort().slice(0, NAMES_MAX) };
}

export function isDnsName(text: string): boolean {
  const name = canonicalDns(text);
  return (
    name.length > 0 && name.length <= DNS_NAME_MAX && name.split('.').every((label) => DNS_LABEL.test(label))
  );
}

/** Lower case, without the root's dot, non-ASCII names in their `xn--` form; '' when there is none. */
export function canonicalDns(text: string): string {
  return domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase();
}

/** `FD00:0:0::1` → `fd00::1`; `::ffff:10.0.0.1` → `10.0.0.1`. */
export function canonicalIp(address: string): string {
  if (isIP(address) === 4) return address;
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const [high, low] = [Number.parseInt(mapped[1] ?? '0', 16), Number.parseInt(mapped[2] ?? '0', 16)];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** Whether a certificate with `held` is good for everything in `wanted`. */
export function covers(held: AlternativeNames, wanted: AlternativeNames): boolean {
  return (
    wanted.dns.every((name) => held.dns.includes(name)) && wanted.ips.every((ip) => held.ips.includes(ip))
  );
}

/** Reads back the text form of the extension as node:crypto gives it: `DNS:kit.local, IP Address:10.0.0.1`. */
export function parseAlternativeNames(text: string | undefined): AlternativeNames {
  return alternativeNames((text ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, '')));
}
