import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Identity } from '../hub/ports.ts';
import type { Store } from '../store/open.ts';
import type { AuditLog } from './audit.ts';
import type { Revocation, RevocationNotice } from './ports.ts';

/**
 * Notices kept to judge sign-ins that were under way meanwhile. A sign-in takes seconds; so many
 * revocations in that time do not happen, and if they do, the sign-in is refused and tried again.
 */
const NOTICES_KEPT = 256;

/** What a revocation is compared with: a session, or a sign-in that is becoming one. */
export type SessionFacts = Pick<Identity, 'principalId' | 'certSerial'>;

/** True when `notice` ends a session of this identity. For everybody who keeps sessions. */
export function endsSession(notice: RevocationNotice, { principalId, certSerial }: SessionFacts): boolean {
  if (notice.principalId !== principalId) return false;
  if (notice.scope === 'all') return true;
  if (notice.scope === 'password') return certSerial === undefined;
  return certSerial !== undefined && notice.serials.includes(certSerial);
}

/** The revocation as the rest of auth uses it. */
export interface RevocationCenter extends Revocation {
  /** Tells all listeners what the store has committed. Resolves when they were called. */
  announce(notice: RevocationNotice): Promise<void>;
  /** A moment, for `isEndedSince`. Taken before the facts of a sign-in are read. */
  mark(): number;
  isEndedSince(mark: number, session: SessionFacts): boolean;
}

export function createRevocation({
  store,
  audit,
  log,
}: {
  readonly store: Pick<Store, 'principals' | 'certs'>;
  readonly audit: AuditLog;
  readonly log: Log;
}): RevocationCenter {
  const listeners = new Set<(notice: RevocationNotice) => void>();
  const notices: RevocationNotice[] = [];
  let announced = 0;

  async function announce(notice: RevocationNotice): Promise<void> {
    notices.push(notice);
    announced += 1;
    if (notices.length > NOTICES_KEPT) notices.shift();
    // A sign-in that read its facts before the commit may have passed `isEndedSince` a moment ago. Its
    // session reaches the hub within the turn, so the next turn finds it there; a later one is refused.
    await new Promise((resolve) => setImmediate(resolve));
    const { principalId, cause, scope, serials } = notice;
    log.info('auth.revoked', { principalId, cause, scope, serials });
    for (const listener of listeners) {
      try {
        listener(notice);
      } catch (error) {
        log.error('auth.revocation_listener_failed', { error: messageOf(error) });
      }
    }
  }

  return {
    announce,

    async revoke(order, by) {
      const { reason } = order;
      if ('serial' in order) {
        const serial = order.serial.toLowerCase();
        const entry = audit.entry(by, 'cert.revoke', { detail: { serial, reason } });
        const { principalId, serials } = await store.certs.revokeOne({ serial, reason, audit: entry });
        await announce({ principalId, cause: 'revoked', scope: 'certificates', serials: [serial] });
        return serials;
      }
      const { principalId } = order;
      const principal = await store.principals.byId(principalId);
      const serials = await store.principals.revoke({
        id: principalId,
        reason,
        audit: audit.entry(by, 'user.revoke', {
          targetId: principalId,
          target: principal?.name ?? null,
          detail: { reason },
        }),
      });
      await announce({ principalId, cause: 'revoked', scope: 'all', serials });
      return serials;
    },

    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    mark: () => announced,

    isEndedSince(mark, session) {
      const missed = announced - mark;
      if (missed > notices.length) return true;
      return notices.slice(notices.length - missed).some((notice) => endsSession(notice, session));
    },
  };
}
