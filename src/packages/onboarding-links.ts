import { BivouacError } from '../core/errors.ts';
import { checkPort, serverHost } from './server-host.ts';

/**
 * The texts behind the QR codes and buttons that bring a phone onto the kit. ATAK compares scheme, host and
 * path of its links letter by letter.
 */

/** A QR code of more text than this is a carpet that phones no longer read from a small display. */
const LINK_MAX = 1_000;
const COT_PORT = 8089;

/**
 * ATAK fetches `url` and imports what it gets: for the offline case, a single-use link to a package on the
 * plain `portal`, because ATAK trusts no private CA yet.
 * @throws BivouacError `request.invalid`
 */
export function atakImportLink(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new BivouacError('request.invalid', 'Only an http or https address can be behind an import link');
  }
  return bounded(`tak://com.atakmap.app/import?url=${encodeURIComponent(parsed.href)}`);
}

/**
 * ATAK connects, and enrols with name and one-time token. It works only where the phone trusts the enrolment
 * port's certificate already: a public one on a real name, or the kit's CA imported before.
 * @throws BivouacError `package.host_invalid`, `request.invalid`
 */
export function atakEnrolLink(order: {
  readonly host: string;
  /** Port of the CoT socket; named in the link when it is not 8089. */
  readonly cotPort?: number;
  readonly username: string;
  readonly token: string;
}): string {
  const port = checkPort(order.cotPort ?? COT_PORT);
  const { withPort } = serverHost(order.host);
  const host = port === COT_PORT ? withPort : `${withPort}:${port}`;
  const parts = { host, username: order.username, token: order.token };
  const query = Object.entries(parts).map(
    ([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`,
  );
  return bounded(`tak://com.atakmap.app/enroll?${query.join('&')}`);
}

/**
 * What iTAK's scanner reads: `description,host,port,SSL`. It then asks for name and password and enrols on
 * port 8446.
 * @throws BivouacError `package.host_invalid`, `request.invalid`
 */
export function itakLine(order: {
  readonly serverName: string;
  readonly host: string;
  readonly cotPort?: number;
}): string {
  // There is no quoting in it: a comma or a line break in the name would shift the fields.
  const description =
    order.serverName
      .replace(/[,\p{C}]+/gu, ' ')
      .replace(/ +/g, ' ')
      .trim() || 'TAK';
  const port = checkPort(order.cotPort ?? COT_PORT);
  return bounded([description, serverHost(order.host).withPort, port, 'SSL'].join(','));
}

function bounded(link: string): string {
  if (link.length <= LINK_MAX) return link;
  throw new BivouacError('request.invalid', 'This is too long for a QR code');
}
