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
import { currentEvents } from './freetakserver/socket/current-events.ts';
import { createSocketEvents } from './freetakserver/socket/socket-events.ts';
import { createSocketLogin } from './freetakserver/socket/socket-login.ts';
import { createSocketServer, type SocketServer } from './freetakserver/socket/socket-server.ts';
import { registerStatusRoutes } from './freetakserver/status-routes.ts';
import { createSystemUserOrders } from './freetakserver/system-user-orders.ts';
import { createSystemUsers } from './freetakserver/system-users.ts';
import { createUserPackages } from './freetakserver/user-packages.ts';
import { registerUserRoutes } from './freetakserver/user-routes.ts';
import { createWebsocketKey } from './freetakserver/websocket-key.ts';
import { registerWebsocketKeyRoute } from './freetakserver/websocket-key-route.ts';

export interface FreeTakServerDeps
  extends Pick<
    AppDeps,
    | 'audit'
    | 'clock'
    | 'log'
    | 'health'
    | 'diagnosis'
    | 'machineLoad'
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

/** FreeTAKServer's REST and Socket.IO: on its own listeners, and nothing else on them. */
export function registerFreeTakServerRoutes(router: Router, deps: FreeTakServerDeps): SocketServer {
  const { audit, clock, config, users, kit, doors, settings, log } = deps;
  const { signIn, apiTokens, apiCalls, grants } = doors;
  const logged = createCallLog(apiCalls);
  const packages = createUserPackages({ ...deps, listeners: () => kit.listeners() });
  const systemUsers = createSystemUsers({ users, apiTokens, packages, settings, clock });
  const orders = createSystemUserOrders(systemUsers);
  const rightsOf = createCallerRights({ grants, clock });
  const configured = config.compat.freetakserver.websocketkey;
  const websocketKey = createWebsocketKey({ configured, settings, audit, clock, log });

  /** A device is never on the machine that manages it through the loopback. */
  function hostOf(calledAs: string): string {
    const { UserConnectionIP } = config.compat.freetakserver;
    if (UserConnectionIP !== '') return UserConnectionIP;
    const host = calledAs.replaceAll(/[[\]]/g, '');
    const isHere = isLoopback(host) || host === 'localhost';
    return isHere ? (deps.reachableAddresses()[0] ?? host) : host;
  }
  const hostFor = (c: AppContext) => hostOf(new URL(c.req.url).hostname);

  registerStatusRoutes(router, { kit, rightsOf, logged, clock });
  registerUserRoutes(router, { systemUsers, orders, signIn, logged, hostFor });
  registerApiUserRoutes(router, { users, apiTokens, logged });
  registerCallListRoute(router, apiCalls);
  registerWebsocketKeyRoute(router, websocketKey);

  const socketServer = createSocketServer({
    login: createSocketLogin({ apiTokens, users, rightsOf, websocketKey, clock }),
    answer: createSocketEvents({ ...deps, orders, apiCalls }),
    feed: (who) => currentEvents(deps, who),
    greeting: () => ({
      starttime: pythonTime(kit.startedAtMs ?? clock.now()),
      version: `Bivouac-${kit.version}`,
    }),
    hostOf,
    start: websocketKey.noteConfigured,
    clock,
    log,
  });
  websocketKey.onRotated(socketServer.keyRotated);
  return socketServer;
}

/** As Python writes a time. */
function pythonTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000');
}
