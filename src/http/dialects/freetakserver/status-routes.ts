import { may } from '../../../auth/permissions.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { KitPort } from '../../app-deps.ts';
import { type AppContext, callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import type { CallerRights } from '../caller-rights.ts';
import { dumpedAnswer, textAnswer } from './answers.ts';
import type { FtsHandler } from './call-log.ts';
import { connectedUsers } from './connected-users.ts';
import { FTS_ANYBODY, FTS_PUBLIC } from './fts-access.ts';
import { SERVICES, serviceStatus } from './service-status.ts';

export function registerStatusRoutes(
  router: Router,
  {
    kit,
    rightsOf,
    logged,
    clock,
  }: {
    readonly kit: Pick<KitPort, 'listeners' | 'clients'>;
    readonly rightsOf: CallerRights;
    readonly logged: (handler: FtsHandler) => (c: AppContext) => Promise<Response>;
    readonly clock: Clock;
  },
): void {
  const moment = () => ({ nowMs: clock.now(), isSomebodyPresent: false });

  router.route(FTS_PUBLIC, 'GET', '/Alive', () => textAnswer(200, 'API is running'));

  router.route(
    FTS_ANYBODY,
    'GET',
    '/checkStatus',
    logged(async (c) => {
      if (!may(await rightsOf(callerOf(c)), 'kit.read', {}, moment()).isAllowed) {
        throw new BivouacError('auth.forbidden');
      }
      const rows = SERVICES.map((service) => {
        const name = service.inRest;
        const { isOn, ip, port } = serviceStatus(kit, service);
        return [
          name,
          { [`${name}Status`]: isOn ? 'start' : 'stop', [`${name}IP`]: ip, [`${name}Port`]: port },
        ];
      });
      return dumpedAnswer(Object.fromEntries(rows));
    }),
  );

  router.route(
    FTS_ANYBODY,
    'GET',
    '/Clients',
    logged(async (c) => {
      const who = await rightsOf(callerOf(c));
      if (!may(who, 'clients.read', {}, moment()).isAllowed) throw new BivouacError('auth.forbidden');
      return dumpedAnswer(connectedUsers(kit, who));
    }),
  );
}
