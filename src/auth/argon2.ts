import { argon2, timingSafeEqual } from 'node:crypto';
import { randomCode } from '../core/ids.ts';

/** What one hash costs. */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** A stored hash, taken apart. */
export interface ParsedPhc extends Argon2Cost {
  readonly lanes: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const SALT_BYTES = 16;
const TAG_BYTES = 32;
const LANES = 1;

/** The one version of Argon2 in use (0x13, RFC 9106). */
const VERSION = 19;

/**
 * Bounds for what a stored hash may ask for. A row that asks for more did not come from us: it would be a
 * way to take the box's memory with one sign-in.
 */
const MEMORY_MAX_KIB = 256 * 1024;
const PASSES_MAX = 64;
const LANES_MAX = 16;

const HEX = '0123456789abcdef';

/** Bytes from the CSPRNG. */
export function randomSecret(bytes: number): Buffer {
  return Buffer.from(randomCode(bytes * 2, HEX), 'hex');
}

/** Hashes with a new salt. PHC string format: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashArgon2(password: string, cost: Argon2Cost): Promise<string> {
  const salt = randomSecret(SALT_BYTES);
  const tag = await derive(password, { ...cost, lanes: LANES, salt }, TAG_BYTES);
  const { memoryKib, passes } = cost;
  return `$argon2id$v=${VERSION}$m=${memoryKib},t=${passes},p=${LANES}$${base64(salt)}$${base64(tag)}`;
}

export async function verifyArgon2(password: string, phc: ParsedPhc): Promise<boolean> {
  return timingSafeEqual(await derive(password, phc, phc.tag.length), phc.tag);
}

/** Undefined for anything but an argon2id string within the bounds: who cannot read a hash refuses. */
export function parsePhc(phc: string): ParsedPhc | undefined {
  const match =
    /^\$argon2id\$v=(\d{1,3})\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
      phc,
    );
  if (match === null) return undefined;
  const [version = 0, memoryKib = 0, passes = 0, lanes = 0] = match.slice(1, 5).map(Number);
  const salt = Buffer.from(match[5] as string, 'base64');
  const tag = Buffer.from(match[6] as string, 'base64');
  const isSane =
    version === VERSION &&
    lanes >= 1 &&
    lanes <= LANES_MAX &&
    memoryKib >= 8 * lanes &&
    memoryKib <= MEMORY_MAX_KIB &&
    passes >= 1 &&
    passes <= PASSES_MAX &&
    salt.length >= 8 &&
    salt.length <= 64 &&
    tag.length >= 16 &&
    tag.length <= 64;
  return isSane ? { memoryKib, passes, lanes, salt, tag } : undefined;
}

function derive(
  password: string,
  { memoryKib, passes, lanes, salt }: Omit<ParsedPhc, 'tag'>,
  tagLength: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // In libuv's thread pool: the event loop goes on.
  argon2(
    'argon2id',
    { message: password, nonce: salt, parallelism: lanes, tagLength, memory: memoryKib, passes },
    (error, tag) => (error === null ? resolve(tag) : reject(error)),
  );
  return promise;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
