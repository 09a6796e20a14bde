import { createCipheriv, hash, pbkdf2, randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { integer, nullValue, objectIdentifier, octetString, sequence, utf16BigEndian } from './der.ts';

const deriveByPbkdf2 = promisify(pbkdf2);

/** Encrypted bytes, and the DER AlgorithmIdentifier that tells a reader how to open them. */
export interface EncryptedContent {
  readonly algorithm: Buffer;
  readonly ciphertext: Buffer;
}

const OID_PBES2 = '1.2.840.113549.1.5.13';
const OID_PBKDF2 = '1.2.840.113549.1.5.12';
const OID_HMAC_SHA256 = '1.2.840.113549.2.9';
const OID_AES_256_CBC = '2.16.840.1.101.3.4.1.42';
const OID_PBE_SHA1_3DES = '1.2.840.113549.1.12.1.3';

const SALT_BYTES = 16;
const AES_256_KEY_BYTES = 32;
const AES_BLOCK_BYTES = 16;
const TRIPLE_DES_KEY_BYTES = 24;
const TRIPLE_DES_BLOCK_BYTES = 8;
/** Old readers reject salts of another length than this. */
const LEGACY_SALT_BYTES = 8;

/** AES-256-CBC under PBKDF2 with HMAC-SHA-256 (RFC 8018): what OpenSSL 3 and Java write today. */
export async function encryptModern(
  password: string,
  content: Uint8Array,
  iterations: number,
): Promise<EncryptedContent> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(AES_BLOCK_BYTES);
  const key = await deriveByPbkdf2(password, salt, iterations, AES_256_KEY_BYTES, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const derivation = sequence(
    octetString(salt),
    integer(iterations),
    sequence(objectIdentifier(OID_HMAC_SHA256), nullValue()),
  );
  return {
    algorithm: sequence(
      objectIdentifier(OID_PBES2),
      sequence(
        sequence(objectIdentifier(OID_PBKDF2), derivation),
        sequence(objectIdentifier(OID_AES_256_CBC), octetString(iv)),
      ),
    ),
    ciphertext: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** Triple DES under the key derivation of PKCS#12 with SHA-1: what every reader since 1999 opens. */
export async function encryptLegacy(
  password: string,
  content: Uint8Array,
  iterations: number,
): Promise<EncryptedContent> {
  const salt = randomBytes(LEGACY_SALT_BYTES);
  const derive = (purpose: Pkcs12Purpose, bytes: number) =>
    derivePkcs12('sha1', purpose, password, salt, iterations, bytes);
  const key = await derive('key', TRIPLE_DES_KEY_BYTES);
  const iv = await derive('iv', TRIPLE_DES_BLOCK_BYTES);
  const cipher = createCipheriv('des-ede3-cbc', key, iv);
  return {
    algorithm: sequence(
      objectIdentifier(OID_PBE_SHA1_3DES),
      sequence(octetString(salt), integer(iterations)),
    ),
    ciphertext: Buffer.concat([cipher.update(content), cipher.final()]),
  };
}

/** EncryptedPrivateKeyInfo of PKCS#8, which is a shrouded key bag's content too. */
export function encryptedKeyInfo({ algorithm, ciphertext }: EncryptedContent): Buffer {
  return sequence(algorithm, octetString(ciphertext));
}

type Pkcs12Purpose = keyof typeof PURPOSE_IDS;
const PURPOSE_IDS = { key: 1, iv: 2, mac: 3 } as const;
/** Block size of both SHA-1 and SHA-256. */
const HASH_BLOCK_BYTES = 64;
/** Hashing 2,048 times takes a Pi some 20 ms; every so often the event loop gets its turn. */
const ROUNDS_PER_TURN = 256;

/** The key derivation of PKCS#12 (RFC 7292 appendix B.2), which only its MAC and its old ciphers use. */
export async function derivePkcs12(
  digest: 'sha1' | 'sha256',
  purpose: Pkcs12Purpose,
  password: string,
  salt: Uint8Array,
  iterations: number,
  bytes: number,
): Promise<Buffer> {
  const diversifier = Buffer.alloc(HASH_BLOCK_BYTES, PURPOSE_IDS[purpose]);
  const input = Buffer.concat([fillBlocks(salt), fillBlocks(utf16BigEndian(`${password}\0`))]);
  const blocks: Buffer[] = [];
  for (let made = 0; made < bytes; ) {
    let block: Buffer = hash(digest, Buffer.concat([diversifier, input]), 'buffer');
    for (let round = 1; round < iterations; round += 1) {
      block = hash(digest, block, 'buffer');
      if (round % ROUNDS_PER_TURN === 0) await nextTurn();
    }
    blocks.push(block);
    made += block.length;
    addToEachBlock(input, block);
  }
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** `text` over and over, up to the next whole number of hash blocks. */
function fillBlocks(text: Uint8Array): Buffer {
  const filled = Buffer.alloc(Math.ceil(text.length / HASH_BLOCK_BYTES) * HASH_BLOCK_BYTES);
  for (let at = 0; at < filled.length; at += 1) filled[at] = text[at % text.length] ?? 0;
  return filled;
}

/** Each hash block of `input`, as a big number, grows by 1 plus `block` filled up to a hash block. */
function addToEachBlock(input: Buffer, block: Buffer): void {
  for (let start = 0; start < input.length; start += HASH_BLOCK_BYTES) {
    let carry = 1;
    for (let at = HASH_BLOCK_BYTES - 1; at >= 0; at -= 1) {
      carry += input.readUInt8(start + at) + (block[at % block.length] ?? 0);
      input.writeUInt8(carry & 0xff, start + at);
      carry >>= 8;
    }
  }
}
