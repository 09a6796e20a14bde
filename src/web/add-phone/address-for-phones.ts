/**
 * The address under which a phone reaches the kit, as far as this page knows better than the kit: an address that
 * this device reached it by is good for its neighbours. A name may resolve here and not there (`bivouac.local` on
 * Android): then the kit chooses.
 */
export function addressForPhones(hostname: string): string | undefined {
  const isIPv4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
  return isIPv4 ? hostname : undefined;
}
