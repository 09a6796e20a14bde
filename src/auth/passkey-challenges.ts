import type { Clock } from '../core/clock.ts';
import { randomCode } from '../core/ids.ts';

/** Time to find the phone and put a finger on it, milliseconds. */
export const CHALLENGE_LIFE_MS = 5 * 60_000;

/** Open challenges: everybody may ask for one, so the oldest goes. */
const CHALLENGES_MAX = 2_000;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 43 characters of base64url are 32 bytes. The last holds 4 bits only. */
const BODY_CHARS = 42;
const LAST_ALPHABET = 'AEIMQUYcgkosw048';

/** Challenges that a passkey has to sign, each good once. */
export function createPasskeyChallenges<Purpose>(clock: Clock) {
  const open = new Map<string, { readonly purpose: Purpose; readonly untilMs: number }>();
  return {
    /** Base64url of 32 random bytes. */
    issue(purpose: Purpose): string {
      const challenge = randomCode(BODY_CHARS, ALPHABET) + randomCode(1, LAST_ALPHABET);
      open.set(challenge, { purpose, untilMs: clock.monotonicMs() + CHALLENGE_LIFE_MS });
      if (open.size > CHALLENGES_MAX) {
        for (const oldest of open.keys()) {
          open.delete(oldest);
          break;
        }
      }
      return challenge;
    },
    /** What it was for; undefined when it is unknown, used or late. */
    take(challenge: string): Purpose | undefined {
      const found = open.get(challenge);
      open.delete(challenge);
      return found !== undefined && clock.monotonicMs() < found.untilMs ? found.purpose : undefined;
    },
  };
}
