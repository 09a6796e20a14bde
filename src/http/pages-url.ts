import { formatAddress } from '../core/address.ts';
import type { AppDeps } from './app-deps.ts';
import type { AppContext } from './env.ts';

/**
 * Where the device that asks reaches the pages over TLS, without a slash at the end: as the operator says, or on the
 * address at which it found us. Undefined when nothing serves them.
 */
export function pagesUrl(
  c: AppContext,
  { config, kit }: Pick<AppDeps, 'config' | 'kit'>,
): string | undefined {
  if (config.http.publicUrl.startsWith('https:')) return config.http.publicUrl;
  const port = /:(\d+)$/.exec((kit.listeners()['https'] ?? '').split(',')[0] ?? '')?.[1];
  return port && `https://${formatAddress(c.env.peer.localAddress, Number(port))}`;
}
