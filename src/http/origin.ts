import { BivouacError } from '../core/errors.ts';
import type { AppContext } from './env.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Browsers attach certificates and remembered Basic credentials to requests that another site started. Such a
 * request names its origin, which is not ours; TAK clients and scripts name none.
 */
export function refuseForeignOrigin(c: AppContext): void {
  if (SAFE_METHODS.has(c.req.method) || c.env.peer.listener === 'control') return;
  const [site, origin, host] = ['sec-fetch-site', 'origin', 'host'].map((name) => c.req.header(name));
  if (isForeign({ site, origin, host })) {
    throw new BivouacError('auth.forbidden', 'This request was started by another site');
  }
}

/** Whether headers of a browser say that another site started the request; those of other programs never do. */
export function isForeign({
  site,
  origin,
  host,
}: {
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly host: string | undefined;
}): boolean {
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isForeignSite || (origin !== undefined && hostOf(origin) !== host?.toLowerCase());
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
