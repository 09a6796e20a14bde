import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Sealer } from './sealer.ts';

/** What has a key of its own, so that none can be passed off as another. */
export type KeyPurpose =
  | 'cookie'
  | 'refresh'
  | 'successor'
  | 'ots'
  | 'rport'
  | 'taxii'
  | 'takeout'
  | 'media'
  | 'login'
  | 'code'
  | 'file'
  | 'api-token'
  | 'csrf'
  | 'device-cookie'
  | 'recovery-code'
  | 'sent-code'
  | 'mail-token'
  | 'pairing'
  | 'plain-screen';

export interface TokenKeys {
  /** 32 bytes. */
  keyOf(purpose: KeyPurpose): Buffer;
  /** Keyed hash, lower-case hex: what is stored instead of a secret, and worthless without the root key. */
  hashOf(purpose: KeyPurpose, secret: string): string;
  /** The same as bytes. */
  macOf(purpose: KeyPurpose, text: string): Buffer;
}

/** `sealer` is asked when a key is first needed: the key file may be read after auth is put together. */
export function createTokenKeys(sealer: () => Sealer): TokenKeys {
  const keys = new Map<KeyPurpose, Buffer>();

  function keyOf(purpose: KeyPurpose): Buffer {
    let key = keys.get(purpose);
    if (key === undefined) {
      key = sealer().derive(`auth/${purpose}`);
      keys.set(purpose, key);
    }
    return key;
  }

  const macOf = (purpose: KeyPurpose, text: string) =>
    createHmac('sha256', keyOf(purpose)).update(text).digest();

  return { keyOf, macOf, hashOf: (purpose, secret) => macOf(purpose, secret).toString('hex') };
}

/** Compares without telling by its time how much is right. */
export function isSameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
