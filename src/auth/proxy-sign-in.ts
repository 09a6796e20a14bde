import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { Completion } from './completion.ts';
import type { DeviceCookies } from './device-cookie.ts';
import { ADMINISTRATORS_GROUP } from './group-names.ts';
import { foldName } from './names.ts';
import { stateRefusal } from './password-login.ts';
import type { Users } from './ports.ts';
import type { ProxySettings } from './settings.ts';
import { attemptOf, type SignInLedger } from './sign-in-ledger.ts';
import type { SignIn } from './sign-in-ports.ts';
import { refusal } from './sign-in-refusal.ts';

/**
 * Somebody whom a trusted reverse proxy has signed in. The proxy stands for every factor: that is what it is
 * there for. The user store is asked who he is, and made to know him only where the settings say so.
 */
export function createProxySignIn({
  store,
  users,
  ledger,
  deviceCookies,
  complete,
  settings,
  log,
}: {
  readonly store: Pick<Store, 'signIn'>;
  readonly users: Pick<Users, 'add'>;
  readonly ledger: SignInLedger;
  readonly deviceCookies: DeviceCookies;
  readonly complete: Completion;
  readonly settings: () => ProxySettings | undefined;
  readonly log: Log;
}): SignIn['byProxy'] {
  async function create(username: string, group: string, remote: string): Promise<void> {
    const isAdministrator = foldName(group) === foldName(ADMINISTRATORS_GROUP);
    if (isAdministrator) log.warn('auth.proxy_made_administrator', { user: username });
    await users.add(
      {
        name: username,
        role: isAdministrator ? 'administrator' : 'user',
        groups: isAdministrator || group === '' ? [] : [group],
      },
      { id: null, name: 'proxy', remote },
    );
  }

  return async (offer) => {
    const { username, door, remote, deviceCookie } = offer;
    const proxy = settings();
    if (proxy === undefined) return refusal('unknown_user');
    const base = attemptOf(username, remote, `${door}.login`, { method: 'proxy' });
    const attempt = { ...base, device: deviceCookies.deviceOf(deviceCookie, base.userKey) };
    const query = { nameKey: base.userKey, email: undefined };
    let facts = await store.signIn.byPassword(query);
    if (facts.principal === undefined && proxy.createsMissingUsers) {
      try {
        await create(username, proxy.defaultGroup, attempt.place.address);
      } catch (error) {
        // Two requests at one time, or a name that we do not take.
        if (!(error instanceof BivouacError)) throw error;
        log.warnRarely('proxy_user', 'auth.proxy_user_not_made', { code: error.code });
      }
      facts = await store.signIn.byPassword(query);
    }
    const { principal, isBoxClaimed } = facts;
    const cause =
      principal === undefined || principal.kind !== 'user'
        ? 'unknown_user'
        : stateRefusal({ principal, isBoxClaimed, allowsUnconfirmed: false });
    if (principal === undefined || cause !== undefined) {
      // The proxy's address is everybody's: nothing is counted against it.
      if (principal !== undefined) ledger.turnedAway(attempt, principal, cause ?? 'unknown_user');
      return refusal(cause ?? 'unknown_user');
    }
    return {
      state: 'signed_in',
      proof: complete({ attempt, principal, methods: ['proxy'], visitor: offer }),
    };
  };
}
