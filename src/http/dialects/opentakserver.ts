import type { AuthDoors } from '../../auth/doors.ts';
import type { AppDeps } from '../app-deps.ts';
import type { BrowserSessions } from '../browser-session.ts';
import type { Onboarding } from '../onboarding.ts';
import type { Router } from '../router.ts';
import { otsAccess } from './opentakserver-access.ts';
import { registerOtsAccounts } from './opentakserver-accounts.ts';
import { registerOtsDevices } from './opentakserver-devices.ts';
import { registerOtsFactors } from './opentakserver-factors.ts';
import { createOtsSignIn, registerOtsLogin } from './opentakserver-login.ts';
import { registerOtsUsers } from './opentakserver-users.ts';

export interface OtsDeps
  extends Pick<
    AppDeps,
    'authority' | 'certificates' | 'clock' | 'config' | 'enrolmentTokens' | 'kit' | 'kitName' | 'users'
  > {
  readonly doors: AuthDoors;
  readonly browser: BrowserSessions;
  readonly onboarding: Onboarding;
}

/** The API of OpenTAKServer about people, as its document and its server have it [OpenTAKServer 1.7.13]. */
export function registerOtsDialect(router: Router, deps: OtsDeps): void {
  const { SECURITY_CSRF_PROTECT_MECHANISMS, OTS_ENABLE_EMAIL } = deps.config.compat.opentakserver;
  const access = otsAccess(() => SECURITY_CSRF_PROTECT_MECHANISMS);
  const signIn = createOtsSignIn(deps);
  registerOtsLogin(router, access, { ...deps, isEmailOn: OTS_ENABLE_EMAIL }, signIn);
  registerOtsFactors(router, access, deps, signIn);
  registerOtsAccounts(router, access, { ...deps, isEmailOn: OTS_ENABLE_EMAIL }, signIn);
  registerOtsUsers(router, access, deps);
  registerOtsDevices(router, access, deps);
}
