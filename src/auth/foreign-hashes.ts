import { createHmac, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { parsePhc, verifyArgon2 } from './argon2.ts';

/**
 * Password hashes of other systems, as far as they can be verified. They are good for one sign-in: then there
 * is an argon2id hash instead. What is not in here is refused.
 *
 * | Form | From |
 * |---|---|
 * | `$2y$10$…`, `$2a$`, `$2b$` | RPort, htpasswd |
 * | `$scrypt$ln=15,r=8,p=1$salt$key` | TakeoutFM (salt and key of its two columns, base64) |
 * | `scrypt:32768:8:1$salt$hex`, `pbkdf2:sha256:600000$salt$hex` | OpenTAXII (werkzeug) |
 * | `$pbkdf2-sha512$25000$salt$key` | passlib |
 * | `flask-security$KEY$` and one of argon2id, bcrypt, pbkdf2 | OpenTAKServer: KEY is its SECURITY_PASSWORD_SALT, base64url |
 */
export type ForeignHash =
  | { readonly kind: 'bcrypt'; readonly hash: string }
  | {
      readonly kind: 'scrypt';
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    }
  | {
      readonly kind: 'pbkdf2';
      readonly digest: Digest;
      readonly iterations: number;
      readonly salt: Buffer;
      readonly key: Buffer;
    }
  | { readonly kind: 'argon2id'; readonly phc: NonNullable<ReturnType<typeof parsePhc>> }
  /** The password goes through an HMAC first. */
  | { readonly kind: 'flask_security'; readonly hmacKey: Buffer; readonly inner: ForeignHash };

type Digest = 'sha1' | 'sha256' | 'sha512';

/**
 * Bounds for what a stored hash may ask for: one sign-in must not take the board's memory or minutes of it.
 * bcrypt doubles with each step: 14 is a few seconds on a Pi.
 */
const BCRYPT_COST_MIN = 4;
const BCRYPT_COST_MAX = 14;
const SCRYPT_MEMORY_MAX_BYTES = 128 * 1024 ** 2;
const SCRYPT_LANES_MAX = 16;
const PBKDF2_ITERATIONS_MAX = 2_000_000;

/** Shorter keys would be matched by chance. */
const KEY_MIN_BYTES = 16;
const KEY_MAX_BYTES = 128;

/** Compares bcrypt hashes off the event loop: in JavaScript, one of cost 12 takes 270 ms on a desktop. */
export type CompareBcrypt = (password: string, hash: string) => Promise<boolean>;

/** Undefined for a form that is not known, or out of bounds. */
export function parseForeignHash(stored: string): ForeignHash | undefined {
  const wrapped = /^flask-security\$([A-Za-z0-9_-]*)\$(.+)$/.exec(stored);
  if (wrapped === null) return parseBare(stored);
  const [, hmacKey = '', rest = ''] = wrapped;
  const phc = parsePhc(rest);
  const inner: ForeignHash | undefined = phc === undefined ? parseBare(rest) : { kind: 'argon2id', phc };
  return inner && { kind: 'flask_security', hmacKey: Buffer.from(hmacKey, 'base64url'), inner };
}

function parseBare(stored: string): ForeignHash | undefined {
  return parseBcrypt(stored) ?? parseScrypt(stored) ?? parsePbkdf2(stored);
}

export async function verifyForeign(
  password: string,
  hash: ForeignHash,
  compareBcrypt: CompareBcrypt,
): Promise<boolean> {
  switch (hash.kind) {
    case 'bcrypt':
      return compareBcrypt(password, hash.hash);
    case 'argon2id':
      return verifyArgon2(password, hash.phc);
    case 'scrypt':
      return timingSafeEqual(await scryptKey(password, hash), hash.key);
    case 'pbkdf2':
      return timingSafeEqual(await pbkdf2Key(password, hash), hash.key);
    case 'flask_security': {
      const hmac = createHmac('sha512', hash.hmacKey).update(password).digest('base64');
      return verifyForeign(hmac, hash.inner, compareBcrypt);
    }
  }
}

function parseBcrypt(stored: string): ForeignHash | undefined {
  return bcryptCostOf(stored) === undefined ? undefined : { kind: 'bcrypt', hash: stored };
}

/** Undefined for what is no bcrypt hash, or one out of bounds. */
export function bcryptCostOf(stored: string): number | undefined {
  const match = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(stored);
  const cost = Number(match?.[1]);
  return cost >= BCRYPT_COST_MIN && cost <= BCRYPT_COST_MAX ? cost : undefined;
}

function parseScrypt(stored: string): ForeignHash | undefined {
  const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    stored,
  );
  if (phc !== null) {
    const [, ln, r, p, salt = '', key = ''] = phc;
    return scryptOf(2 ** Number(ln), Number(r), Number(p), fromBase64(salt), fromBase64(key));
  }
  const werkzeug = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2})\$([^$]+)\$([0-9a-f]+)$/.exec(stored);
  if (werkzeug === null) return undefined;
  const [, n, r, p, salt = '', key = ''] = werkzeug;
  return scryptOf(Number(n), Number(r), Number(p), Buffer.from(salt), Buffer.from(key, 'hex'));
}

function scryptOf(
  cost: number,
  blockSize: number,
  parallelization: number,
  salt: Buffer,
  key: Buffer,
): ForeignHash | undefined {
  const isSane =
    cost >= 2 &&
    Number.isInteger(Math.log2(cost)) &&
    blockSize >= 1 &&
    parallelization >= 1 &&
    parallelization <= SCRYPT_LANES_MAX &&
    128 * cost * blockSize <= SCRYPT_MEMORY_MAX_BYTES &&
    isKey(key);
  return isSane ? { kind: 'scrypt', cost, blockSize, parallelization, salt, key } : undefined;
}

function parsePbkdf2(stored: string): ForeignHash | undefined {
  const passlib = /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,7})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/.exec(
    stored,
  );
  if (passlib !== null) {
    const [, digest = 'sha1', iterations, salt = '', key = ''] = passlib;
    // passlib writes `.` for `+`.
    const bytes = (text: string) => fromBase64(text.replaceAll('.', '+'));
    return pbkdf2Of(digest as Digest, Number(iterations), bytes(salt), bytes(key));
  }
  const werkzeug = /^pbkdf2:(sha1|sha256|sha512):(\d{1,7})\$([^$]+)\$([0-9a-f]+)$/.exec(stored);
  if (werkzeug === null) return undefined;
  const [, digest, iterations, salt = '', key = ''] = werkzeug;
  return pbkdf2Of(digest as Digest, Number(iterations), Buffer.from(salt), Buffer.from(key, 'hex'));
}

function pbkdf2Of(digest: Digest, iterations: number, salt: Buffer, key: Buffer): ForeignHash | undefined {
  const isSane = iterations >= 1 && iterations <= PBKDF2_ITERATIONS_MAX && isKey(key);
  return isSane ? { kind: 'pbkdf2', digest, iterations, salt, key } : undefined;
}

function isKey({ length }: Buffer): boolean {
  return length >= KEY_MIN_BYTES && length <= KEY_MAX_BYTES;
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

function scryptKey(
  password: string,
  { cost, blockSize, parallelization, salt, key }: Extract<ForeignHash, { kind: 'scrypt' }>,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Its own reckoning needs a little more than the table of blocks.
  const maxmem = 128 * blockSize * (cost + parallelization + 2);
  scrypt(password, salt, key.length, { cost, blockSize, parallelization, maxmem }, (error, derived) =>
    error === null ? resolve(derived) : reject(error),
  );
  return promise;
}

function pbkdf2Key(
  password: string,
  { digest, iterations, salt, key }: Extract<ForeignHash, { kind: 'pbkdf2' }>,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  pbkdf2(password, salt, iterations, key.length, digest, (error, derived) =>
    error === null ? resolve(derived) : reject(error),
  );
  return promise;
}
