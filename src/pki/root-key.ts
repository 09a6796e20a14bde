import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { BivouacError, messageOf } from '../core/errors.ts';

/**
 * The one secret that seals all others on the kit: 32 random bytes in a file of their own, which may lie on
 * another partition (or a stick) than the data. Each purpose gets its own key by HKDF, so that a sealed CA key
 * can never be passed off as a sealed TOTP secret.
 */
export interface RootKey {
  /** AES-256-GCM. `context` says what it is (an id): a blob moved to another context does not open. */
  seal(purpose: string, context: string, secret: Uint8Array): Buffer;
  /** Throws `ca.unusable` when the blob was sealed under another key, for another purpose, or was changed. */
  unseal(purpose: string, context: string, sealed: Uint8Array): Buffer;
  /** 32 bytes that only this root key and this purpose give, for keyed hashes. */
  derive(purpose: string): Buffer;
}

const ROOT_KEY_BYTES = 32;
const DERIVED_KEY_BYTES = 32;
const MAGIC = Buffer.from('BVSEAL1\n');
/** A fresh HKDF salt for each blob: one GCM key per blob, so that random nonces can never meet. */
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES + NONCE_BYTES + TAG_BYTES;
/** Only the owner reads it. */
const KEY_FILE_MODE = 0o600;
const KEY_DIRECTORY_MODE = 0o700;

/**
 * Reads the key file; `mayCreate` makes it when it is absent. It must be false as soon as something was
 * sealed: a silent new key would turn a forgotten mount into a lost CA.
 */
export function openRootKey(path: string, { mayCreate }: { readonly mayCreate: boolean }): RootKey {
  if (!existsSync(path)) {
    if (!mayCreate) {
      throw new BivouacError(
        'ca.unusable',
        `The key file ${path} is missing, and the keys of this kit are sealed under it. Bring it back (is its partition mounted?)`,
      );
    }
    create(path);
  }
  return createRootKey(read(path), path);
}

function create(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: KEY_DIRECTORY_MODE });
    writeFileAtomic(path, randomBytes(ROOT_KEY_BYTES), KEY_FILE_MODE);
  } catch (error) {
    throw new BivouacError('ca.unusable', `The key file ${path} cannot be written: ${messageOf(error)}`);
  }
}

function read(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new BivouacError('ca.unusable', `The key file ${path} cannot be read: ${messageOf(error)}`);
  }
  if (bytes.length === ROOT_KEY_BYTES) return bytes;
  throw new BivouacError(
    'ca.unusable',
    `The key file ${path} holds ${bytes.length} bytes instead of ${ROOT_KEY_BYTES}: it is not a key of this kit`,
  );
}

function createRootKey(root: Buffer, path: string): RootKey {
  const keyFor = (purpose: string, salt: Uint8Array) =>
    Buffer.from(hkdfSync('sha256', root, salt, `bivouac/${purpose}`, DERIVED_KEY_BYTES));
  const boundTo = (purpose: string, context: string) => Buffer.from(JSON.stringify([purpose, context]));
  return {
    seal(purpose, context, secret) {
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose, salt), nonce);
      cipher.setAAD(boundTo(purpose, context));
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([MAGIC, salt, nonce, cipher.getAuthTag(), body]);
    },
    unseal(purpose, context, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
        throw new BivouacError('ca.unusable', `The sealed ${purpose} is damaged`);
      }
      const [salt, nonce, tag, body] = cut(bytes.subarray(MAGIC.length), SALT_BYTES, NONCE_BYTES, TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose, salt), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(purpose, context));
      decipher.setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]);
      } catch {
        throw new BivouacError(
          'ca.unusable',
          `The sealed ${purpose} does not open with the key file ${path}: it is the key file of another kit, or the blob was changed`,
        );
      }
    },
    derive: (purpose) => keyFor(purpose, Buffer.alloc(0)),
  };
}

function cut(bytes: Buffer, a: number, b: number, c: number): [Buffer, Buffer, Buffer, Buffer] {
  return [
    bytes.subarray(0, a),
    bytes.subarray(a, a + b),
    bytes.subarray(a + b, a + b + c),
    bytes.subarray(a + b + c),
  ];
}
