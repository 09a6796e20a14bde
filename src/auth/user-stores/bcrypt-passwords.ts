import { BivouacError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { BcryptThread } from '../bcrypt-thread.ts';
import { bcryptCostOf } from '../foreign-hashes.ts';
import { createGate } from '../gate.ts';
import { normalisePassword } from '../password-policy.ts';
import type { Passwords, Verdict } from '../passwords.ts';

/** Of hashes that are made here: RPort's own, some 60 ms on a desktop in JavaScript and a second on a small board. */
export const BCRYPT_COST = 10;

/** bcrypt looks at no more of a password, bytes: what comes after would be worth nothing. */
const BCRYPT_MAX_BYTES = 72;

/** One thread computes them all, one after the other. */
const HASHES_CONCURRENT = 1;
/** The last one is through within a client's patience. */
const HASHES_WAITING = 16;

/** A password that nobody has, at the front of a hash of any cost. */
const NOBODYS_TAIL = 'zfvuP4PvjsNWTqRFLdswEeRzETE2KiZONJQyVn7T3ZV5qcYAlmNWO';
const nobodys = (cost: number) => `$2y$${String(cost).padStart(2, '0')}$${NOBODYS_TAIL}`;

/**
 * Passwords of people who are kept in somebody else's store: bcrypt in, bcrypt out, and nothing else. A hash of
 * any other form is nobody's password.
 *
 * `costs` says with which costs hashes stand in the store now. Each wrong offer takes as long as the dearest of
 * them, so that time does not tell who exists: cost doubles with each step, so that a hash of cost 5 and fillers
 * of costs 5, 6, 7 … 9 take together what one of cost 10 takes.
 */
export function createBcryptPasswords({
  bcrypt,
  costs,
  log,
}: {
  readonly bcrypt: BcryptThread;
  readonly costs: () => Iterable<number>;
  readonly log: Log;
}): Passwords {
  const gate = createGate({ concurrent: HASHES_CONCURRENT, waiting: HASHES_WAITING });
  let hashCount = 0;

  async function isMatch(raw: string, stored: string): Promise<boolean> {
    hashCount += 1;
    // As it was typed: whoever made the hash knew nothing of our one form. Then in that form: hashes of ours.
    if (await bcrypt.compare(raw, stored)) return true;
    const password = normalisePassword(raw);
    return password !== undefined && password !== raw && (await bcrypt.compare(password, stored));
  }

  async function compare(raw: string, stored: string | undefined): Promise<Verdict> {
    // Longer input is nobody's, and must not be worked on.
    const offered = normalisePassword(raw) === undefined ? '' : raw;
    const dearest = Math.max(BCRYPT_COST, ...costs());
    const cost = stored === undefined ? undefined : bcryptCostOf(stored);
    if (stored !== undefined && cost === undefined)
      log.warnRarely('hash_unreadable', 'auth.hash_unreadable', {});
    if (stored === undefined || cost === undefined) {
      await isMatch(offered, nobodys(dearest));
      return 'mismatch';
    }
    if ((await isMatch(offered, stored)) && offered === raw) return 'match';
    for (let filler = cost; filler < dearest; filler += 1) await isMatch(offered, nobodys(filler));
    return 'mismatch';
  }

  return {
    async hash(password) {
      if (Buffer.byteLength(password) > BCRYPT_MAX_BYTES) {
        throw new BivouacError(
          'password.weak',
          `The password is too long for the store in which it is kept: at most ${BCRYPT_MAX_BYTES} bytes`,
        );
      }
      const made = await gate.run(async () => {
        hashCount += 1;
        return bcrypt.hash(password, BCRYPT_COST);
      });
      if (made === undefined) throw new BivouacError('auth.busy');
      // The same hash by the one name that all of RPort's versions know.
      return made.replace(/^\$2[ab]\$/, '$2y$');
    },
    async verify(raw, stored, isStillWanted = () => true) {
      const verdict = await gate.run(async () => (isStillWanted() ? compare(raw, stored) : 'unwanted'));
      return verdict ?? 'busy';
    },
    // The operator's store keeps the operator's format.
    isOutdated: async () => false,
    hashCount: () => hashCount,
  };
}
