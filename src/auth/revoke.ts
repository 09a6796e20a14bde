import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Identity } from '../hub/ports.ts';
import type { Store } from '../store/open.ts';
import type { AuditLog } from './audit.ts';
import type { Revocation, RevocationNotice } from './ports.ts';

/** What a revocation is compared with. */
export type SessionFacts = Pick<Identity, 'principalId' | 'certSerial'> & {
  /** Of the token that opened it (a WebSocket); undefined for a CoT socket. */
  readonly sessionId?: string | undefined;
};

/** True when `notice` ends a session of this identity. For everybody who keeps sessions. */
export function endsSession(notice: RevocationNotice, session: SessionFacts): boolean {
  const { principalId, certSerial, sessionId } = session;
  if (notice.principalId !== principalId) return false;
  if (sessionId !== undefined && notice.exceptSessionId === sessionId) return false;
  switch (notice.scope) {
    case 'all':
      return true;
    case 'password':
      return certSerial === undefined;
    case 'certificates':
      return certSerial !== undefined && notice.serials.includes(certSerial);
    case 'sessions':
      return sessionId !== undefined && (notice.sessionIds ?? []).includes(sessionId);
  }
}

/** The revocation as the rest of auth uses it. */
export interface RevocationCenter extends Revocation {
  /** Tells all listeners what the store has committed. Resolves when they were called. */
  announce(notice: RevocationNotice): Promise<void>;
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

  async function announce(notice: RevocationNotice): Promise<void> {
    // The store answers in order. A sign-in that read its facts before this was committed has got them
    // already, in this turn at the latest, and its session reaches the hub within the turn: the next turn
    // finds it there. One that reads later sees what was committed.
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
  };
}
