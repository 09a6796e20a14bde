import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import { type CaGeneration, describeGeneration } from './generations.ts';
import { pkcs8Der } from './keys.ts';
import { openRootKey, type RootKey } from './root-key.ts';

/**
 * The authority's files, and nothing but: each one is written in one atomic step and complete in itself, so
 * that no power cut leaves a certificate without its key. Private keys are in them only sealed.
 *
 *     DIR/pki/ca-1.json     a CA generation: certificate, sealed key
 *     DIR/pki/crl-1.json    its newest CRL
 *     DIR/pki/server.json   the server's certificate and sealed key
 *     DIR/pki/notices.json  which expiry notices were given
 */
export interface Keystore {
  /** Makes the directory and the key file where they are missing, and reads the generations. */
  open(): void;
  readonly rootKey: RootKey;
  /** All, oldest first, retired ones included. */
  generations(): readonly CaGeneration[];
  /** Unsealed for each use: it is not kept in memory between signatures. */
  caKey(id: string): KeyObject;
  addGeneration(ca: {
    readonly certificatePem: string;
    readonly key: KeyObject;
    readonly origin: 'made' | 'imported';
  }): CaGeneration;
  /** Ends the trust and forgets the key. */
  retireGeneration(id: string): void;
  server(): ServerKeyPair | undefined;
  saveServer(pair: ServerKeyPair): void;
  crl(caId: string): StoredCrl | undefined;
  saveCrl(caId: string, crl: StoredCrl): void;
  /** Serial → the smallest number of days for which a notice was given. */
  notices(): Readonly<Record<string, number>>;
  saveNotices(notices: Readonly<Record<string, number>>): void;
}

export interface ServerKeyPair {
  readonly certificatePem: string;
  readonly key: KeyObject;
}

export interface StoredCrl {
  /** CRL number of RFC 5280 section 5.2.3: only ever grows. */
  readonly number: number;
  readonly pem: string;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  /** SHA-256 over what is revoked in it, to see when it has to be made anew. */
  readonly contentSha256: string;
}

interface CaFile {
  readonly version: 1;
  readonly origin: 'made' | 'imported';
  readonly isRetired: boolean;
  readonly certificatePem: string;
  /** Base64; null when retired. */
  readonly sealedKey: string | null;
}

interface ServerFile {
  readonly version: 1;
  readonly certificatePem: string;
  readonly sealedKey: string;
}

const CA_KEY = 'ca-key';
const SERVER_KEY = 'server-key';
const DIRECTORY_MODE = 0o700;

export function createKeystore({
  dataDir,
  rootKeyPath = join(dataDir, 'keys', 'root.key'),
}: {
  readonly dataDir: string;
  readonly rootKeyPath?: string;
}): Keystore {
  const directory = join(dataDir, 'pki');
  const generations: CaGeneration[] = [];
  let root: RootKey | undefined;

  const rootKey = (): RootKey => {
    if (root === undefined) throw new BivouacError('ca.unusable', 'The key store is not open');
    return root;
  };
  const pathOf = (name: string) => join(directory, `${name}.json`);
  const read = <T>(name: string): T | undefined => readJson<T>(pathOf(name));
  const write = (name: string, content: object) =>
    writeFileAtomic(pathOf(name), `${JSON.stringify(content, null, 1)}\n`);
  const generationOf = (id: string): CaGeneration => {
    const generation = generations.find((candidate) => candidate.id === id);
    if (generation === undefined) throw new BivouacError('ca.unknown');
    return generation;
  };
  const unsealKey = (purpose: string, context: string, sealed: string) =>
    createPrivateKey({
      key: rootKey().unseal(purpose, context, Buffer.from(sealed, 'base64')),
      format: 'der',
      type: 'pkcs8',
    });
  const sealKey = (purpose: string, context: string, key: KeyObject) =>
    rootKey().seal(purpose, context, pkcs8Der(key)).toString('base64');
  const caKey = (id: string): KeyObject => {
    const { ordinal, name } = generationOf(id);
    const sealed = read<CaFile>(`ca-${ordinal}`)?.sealedKey;
    if (sealed == null) throw new BivouacError('ca.unusable', `The key of the CA "${name}" is not here`);
    return unsealKey(CA_KEY, id, sealed);
  };

  return {
    open() {
      mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
      const ordinals = readdirSync(directory)
        .map((name) => Number(/^ca-(\d+)\.json$/.exec(name)?.[1]))
        .filter(Number.isInteger)
        .sort((a, b) => a - b);
      root = openRootKey(rootKeyPath, { mayCreate: ordinals.length === 0 });
      generations.length = 0;
      for (const ordinal of ordinals) {
        const file = read<CaFile>(`ca-${ordinal}`);
        if (file !== undefined) generations.push(describeGeneration({ ...file, ordinal }));
      }
      // A wrong key file is found now, and not when the first phone wants to join.
      for (const { id, isRetired } of generations) if (!isRetired) caKey(id);
    },

    get rootKey() {
      return rootKey();
    },

    generations: () => generations,

    caKey,

    addGeneration({ certificatePem, key, origin }) {
      const ordinal = Math.max(0, ...generations.map((generation) => generation.ordinal)) + 1;
      const generation = describeGeneration({ ordinal, origin, isRetired: false, certificatePem });
      const file: CaFile = {
        version: 1,
        origin,
        isRetired: false,
        certificatePem: generation.pem,
        sealedKey: sealKey(CA_KEY, generation.id, key),
      };
      write(`ca-${ordinal}`, file);
      generations.push(generation);
      return generation;
    },

    retireGeneration(id) {
      const generation = generationOf(id);
      const file: CaFile = {
        version: 1,
        origin: generation.origin,
        isRetired: true,
        certificatePem: generation.pem,
        sealedKey: null,
      };
      write(`ca-${generation.ordinal}`, file);
      generations.splice(generations.indexOf(generation), 1, { ...generation, isRetired: true });
    },

    server() {
      const file = read<ServerFile>('server');
      if (file === undefined) return undefined;
      return {
        certificatePem: file.certificatePem,
        key: unsealKey(SERVER_KEY, 'server', file.sealedKey),
      };
    },
    saveServer({ certificatePem, key }) {
      const file: ServerFile = { version: 1, certificatePem, sealedKey: sealKey(SERVER_KEY, 'server', key) };
      write('server', file);
    },

    crl: (caId) => read<StoredCrl>(`crl-${generationOf(caId).ordinal}`),
    saveCrl: (caId, crl) => write(`crl-${generationOf(caId).ordinal}`, crl),

    notices: () => read<Record<string, number>>('notices') ?? {},
    saveNotices: (notices) => write('notices', notices),
  };
}

function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new BivouacError('ca.unusable', `${path} cannot be read: ${messageOf(error)}`);
  }
}
