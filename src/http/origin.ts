import { BivouacError } from '../core/errors.ts';
import type { AppContext } from './env.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Browsers attach certificates and remembered Basic credentials to requests that another site started. Such a
 * request names its origin, which is not ours; TAK clients and scripts name none.
 */
export function refuseForeignOrigin(c: AppContext): void {
  if (SAFE_METHODS.has(c.req.method) || c.env.peer.listener === 'control') return;
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isForeignOrigin = origin !== undefined && hostOf(origin) !== c.req.header('host')?.toLowerCase();
  if (isForeignSite || isForeignOrigin) {
    throw new BivouacError('auth.forbidden', 'This request was started by another site');
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
