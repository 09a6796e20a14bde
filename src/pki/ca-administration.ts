import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type CaImport, checkImportedCa, makeCa } from './ca.ts';
import { type CaExport, exportCaKey } from './ca-export.ts';
import { activeGenerations, type CaGeneration } from './generations.ts';
import type { Keystore } from './keystore.ts';
import type { CertificateRegistry } from './ports.ts';
import type { Moment } from './validity.ts';

/** The rare, grave actions on the CA itself. Whether the caller may do them was decided before. */
export interface CaAdministration {
  /** Makes the first CA of a new kit; does nothing where there is one. */
  ensure(): Promise<void>;
  /** Introduces a new generation. The present one stays trusted until it is retired. */
  rollOver(): Promise<CaGeneration>;
  /**
   * Ends the trust in a generation and forgets its key: its clients are refused from now on.
   * @throws BivouacError `ca.unknown`, `ca.last`.
   */
  retire(caId: string): Promise<void>;
  /**
   * Takes a CA that exists elsewhere as the newest generation. Generations here that no unrevoked client
   * certificate depends on are retired with it, so that on a new kit the imported CA is the only one.
   * @throws BivouacError `ca.import_refused`.
   */
  importCa(offer: CaImport): Promise<{
    readonly generation: CaGeneration;
    readonly retired: readonly CaGeneration[];
  }>;
  /** The newest generation, or the one named. @throws BivouacError `ca.unknown`, `password.weak`. */
  exportCa(order: { readonly passphrase: string; readonly caId?: string }): Promise<CaExport>;
}

export function createCaAdministration(deps: {
  readonly keystore: Keystore;
  readonly registry: Pick<CertificateRegistry, 'list'>;
  readonly moment: () => Moment;
  readonly floorMs: () => number;
  readonly log: Log;
}): CaAdministration {
  const { keystore, log } = deps;

  async function introduceNew(): Promise<CaGeneration> {
    const made = await makeCa(deps.moment(), deps.floorMs());
    const generation = keystore.addGeneration({ ...made, origin: 'made' });
    log.info('pki.ca_introduced', {
      ca: generation.name,
      fingerprint: generation.fingerprint,
      origin: 'made',
    });
    return generation;
  }

  function activeOf(caId: string): CaGeneration {
    const generation = activeGenerations(keystore.generations()).find(({ id }) => id === caId);
    if (generation === undefined) throw new BivouacError('ca.unknown');
    return generation;
  }

  function retireNow(generation: CaGeneration): void {
    keystore.retireGeneration(generation.id);
    log.warn('pki.ca_retired', { ca: generation.name, fingerprint: generation.fingerprint });
  }

  return {
    async ensure() {
      if (activeGenerations(keystore.generations()).length === 0) await introduceNew();
    },
    rollOver: introduceNew,
    async retire(caId) {
      const generation = activeOf(caId);
      if (activeGenerations(keystore.generations()).length === 1) throw new BivouacError('ca.last');
      retireNow(generation);
    },
    async importCa(offer) {
      const checked = await checkImportedCa(offer, deps.moment());
      const earlier = activeGenerations(keystore.generations());
      const unrevoked = await deps.registry.list({ isUnrevoked: true });
      const inUse = new Set(unrevoked.map(({ caId }) => caId));
      const isHere = keystore.generations().some(({ pem }) => pem === checked.certificatePem);
      if (isHere) {
        throw new BivouacError(
          'ca.import_refused',
          'This CA cannot be imported. It is (or was) on this kit already.',
        );
      }
      const generation = keystore.addGeneration({ ...checked, origin: 'imported' });
      log.info('pki.ca_introduced', {
        ca: generation.name,
        fingerprint: generation.fingerprint,
        origin: 'imported',
      });
      const retired = earlier.filter(({ id }) => !inUse.has(id));
      for (const unused of retired) retireNow(unused);
      return { generation, retired };
    },
    async exportCa({ passphrase, caId }) {
      const generation = caId === undefined ? activeGenerations(keystore.generations())[0] : activeOf(caId);
      if (generation === undefined) throw new BivouacError('ca.unknown');
      const exported = await exportCaKey(generation.pem, keystore.caKey(generation.id), passphrase);
      log.warn('pki.ca_exported', { ca: generation.name, fingerprint: generation.fingerprint });
      return exported;
    },
  };
}
