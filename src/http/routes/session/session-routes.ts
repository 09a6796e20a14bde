import type { AuthDoors } from '../../../auth/doors.ts';
import type { AppDeps } from '../../app-deps.ts';
import type { BrowserSessions } from '../../browser-session.ts';
import type { Router } from '../../router.ts';
import { registerMailAccountRoutes } from './mail-accounts.ts';
import { registerAccountRoutes } from './my-account.ts';
import { registerFactorRoutes } from './my-factors.ts';
import { registerTokenRoutes } from './my-tokens.ts';
import { registerPasskeyRoutes } from './passkeys.ts';
import { registerPeopleAccountRoutes } from './people-account.ts';
import { registerPeopleTokenRoutes } from './people-tokens.ts';
import { registerSetupRoutes } from './setup.ts';
import { registerSignInRoutes } from './sign-in.ts';

export interface SessionRouteDeps
  extends Pick<AppDeps, 'claim' | 'clock' | 'config' | 'isDirectlyAttached' | 'kitName' | 'users'> {
  readonly doors: Pick<
    AuthDoors,
    | 'adminRecovery'
    | 'apiTokens'
    | 'claimCode'
    | 'emailAccounts'
    | 'factors'
    | 'ownAccount'
    | 'passkeys'
    | 'sessions'
    | 'signIn'
    | 'tickets'
  >;
  readonly browser: BrowserSessions;
}

/** First use, signing in and out, and everything that people look after themselves. */
export function registerSessionRoutes(router: Router, deps: SessionRouteDeps): void {
  registerSetupRoutes(router, deps);
  registerSignInRoutes(router, deps);
  registerMailAccountRoutes(router, deps);
  registerAccountRoutes(router, deps);
  registerTokenRoutes(router, deps.doors);
  registerFactorRoutes(router, deps);
  registerPasskeyRoutes(router, deps);
  registerPeopleTokenRoutes(router, deps);
  registerPeopleAccountRoutes(router, deps);
}
