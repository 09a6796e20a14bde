import type { Config } from '../config/schema.ts';

/**
 * The address of the kit in links that are sent to people, without a slash at the end: as configured, else the
 * first address that others can reach, with the port of HTTPS.
 */
export function publicUrl(
  config: Pick<Config, 'http'>,
  reachable: readonly string[],
  listeners: Readonly<Record<string, string>>,
): string {
  if (config.http.publicUrl !== '') return config.http.publicUrl;
  const address = reachable[0] ?? 'localhost';
  const host = address.includes(':') ? `[${address}]` : address;
  const scheme = listeners['https'] === undefined && listeners['http'] !== undefined ? 'http' : 'https';
  const port = listeners[scheme]?.split(',')[0]?.split(':').at(-1);
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}`;
}
