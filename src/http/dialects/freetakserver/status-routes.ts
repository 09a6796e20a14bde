import { may } from '../../../auth/permissions.ts';
import type { Clock } from '../../../core/clock.ts';
import { BivouacError } from '../../../core/errors.ts';
import { reaches } from '../../../hub/audience.ts';
import type { KitPort } from '../../app-deps.ts';
import { type AppContext, callerOf } from '../../env.ts';
import type { Router } from '../../router.ts';
import type { CallerRights } from '../caller-rights.ts';
import { dumpedAnswer, textAnswer } from './answers.ts';
import type { FtsHandler } from './call-log.ts';
import { FTS_ANYBODY, FTS_PUBLIC } from './fts-access.ts';

/** FreeTAKServer's names for what our listeners are. */
const SERVICES = {
  SSLCoTService: 'cotTls',
  TCPCoTService: 'cotTcp',
  SSLDataPackageService: 'httpsCert',
  TCPDataPackageService: 'http',
  RestAPIService: 'ftsRest',
} as const;

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
      const listeners = kit.listeners();
      const rows = Object.entries(SERVICES).map(([service, listener]) => {
        const place = listeners[listener]?.split(',')[0];
        const colon = place?.lastIndexOf(':') ?? -1;
        return [
          service,
          {
            [`${service}Status`]: place === undefined ? 'stop' : 'start',
            [`${service}IP`]: place === undefined ? '' : place.slice(0, colon),
            [`${service}Port`]: place === undefined ? null : Number(place.slice(colon + 1)),
          },
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
      // Everybody for those who look after the kit; others see those whom they hear on the stream.
      const seesAll = who.role === 'administrator' || who.role === 'operator';
      const clients = kit
        .clients()
        .filter((client) => seesAll || reaches(client.channelsIn, who.channelsOut))
        .map(({ uid, callsign, team, remote }) => ({
          uid,
          callsign,
          team,
          ip: remote.slice(0, Math.max(0, remote.lastIndexOf(':'))),
        }));
      return dumpedAnswer(clients);
    }),
  );
}
