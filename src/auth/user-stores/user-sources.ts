import type { Clock } from '../../core/clock.ts';
import { BivouacError } from '../../core/errors.ts';
import type { Health } from '../../core/health.ts';
import type { Log } from '../../core/log.ts';
import type { Store } from '../../store/open.ts';
import type { UserDirectory } from '../../store/user-directories/port.ts';
import type { AuditLog } from '../audit.ts';
import type { BcryptThread } from '../bcrypt-thread.ts';
import { createFactorVault } from '../factor-vault.ts';
import { normalisePassword } from '../password-policy.ts';
import type { Passwords } from '../passwords.ts';
import type { RevocationCenter } from '../revoke.ts';
import type { Sealer } from '../sealer.ts';
import type { SecondFactorSettings } from '../settings.ts';
import { createBcryptPasswords } from './bcrypt-passwords.ts';
import { createUserMirror } from './mirror.ts';
import { mirroredStore } from './mirrored-store.ts';
import { createUserStore, type UserStore } from './user-store.ts';

export interface UserSourceDeps {
  /** Undefined: people are kept in `store`. */
  readonly directory: UserDirectory | undefined;
  readonly store: Store;
  readonly bcrypt: BcryptThread;
  readonly ownPasswords: Passwords;
  readonly audit: AuditLog;
  readonly revocation: RevocationCenter;
  readonly sealer: () => Sealer;
  readonly secondFactor: () => SecondFactorSettings;
  readonly onFollowed: () => Promise<void>;
  readonly health: Health | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the rest of auth builds on: the store and the passwords of wherever people are kept. */
export function createUserSources(deps: UserSourceDeps): {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly userStore: UserStore;
} {
  const { directory, store, ownPasswords, bcrypt, log } = deps;
  if (directory === undefined) {
    return { store, passwords: ownPasswords, userStore: createUserStore({ ...deps, elsewhere: undefined }) };
  }
  const mirror = createUserMirror({
    ...deps,
    directory,
    vault: createFactorVault(deps.sealer),
    codes: () => deps.secondFactor().codes,
    totpIssuer: () => deps.secondFactor().totp?.issuer ?? 'Bivouac',
    hashStatic: (password, known) => hashStatic(ownPasswords, password, known),
  });
  return {
    store: mirroredStore(store, mirror, directory),
    // The one static user has a hash of ours: his password is compared like any other.
    passwords:
      directory.source === 'static'
        ? ownPasswords
        : createBcryptPasswords({ bcrypt, costs: mirror.costs, log }),
    userStore: createUserStore({ ...deps, elsewhere: { directory, mirror } }),
  };
}

/** The hash that there is stays while it is good: what was signed in with the same password goes on. */
async function hashStatic(passwords: Passwords, text: string, known: string | undefined): Promise<string> {
  const password = normalisePassword(text);
  if (password === undefined) throw new BivouacError('config.invalid', 'compat.rport.auth: no such password');
  if (known !== undefined && (await passwords.verify(password, known)) === 'match') return known;
  return passwords.hash(password);
}
