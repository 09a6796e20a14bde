import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type Argon2Cost, hashArgon2, parsePhc, verifyArgon2 } from './argon2.ts';
import { type CompareBcrypt, parseForeignHash, verifyForeign } from './foreign-hashes.ts';
import { createGate } from './gate.ts';
import { normalisePassword } from './password-policy.ts';

/** Hashes at one time: two leave half of libuv's four threads, and half of a Pi's cores, to the rest. */
const HASHES_CONCURRENT = 2;

/** Hashes that may wait: at 350 ms each the last one is through in 3 s, within a client's patience. */
const HASHES_WAITING = 16;

export type Verdict =
  | 'match'
  | 'mismatch'
  /** Too many at one time: nothing was looked at. */
  | 'busy'
  /** `isStillWanted` said no when its turn came. */
  | 'unwanted';

export interface Passwords {
  /**
   * The PHC string for a password that `checkPassword` has returned.
   * @throws BivouacError `auth.busy`
   */
  hash(password: string): Promise<string>;
  /**
   * Takes as long for an unknown user (`phc` undefined) or an unreadable hash as for a wrong password.
   * `isStillWanted` is asked when the hash is about to start: it may have waited in the queue.
   */
  verify(raw: string, phc: string | undefined, isStillWanted?: () => boolean): Promise<Verdict>;
  /** True for a hash that is cheaper than today's, or another system's. */
  isOutdated(phc: string): Promise<boolean>;
  /** Hashes computed since the start, those for nobody included. */
  hashCount(): number;
}

/** Whether a stored hash is of a form that a sign-in can verify. */
export function isKnownHash(stored: string): boolean {
  return parsePhc(stored) !== undefined || parseForeignHash(stored) !== undefined;
}

export function createPasswords({
  cost,
  compareBcrypt,
  log,
}: {
  readonly cost: () => Promise<Argon2Cost>;
  readonly compareBcrypt: CompareBcrypt;
  readonly log: Log;
}): Passwords {
  const gate = createGate({ concurrent: HASHES_CONCURRENT, waiting: HASHES_WAITING });
  let hashCount = 0;

  async function compare(raw: string, phc: string | undefined): Promise<Verdict> {
    const password = normalisePassword(raw);
    const parsed = phc === undefined ? undefined : parsePhc(phc);
    const foreign = phc === undefined || parsed !== undefined ? undefined : parseForeignHash(phc);
    if (foreign !== undefined && password !== undefined) {
      hashCount += 1;
      // As it was typed: the other system knew nothing of our one form.
      return (await verifyForeign(raw, foreign, compareBcrypt)) ? 'match' : 'mismatch';
    }
    if (phc !== undefined && parsed === undefined) {
      // Fail closed: an unknown prefix is never compared as if it were a password in the clear.
      log.warnRarely('hash_unreadable', 'auth.hash_unreadable', {});
    }
    hashCount += 1;
    if (password === undefined || parsed === undefined) {
      await hashArgon2(password ?? '', await cost());
      return 'mismatch';
    }
    return (await verifyArgon2(password, parsed)) ? 'match' : 'mismatch';
  }

  return {
    async hash(password) {
      const phc = await gate.run(async () => {
        hashCount += 1;
        return hashArgon2(password, await cost());
      });
      if (phc === undefined) throw new BivouacError('auth.busy');
      return phc;
    },
    async verify(raw, phc, isStillWanted = () => true) {
      const verdict = await gate.run(async () => (isStillWanted() ? compare(raw, phc) : 'unwanted'));
      return verdict ?? 'busy';
    },
    async isOutdated(phc) {
      const parsed = parsePhc(phc);
      const { memoryKib, passes } = await cost();
      return parsed === undefined || parsed.memoryKib < memoryKib || parsed.passes < passes;
    },
    hashCount: () => hashCount,
  };
}
