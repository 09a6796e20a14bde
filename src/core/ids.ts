import { randomInt, randomUUID } from 'node:crypto';

/** A new immutable id (UUIDv4) for a principal, a package, an event that the server makes. */
export function newId(): string {
  return randomUUID();
}

/** Twenty consonants: no vowels, so no words; no look-alikes (RFC 8628 section 6.1). */
export const CODE_ALPHABET_20 = 'BCDFGHJKLMNPQRSTVWXZ';

/** A code from a CSPRNG without modulo bias (`randomInt` rejects and draws again). */
export function randomCode(length: number, alphabet: string = CODE_ALPHABET_20): string {
  let code = '';
  for (let i = 0; i < length; i += 1) code += alphabet[randomInt(alphabet.length)];
  return code;
}
