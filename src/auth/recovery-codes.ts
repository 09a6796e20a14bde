import { CODE_ALPHABET_20, randomCode } from '../core/ids.ts';

/** Shown once, on paper: enough for a few lost phones. */
export const RECOVERY_CODES = 10;

/** 20^12 is 51 bits, behind a keyed hash: good for years in a drawer. */
const CODE_CHARS = 12;

/** `BCDF-GHJK-LMNP` */
export function newRecoveryCode(): string {
  return randomCode(CODE_CHARS).replace(/(.{4})(?=.)/g, '$1-');
}

/** The form that is hashed, of what somebody typed; undefined when it cannot be one. */
export function plainRecoveryCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '');
  return new RegExp(`^[${CODE_ALPHABET_20}]{${CODE_CHARS}}$`).test(letters) ? letters : undefined;
}
