import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { type Auth, type AuthDeps, createAuth } from '../../src/auth/auth.ts';
import type { StreamLoginResult } from '../../src/auth/ports.ts';
import { silentLog } from '../../src/core/log.ts';
import { createMetrics } from '../../src/core/metrics.ts';
import type { NewCertificate } from '../../src/pki/ports.ts';
import { openRootKey } from '../../src/pki/root-key.ts';
import { DATABASE_FILE } from '../../src/store/db.ts';
import type { Store } from '../../src/store/open.ts';
import { FakeClock } from './fake-clock.ts';
import { openTestStore } from './store-fixture.ts';

/** A password that the default policy takes. */
export const GOOD_PASSWORD = 'quiet lantern over tundra';
export const OTHER_PASSWORD = 'nine copper kettles sing';

/** The default policy of the configuration. */
export const DEFAULT_POLICY = { minLength: 15, minEntropyBits: 60, forbiddenChars: '@:' };

/** The cheapest that Argon2id allows: tests try passwords by the hundred. */
export const CHEAP_HASH = { memoryKib: 8, passes: 1 };

export interface AuthWorld {
  readonly auth: Auth;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly dataDir: string;
  /** Password hashes computed so far. */
  hashes(): number;
  /** Everything that has been audited, oldest first. */
  audited(): Promise<readonly { action: string; result: string; target: string | null; detail: object }[]>;
  /** A second connection to the database, as somebody with the card in hand has it. */
  withDatabase<T>(work: (database: DatabaseSync) => T): T;
  /** The same kit after a restart: new auth, same store. */
  restart(): Auth;
}

/** The auth core over a real store, on a clock that stands still. */
export async function openAuth(
  t: TestContext,
  { opensUsers = false, ...deps }: Partial<AuthDeps> & { readonly opensUsers?: boolean } = {},
): Promise<AuthWorld> {
  const { store, dataDir } = await openTestStore(t);
  const clock = new FakeClock();
  const rootKey = openRootKey(join(dataDir, 'keys', 'root.key'), { mayCreate: true });
  const metrics = createMetrics();
  const all: AuthDeps = {
    store,
    clock,
    log: silentLog,
    metrics,
    passwordPolicy: () => DEFAULT_POLICY,
    contextWords: () => ['Bivouac'],
    totalMemoryBytes: 512 * 1024 ** 2,
    hashCost: CHEAP_HASH,
    sealer: () => rootKey,
    ...deps,
  };
  const auth = createAuth(all);
  if (opensUsers) await auth.userStore.open();
  await auth.start();
  return {
    auth,
    store,
    clock,
    dataDir,
    hashes: () => Number(/^bivouac_password_hashes_total (\d+)$/m.exec(metrics.text())?.[1]),
    audited: async () => (await auth.audit.list({ limit: 1_000 })).toReversed(),
    withDatabase(work) {
      const database = new DatabaseSync(join(dataDir, DATABASE_FILE), { timeout: 5_000 });
      try {
        return work(database);
      } finally {
        database.close();
      }
    },
    restart: () => createAuth(all),
  };
}

/** Why the offer was refused; undefined for a welcome. */
export function causeOf(result: StreamLoginResult): string | undefined {
  return result.identity === undefined ? result.cause : undefined;
}

/** A row of the register, as the authority adds it; nothing here looks at the certificate itself. */
export function certificateRow(principalId: string, changes: Partial<NewCertificate> = {}): NewCertificate {
  const serial = `1${randomUUID().replaceAll('-', '').slice(1)}`;
  const issuedAtMs = Date.UTC(2026, 5, 1, 11, 0, 0);
  return {
    serial,
    principalId,
    username: 'alice',
    deviceUid: null,
    fingerprint: serial.repeat(2),
    caId: 'ca-1',
    issuedAtMs,
    notBeforeMs: issuedAtMs - 86_400_000,
    notAfterMs: issuedAtMs + 365 * 86_400_000,
    requestSha256: null,
    pem: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    ...changes,
  };
}
