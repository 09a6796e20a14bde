import type { AuthDoors } from '../../auth/doors.ts';
import type { AppDeps } from '../app-deps.ts';
import type { BrowserSessions } from '../browser-session.ts';
import type { Router } from '../router.ts';
import { registerRportGroups } from './rport-groups.ts';
import { registerRportLists } from './rport-lists.ts';
import { type RportLoginDeps, registerRportLogin } from './rport-login.ts';
import { registerRportMe } from './rport-me.ts';
import { registerRportUsers } from './rport-users.ts';

export interface RportDeps
  extends Pick<AppDeps, 'audit' | 'clock' | 'config' | 'kit' | 'users'>,
    Pick<RportLoginDeps, 'userOfProxy'> {
  readonly doors: AuthDoors;
  readonly browser: BrowserSessions;
}

/** The API of RPort, as its documents describe it [RPort 1.0]: signing in, people, groups, connected devices. */
export function registerRportDialect(router: Router, deps: RportDeps): void {
  const { totp_enabled: isTotpEnabled, auth } = deps.config.compat.rport;
  registerRportLogin(router, { ...deps, isTotpEnabled });
  registerRportMe(router, { ...deps, isTotpEnabled });
  registerRportUsers(router, { ...deps, isTotpEnabled, isStatic: auth !== '' });
  registerRportGroups(router, deps.doors);
  registerRportLists(router, deps);
}
