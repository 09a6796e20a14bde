import type { AuthDoors } from '../../auth/doors.ts';
import type { AppDeps } from '../app-deps.ts';
import type { DownloadLinks } from '../download-links.ts';
import type { AppContext } from '../env.ts';
import { isLoopback } from '../peer.ts';
import type { Router } from '../router.ts';
import { createCallerRights } from './caller-rights.ts';
import { registerApiUserRoutes } from './freetakserver/api-user-routes.ts';
import { registerCallListRoute } from './freetakserver/call-list-route.ts';
import { createCallLog } from './freetakserver/call-log.ts';
import { registerStatusRoutes } from './freetakserver/status-routes.ts';
import { createSystemUsers } from './freetakserver/system-users.ts';
import { createUserPackages } from './freetakserver/user-packages.ts';
import { registerUserRoutes } from './freetakserver/user-routes.ts';

export interface FreeTakServerDeps
  extends Pick<
    AppDeps,
    | 'clock'
    | 'config'
    | 'users'
    | 'kit'
    | 'kitName'
    | 'nodeId'
    | 'packages'
    | 'settings'
    | 'tellDevices'
    | 'reachableAddresses'
  > {
  readonly doors: Pick<AuthDoors, 'signIn' | 'apiTokens' | 'apiCalls' | 'grants'>;
  readonly links: DownloadLinks;
}

/** FreeTAKServer's REST: on its own listeners, and nothing else on them. */
export function registerFreeTakServerRoutes(router: Router, deps: FreeTakServerDeps): void {
  const { clock, config, users, kit, doors, settings } = deps;
  const { signIn, apiTokens, apiCalls, grants } = doors;
  const logged = createCallLog(apiCalls);
  const packages = createUserPackages({ ...deps, listeners: () => kit.listeners() });
  const systemUsers = createSystemUsers({ users, apiTokens, packages, settings, clock });

  /** A device is never on the machine that manages it through the loopback. */
  function hostFor(c: AppContext): string {
    const { UserConnectionIP } = config.compat.freetakserver;
    if (UserConnectionIP !== '') return UserConnectionIP;
    const host = new URL(c.req.url).hostname.replaceAll(/[[\]]/g, '');
    const isHere = isLoopback(host) || host === 'localhost';
    return isHere ? (deps.reachableAddresses()[0] ?? host) : host;
  }

  registerStatusRoutes(router, { kit, rightsOf: createCallerRights({ grants, clock }), logged, clock });
  registerUserRoutes(router, { systemUsers, signIn, logged, hostFor });
  registerApiUserRoutes(router, { users, apiTokens, logged });
  registerCallListRoute(router, apiCalls);
}
