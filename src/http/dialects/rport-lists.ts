import type { AuthDoors } from '../../auth/doors.ts';
import type { AppDeps } from '../app-deps.ts';
import { channelsOf } from '../caller-channels.ts';
import { userOf } from '../env.ts';
import { visibleClients } from '../marti/client-rows.ts';
import type { Router } from '../router.ts';
import { RPORT_SIGNED_IN } from './rport-access.ts';
import { rportData, rportError } from './rport-answers.ts';
import { auditView, clientView } from './rport-views.ts';

/** Entries of the audit log in one answer, where the request names no number; and the most that it may. */
const AUDIT_PAGE = 50;
const AUDIT_PAGE_MAX = 500;

export interface RportListsDeps extends Pick<AppDeps, 'kit' | 'clock' | 'audit'> {
  readonly doors: Pick<AuthDoors, 'grants'>;
}

/** Connected devices as RPort's clients, and the audit log. */
export function registerRportLists(router: Router, { kit, clock, audit, doors }: RportListsDeps): void {
  router.route(RPORT_SIGNED_IN, 'GET', '/api/v1/clients', (c) => {
    const user = userOf(c);
    const clients =
      user.role === 'administrator' ? kit.clients() : visibleClients(kit.clients(), channelsOf(user));
    const nowMs = clock.now();
    return rportData(
      clients.map((client) => clientView(client, nowMs)),
      { count: clients.length },
    );
  });

  router.route(RPORT_SIGNED_IN, 'GET', '/api/v1/auditlog', async (c) => {
    const user = userOf(c);
    const { flags } = await doors.grants.of(user.id);
    if (user.role !== 'administrator' && !flags.includes('auditlog')) {
      return rportError(403, 'current user does not have auditlog permission');
    }
    const asked = Number(c.req.query('page[limit]') ?? AUDIT_PAGE);
    const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, AUDIT_PAGE_MAX) : AUDIT_PAGE;
    const records = await audit.list({ limit });
    return rportData(records.map(auditView), { count: records.length });
  });
}
