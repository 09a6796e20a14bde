/** Where a listener accepts connections. `host` is an IP address or a name; port 0 asks the kernel for one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8089`, `[::1]:8089`. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Dual-stack sockets say `::ffff:10.42.0.17` where a person (and a ban list) says `10.42.0.17`. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/** The port of the first of a listener's bound addresses, as the ready line has them; undefined when it is off. */
export function firstPort(addresses: string | undefined): number | undefined {
  const port = Number(addresses?.split(',')[0]?.split(':').at(-1));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
