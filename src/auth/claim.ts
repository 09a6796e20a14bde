import { BivouacError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import { parseUserName } from './names.ts';
import { checkPassword } from './password-policy.ts';
import { isKnownHash } from './passwords.ts';
import type { Claim } from './ports.ts';
import { userOf } from './user-view.ts';
import { noticeOf, type UsersDeps } from './users.ts';

/** The account that the schema makes. */
const FIRST_ADMINISTRATOR = 'administrator';

export function createClaim({
  store,
  passwords,
  revocation,
  audit,
  passwordPolicy,
  contextWords,
  onClaimed,
}: Omit<UsersDeps, 'store'> & {
  readonly store: Pick<Store, 'claim'>;
  /** The box has an owner now, whichever way he came. */
  readonly onClaimed: () => void;
}): Claim {
  const hash = (password: string, name: string) =>
    passwords.hash(checkPassword(password, passwordPolicy(), [name, ...contextWords()]));

  return {
    isClaimed: () => store.claim.isClaimed(),

    async claim(first, by) {
      const { username = FIRST_ADMINISTRATOR } = first;
      // Asked again by the store, atomically; here so that nobody waits for a hash in vain.
      if (await store.claim.isClaimed()) throw new BivouacError('setup.claimed');
      const { name, nameKey } = parseUserName(username);
      const phc = 'passwordHash' in first ? known(first.passwordHash) : await hash(first.password, name);
      const { principal, change } = await store.claim.claim({
        id: newId(),
        name,
        nameKey,
        phc,
        audit: audit.entry(by, 'setup.claim', { target: name }),
      });
      onClaimed();
      const notice = change && noticeOf(change);
      if (notice !== undefined) await revocation.announce(notice);
      return userOf(principal);
    },
  };
}

function known(passwordHash: string): string {
  if (!isKnownHash(passwordHash)) throw new BivouacError('password.hash_unknown');
  return passwordHash;
}
