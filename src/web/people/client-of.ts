import type { Certificate, Client } from '../api/generated.ts';

/**
 * The connection that a certificate is used by: the device says its name by both, or it is the only one there can
 * be among the person's good ones.
 */
export function clientOf<C extends Pick<Client, 'uid'>>(
  { deviceUid, revokedAtMs }: Pick<Certificate, 'deviceUid' | 'revokedAtMs'>,
  good: readonly unknown[],
  clients: readonly C[],
): C | undefined {
  if (revokedAtMs !== null) return undefined;
  const same = clients.find(({ uid }) => uid !== '' && uid === deviceUid);
  return same ?? (good.length === 1 ? clients[0] : undefined);
}
