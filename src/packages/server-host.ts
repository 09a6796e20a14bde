import { isIP } from 'node:net';
import { BivouacError } from '../core/errors.ts';
import { canonicalDns, canonicalIp, isDnsName } from '../pki/alternative-names.ts';

/** A host that clients are sent to. */
export interface ServerHost {
  /** As people write it and certificates name it: `kit.local`, `10.42.0.1`, `fd00::1`. */
  readonly bare: string;
  /** As it stands before `:port`: IPv6 in brackets. */
  readonly withPort: string;
  readonly isIpv6: boolean;
}

/** Of somebody's input, in an error message. */
const SHOWN_MAX = 100;
const PORT_MAX = 65_535;

/**
 * Checks a host name or address that goes into a package, a link or a QR code.
 * @throws BivouacError `package.host_invalid`
 */
export function serverHost(input: string): ServerHost {
  const bare = input.trim().replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  if (family === 4) return { bare, withPort: bare, isIpv6: false };
  if (family === 6 && !bare.includes('%')) {
    const short = canonicalIp(bare);
    // An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) comes back as what it is.
    return isIP(short) === 4
      ? { bare: short, withPort: short, isIpv6: false }
      : { bare: short, withPort: `[${short}]`, isIpv6: true };
  }
  // `10.0.0.256` and `1.2.3` would be names for some clients and addresses for others.
  if (family === 0 && isDnsName(bare) && !/^[\d.]+$/.test(bare)) {
    const name = canonicalDns(bare);
    return { bare: name, withPort: name, isIpv6: false };
  }
  throw new BivouacError(
    'package.host_invalid',
    `${JSON.stringify(input.slice(0, SHOWN_MAX))} is neither a host name nor an address that clients can be sent to`,
  );
}

/** @throws BivouacError `request.invalid` */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= PORT_MAX) return port;
  throw new BivouacError('request.invalid', `${port} is not a port number`);
}
