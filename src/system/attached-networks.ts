import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Whether an address is of this machine or of a network that it is itself a member of: what comes from there
 * has passed no router. Interfaces are looked at on each call, since a hotspot may come up late.
 */
export function isDirectlyAttached(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) === 0) return false;
  const networks = new BlockList();
  for (const { cidr } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    const [network, bits] = cidr?.split('/') ?? [];
    if (network !== undefined) networks.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return networks.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
