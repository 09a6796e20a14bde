import type { Health } from '../core/health.ts';
import {
  caWarning,
  clientsWarning,
  type ExpiryNotice,
  expiringSoon,
  FIRST_NOTICE_MS,
  freshNotices,
} from './expiry.ts';
import { activeGenerations } from './generations.ts';
import type { Keystore } from './keystore.ts';
import type { CertificateRegistry } from './ports.ts';
import type { Moment } from './validity.ts';

/** Looks for certificates that end soon: warnings for the kit's health, and each notice once for listeners. */
export interface ExpiryWatch {
  /** Everything that ends within 30 days, soonest first. */
  expiring(): Promise<readonly ExpiryNotice[]>;
  /** Brings the warnings up to date; the notices that were not given before. */
  check(): Promise<readonly ExpiryNotice[]>;
}

export function createExpiryWatch(deps: {
  readonly keystore: Pick<Keystore, 'generations' | 'notices' | 'saveNotices'>;
  readonly registry: Pick<CertificateRegistry, 'list'>;
  readonly moment: () => Moment;
  readonly health: Health;
}): ExpiryWatch {
  const { keystore, registry, health } = deps;

  async function expiring(): Promise<readonly ExpiryNotice[]> {
    const { nowMs } = deps.moment();
    const ending = await registry.list({ isUnrevoked: true, notAfterBeforeMs: nowMs + FIRST_NOTICE_MS });
    if (!ending.some(({ notAfterMs }) => notAfterMs > nowMs)) return [];
    // All of them are needed to see which were replaced by a later one.
    return expiringSoon(await registry.list({ isUnrevoked: true }), nowMs);
  }

  return {
    expiring,
    async check() {
      const { nowMs } = deps.moment();
      const warn = (code: string, warning: ReturnType<typeof caWarning>) =>
        warning === undefined ? health.clear(code) : health.set(warning);
      warn('pki.ca_expiring', caWarning(activeGenerations(keystore.generations())[0], nowMs));
      const notices = await expiring();
      warn('pki.clients_expiring', clientsWarning(notices));
      const before = keystore.notices();
      const { fresh, given } = freshNotices(notices, before);
      if (JSON.stringify(given) !== JSON.stringify(before)) keystore.saveNotices(given);
      return fresh;
    },
  };
}
