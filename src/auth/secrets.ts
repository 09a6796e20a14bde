import type { Store } from '../store/open.ts';
import type { AuditLog } from './audit.ts';
import type { Actor } from './ports.ts';
import type { Sealer } from './sealer.ts';

/** Secrets of the kit itself (a mail server's password, a key that others share), by name; sealed at rest. */
export interface Secrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string, by: Actor): Promise<void>;
  /** True when there was one. */
  remove(name: string, by: Actor): Promise<boolean>;
}

const PURPOSE = 'secret';

export function createSecrets({
  store,
  sealer,
  audit,
}: {
  readonly store: Pick<Store, 'secrets'>;
  readonly sealer: () => Sealer;
  readonly audit: AuditLog;
}): Secrets {
  return {
    async get(name) {
      const sealed = await store.secrets.get(name);
      return sealed && sealer().unseal(PURPOSE, name, sealed).toString('utf8');
    },
    set: (name, value, by) =>
      store.secrets.set({
        id: name,
        sealed: sealer().seal(PURPOSE, name, Buffer.from(value)),
        audit: audit.entry(by, 'secret.set', { target: name }),
      }),
    remove: (name, by) =>
      store.secrets.remove({ id: name, audit: audit.entry(by, 'secret.remove', { target: name }) }),
  };
}
