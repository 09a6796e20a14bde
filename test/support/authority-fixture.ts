import type { TestContext } from 'node:test';
import { foldName } from '../../src/auth/names.ts';
import { createHealth, type Health } from '../../src/core/health.ts';
import { newId } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import { type Authority, type AuthorityDeps, createAuthority } from '../../src/pki/authority.ts';
import { createKeystore, type Keystore } from '../../src/pki/keystore.ts';
import type { Store } from '../../src/store/open.ts';
import { FakeClock } from './fake-clock.ts';
import { openTestStore } from './store-fixture.ts';

export interface AuthorityWorld {
  readonly authority: Authority;
  readonly keystore: Keystore;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly health: Health;
  readonly dataDir: string;
  /** Names and addresses of the host; a test may change them. */
  readonly names: string[];
  /** A principal that certificates can be issued to; resolves with its id. */
  addUser(name: string): Promise<string>;
  /** The same kit after a restart: nothing but the files and the register is kept. */
  restart(deps?: Partial<AuthorityDeps>): Promise<Authority>;
}

/** An authority over a real store and real files, opened, at the true time on a clock that stands still. */
export async function openAuthority(
  t: TestContext,
  { clock = new FakeClock(Date.now()), ...deps }: Partial<AuthorityDeps> & { clock?: FakeClock } = {},
): Promise<AuthorityWorld> {
  const { store, dataDir } = await openTestStore(t);
  const keystore = createKeystore({ dataDir });
  const health = createHealth();
  const names = ['localhost', '127.0.0.1', '::1'];
  const all: AuthorityDeps = {
    keystore,
    registry: store.certs,
    clock,
    timeFloorMs: () => 0,
    serverNames: () => names,
    health,
    log: silentLog,
    ...deps,
  };
  const start = async (changes: Partial<AuthorityDeps>) => {
    const authority = createAuthority({ ...all, ...changes });
    await authority.open();
    t.after(() => authority.stop());
    return authority;
  };
  return {
    authority: await start({}),
    keystore,
    store,
    clock,
    health,
    dataDir,
    names,
    async addUser(name) {
      const audit = {
        atMs: 0,
        actorId: null,
        actor: 'console',
        action: 'user.add',
        remote: null,
        result: 'ok',
      } as const;
      const principal = {
        id: newId(),
        name,
        nameKey: foldName(name),
        email: null,
        role: 'user',
        phc: null,
        groups: [],
        audit,
      } as const;
      return (await store.principals.add(principal)).id;
    },
    restart: (changes = {}) => start({ keystore: createKeystore({ dataDir }), ...changes }),
  };
}
