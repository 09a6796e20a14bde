import type { AppDeps } from './app-deps.ts';
import { createBrowserSessions } from './browser-session.ts';
import { registerOtsDialect } from './dialects/opentakserver.ts';
import { registerRportDialect } from './dialects/rport.ts';
import type { Onboarding } from './onboarding.ts';
import { createProxyUser } from './proxy-user.ts';
import type { Router } from './router.ts';
import { registerSessionRoutes } from './routes/session/session-routes.ts';

/** Every way in for people with a browser: our own pages, and the documents whose clients come here. */
export function registerSignInDoors(
  router: Router,
  deps: AppDeps & { readonly onboarding: Onboarding },
): void {
  const browser = createBrowserSessions({ ...deps.doors, clock: deps.clock });
  registerSessionRoutes(router, { ...deps, browser });
  registerOtsDialect(router, { ...deps, browser });
  registerRportDialect(router, { ...deps, browser, userOfProxy: createProxyUser(deps.proxy, deps.log) });
}
