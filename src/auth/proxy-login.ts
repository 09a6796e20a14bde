import { BlockList, isIP } from 'node:net';
import { placeOf } from './address.ts';
import type { ProxySettings } from './settings.ts';

/** What a request says that may come from a reverse proxy. */
export interface ProxyRequest {
  /** Who is at the other end of the connection, never what a header says about it. */
  readonly remote: string;
  /** A header's value by lower-case name; undefined when it is absent. */
  readonly header: (name: string) => string | undefined;
}

export type ProxyDecision =
  /** Not a matter of proxies: ask for credentials as always. */
  | { readonly is: 'nothing' }
  /** Somebody who is no proxy of ours sends the header. To be treated as if it were not there, and logged. */
  | { readonly is: 'untrusted' }
  /** A proxy of ours let the request through and does not say for whom. */
  | { readonly is: 'incomplete' }
  | { readonly is: 'user'; readonly username: string };

/** Longer names are nobody's, UTF-16 units. */
const USERNAME_MAX_UNITS = 256;

/** Whether a reverse proxy has signed somebody in. Pure: the user is looked up elsewhere. */
export function decideProxyLogin(
  settings: ProxySettings | undefined,
  { remote, header }: ProxyRequest,
): ProxyDecision {
  if (settings === undefined || settings.authHeader === '') return { is: 'nothing' };
  const { authHeader, userHeader, trustedProxies } = settings;
  if (header(authHeader) === undefined) return { is: 'nothing' };
  if (!isTrustedProxy(remote, trustedProxies)) return { is: 'untrusted' };
  const username = header(userHeader)?.trim() ?? '';
  // Two proxies in a row, or a client's own header that was not removed, give a list: whose name is it?
  if (username === '' || username.length > USERNAME_MAX_UNITS || /[,\p{Cc}]/u.test(username)) {
    return { is: 'incomplete' };
  }
  return { is: 'user', username };
}

/** Names of headers that must be removed from every request that does not come from a proxy of ours. */
export function proxyHeadersOf(settings: ProxySettings | undefined): readonly string[] {
  return settings === undefined
    ? []
    : [settings.authHeader, settings.userHeader].filter((name) => name !== '');
}

/** `trustedProxies`: addresses and networks (`10.0.0.0/8`, `fd00::/8`). What cannot be read trusts nobody. */
export function isTrustedProxy(remote: string, trustedProxies: readonly string[]): boolean {
  const { address } = placeOf(remote);
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const entry of trustedProxies) {
    const [base = '', bits] = entry.trim().split('/');
    const version = isIP(base);
    if (version === 0) continue;
    const type = version === 4 ? 'ipv4' : 'ipv6';
    const prefix = bits === undefined ? (version === 4 ? 32 : 128) : Number(bits);
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > (version === 4 ? 32 : 128)) continue;
    list.addSubnet(base, prefix, type);
  }
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
