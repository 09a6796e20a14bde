import { generateSync, generateURI } from 'otplib';
import { randomCode } from '../core/ids.ts';
import { isSameText } from './token-keys.ts';

/** RFC 6238 as every authenticator app has it: SHA-1, six digits, a step of 30 seconds. */
const STEP_SECONDS = 30;

/** Steps beside the present one: a phone's clock is wrong by a few seconds, and people type slowly. */
const STEPS_BESIDE = [0, -1, 1];

const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 160 bits, the size of the hash (RFC 4226, section 4). */
const SECRET_CHARS = 32;

/** A new secret, base32. */
export function newTotpSecret(): string {
  return randomCode(SECRET_CHARS, BASE32_ALPHABET);
}

/** What the QR code of a secret holds. */
export function totpUri(secret: string, account: string, issuer: string): string {
  return generateURI({ issuer, label: account, secret });
}

/** Shorter secrets are guessed (RFC 4226, section 4: 128 bits; RPort's and Google's first ones had 80). */
const FOREIGN_SECRET = /^[A-Z2-7]{16,128}$/;

/**
 * The secret of what another system keeps: `otpauth://totp/…` or the bare secret, base32. Undefined for what is
 * no secret, or is for codes of another kind than ours.
 */
export function secretOfTotp(text: string): string | undefined {
  if (!/^otpauth:/i.test(text)) return foreignSecret(text);
  if (!URL.canParse(text)) return undefined;
  const { hostname, searchParams } = new URL(text);
  const has = (name: string, value: string) => (searchParams.get(name) ?? value).toUpperCase() === value;
  const isOurs = has('algorithm', 'SHA1') && has('digits', '6') && has('period', String(STEP_SECONDS));
  return hostname === 'totp' && isOurs ? foreignSecret(searchParams.get('secret') ?? '') : undefined;
}

function foreignSecret(text: string): string | undefined {
  const secret = text.toUpperCase().replace(/[\s-]|=+$/g, '');
  return FOREIGN_SECRET.test(secret) ? secret : undefined;
}

/**
 * The step that this code is of; undefined for a wrong code, and for one of `lastStep` or before: who has seen
 * a code cannot use it again (RFC 6238, section 5.2).
 */
export function totpStepOf(
  code: string,
  secret: string,
  { nowMs, lastStep }: { readonly nowMs: number; readonly lastStep: number },
): number | undefined {
  const typed = code.replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(typed)) return undefined;
  const present = Math.floor(nowMs / 1_000 / STEP_SECONDS);
  return STEPS_BESIDE.map((beside) => present + beside).find(
    (step) => step > lastStep && isSameText(typed, generateSync({ secret, epoch: step * STEP_SECONDS })),
  );
}
