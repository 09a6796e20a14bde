import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { FirewallFacts } from './firewall.ts';
import { type MachineFiles, readStatus } from './machine-files.ts';

const statusFile = z.object({ redirects: z.record(z.string(), z.number()) });

/** Asked for with each picture of the display. */
const FRESH_MS = 5_000;

/** The firewall as the server sees it: rules are root's, by bivouac-firewall.service. */
export interface FirewallPort {
  /** Well-known ports that lead to ports of ours; none where that unit does not run. */
  redirects(): FirewallFacts['redirects'];
}

export function createFirewallPort({ statusDir }: MachineFiles, clock: Clock): FirewallPort {
  const path = join(statusDir, 'firewall.json');
  let read: { readonly redirects: FirewallFacts['redirects']; readonly atMs: number } | undefined;
  return {
    redirects() {
      const nowMs = clock.monotonicMs();
      if (read === undefined || nowMs - read.atMs >= FRESH_MS) {
        const found = statusFile.safeParse(readStatus(path));
        read = { redirects: found.success ? found.data.redirects : {}, atMs: nowMs };
      }
      return read.redirects;
    },
  };
}
