import { randomBytes } from 'node:crypto';
import { CODE_ALPHABET_20, randomCode } from '../core/ids.ts';
import type { CodeForm } from './pairing-ports.ts';

/** Digits and letters without 0 and O, 1, I, J and L: TakeoutFM's screens have room for six of them. */
export const CODE_ALPHABET_30 = '23456789ABCDEFGHKMNPQRSTUVWXYZ';

interface Form {
  readonly alphabet: string;
  readonly chars: number;
}

/**
 * 30^6 = 29.4 bits, 20^8 = 34.6 bits. Against guessing they need the limits of pairing-limits.ts: with 50 wrong
 * codes an hour and 20 live ones, somebody hits one of the short codes within an hour with a chance of
 * 1.4 in a million, one of the long with 1 in 26 million.
 */
export const CODE_FORMS: Readonly<Record<CodeForm, Form>> = {
  short: { alphabet: CODE_ALPHABET_30, chars: 6 },
  long: { alphabet: CODE_ALPHABET_20, chars: 8 },
};

/** What a person types, with room for spaces and dashes; more is no code, UTF-16 units. */
const TYPED_MAX_UNITS = 64;

const DEVICE_CODE_BYTES = 32;

/** From the operating system's generator, without bias. */
export function newPairingCode(form: CodeForm): string {
  const { alphabet, chars } = CODE_FORMS[form];
  return randomCode(chars, alphabet);
}

export function newDeviceCode(): string {
  return randomBytes(DEVICE_CODE_BYTES).toString('base64url');
}

/** A code as a person typed it, in any case and with anything between; undefined for what cannot be one. */
export function parsePairingCode(text: string): string | undefined {
  if (text.length > TYPED_MAX_UNITS) return undefined;
  const code = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const isCode = Object.values(CODE_FORMS).some(
    ({ alphabet, chars }) => code.length === chars && [...code].every((char) => alphabet.includes(char)),
  );
  return isCode ? code : undefined;
}

/** `K7M 42P`, `HQRT-XDLM`: in groups that can be kept in mind. */
export function spacedCode(code: string): string {
  const half = code.length / 2;
  return `${code.slice(0, half)}${code.length === CODE_FORMS.short.chars ? ' ' : '-'}${code.slice(half)}`;
}
