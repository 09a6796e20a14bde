import type { Config } from '../config/schema.ts';
import { formatAddress } from '../core/address.ts';

/** Where people open the kit's pages. */
export interface PageAddresses {
  /** `https://10.42.0.1:8446`, without a slash at the end; undefined when no listener serves pages. */
  readonly base: string | undefined;
  /** What people type after `https://`, best first: `10.42.0.1:8446`. */
  readonly typed: readonly string[];
}

const HTTPS_PORT = 443;

/** What there is to reach, at this moment. */
export interface PageFacts {
  /** Addresses of this machine that other devices can reach, best first. */
  readonly reachable: readonly string[];
  /** What is bound, by the listener's name: `[::]:8446`. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Whether somebody else's port 443 leads to this port of ours. */
  readonly isBehind443: (port: number) => boolean;
}

/** A listener on one address is reached there, one on all addresses at those that other devices can reach. */
export function pageAddresses(
  config: Pick<Config, 'http'>,
  { reachable, listeners, isBehind443 }: PageFacts,
): PageAddresses {
  const https = hostsOf(listeners['https'], reachable).map(({ host, port }) =>
    port === HTTPS_PORT || isBehind443(port) ? bracketed(host) : formatAddress(host, port),
  );
  if (config.http.publicUrl !== '') {
    const { host, protocol } = new URL(config.http.publicUrl);
    const typed = protocol === 'https:' ? [host, ...https.filter((other) => other !== host)] : https;
    return { base: config.http.publicUrl, typed };
  }
  const [best] = https;
  if (best !== undefined) return { base: `https://${best}`, typed: https };
  const [plain] = hostsOf(listeners['http'], reachable);
  return { base: plain && `http://${formatAddress(plain.host, plain.port)}`, typed: [] };
}

function hostsOf(
  bound: string | undefined,
  reachable: readonly string[],
): { readonly host: string; readonly port: number }[] {
  const hosts = (bound ?? '').split(',').flatMap((address) => {
    const [, name = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
    if (port === '') return [];
    const names = name === '::' || name === '0.0.0.0' ? reachable : [name];
    return names.map((host) => ({ host, port: Number(port) }));
  });
  return hosts.filter(
    ({ host, port }, index) =>
      hosts.findIndex((other) => other.host === host && other.port === port) === index,
  );
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * The one address of the kit in links that are sent to people, without a slash at the end, also while nothing is
 * bound yet.
 */
export function publicUrl(config: Pick<Config, 'http'>, facts: PageFacts): string {
  return pageAddresses(config, facts).base ?? `https://${bracketed(facts.reachable[0] ?? 'localhost')}`;
}
