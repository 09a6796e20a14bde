import { BlockList, isIP, isIPv6 } from 'node:net';
import { plainAddress } from '../core/address.ts';
import { BivouacError } from '../core/errors.ts';

/** Says whether an address is one of some addresses and networks (`10.0.0.0/8`). */
export type AddressTest = (address: string) => boolean;

/** @throws BivouacError `config.invalid` for what is neither an address nor a network */
export function addressTest(list: readonly string[]): AddressTest {
  const blocks = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const width = family === 'ipv6' ? 128 : 32;
    const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= width;
    if (isIP(address) === 0 || (bits !== undefined && !isNetwork)) {
      throw new BivouacError(
        'config.invalid',
        `trusted proxies: ${entry} is neither an address nor a network`,
      );
    }
    if (isNetwork) blocks.addSubnet(address, Number(bits), family);
    else blocks.addAddress(address, family);
  }
  return (address) => isIP(address) !== 0 && blocks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Where a request really comes from: behind trusted proxies, the last address in `X-Forwarded-For` that is
 * not one of theirs. Whatever stands before that was written by the client.
 */
export function clientAddress(
  peerAddress: string,
  forwardedFor: string | undefined,
  isTrustedProxy: AddressTest,
): string {
  let address = peerAddress;
  const hops = forwardedFor?.split(',').map((hop) => plainAddress(hop.trim())) ?? [];
  while (isTrustedProxy(address)) {
    const before = hops.pop();
    if (before === undefined || isIP(before) === 0) return address;
    address = before;
  }
  return address;
}
