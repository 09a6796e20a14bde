import type { AppDeps } from '../../app-deps.ts';
import type { Router } from '../../router.ts';
import { registerTicketRoute } from '../../stream/ticket-route.ts';
import { type OauthDeps, registerOauthRoutes } from './oauth.ts';
import { registerPairPage } from './pair-page.ts';
import { registerPairingRoutes } from './pairings.ts';
import { registerTakeoutCodeRoutes } from './takeout-codes.ts';

/** Everything with which screens come onto the kit. */
export function registerScreenRoutes(
  router: Router,
  deps: Pick<AppDeps, 'pairing' | 'clock' | 'kit' | 'doors' | 'users'> & Pick<OauthDeps, 'passwordGrant'>,
): void {
  registerPairingRoutes(router, deps);
  registerTakeoutCodeRoutes(router, deps);
  registerOauthRoutes(router, deps);
  registerPairPage(router, deps);
  registerTicketRoute(router, deps);
}
