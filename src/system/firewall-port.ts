import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Health } from '../core/health.ts';
import type { FirewallFacts } from './firewall.ts';
import { type MachineFiles, readStatus } from './machine-files.ts';

const statusFile = z.object({
  redirects: z.record(z.string(), z.number()).default({}),
  problem: z.string().max(1_000).optional(),
});
type FirewallStatus = z.output<typeof statusFile>;

/** Asked for with each picture of the display. */
const FRESH_MS = 5_000;

/** The firewall as the server sees it: its rules are root's, by bivouac-firewall.service. */
export interface FirewallPort {
  /** Well-known ports that lead to ports of ours; none where that unit does not run. */
  redirects(): FirewallFacts['redirects'];
  /** A firewall that was wanted and is not there lets everything in that this machine runs: people must know. */
  report(health: Pick<Health, 'set'>): void;
}

export function createFirewallPort({ statusDir }: MachineFiles, clock: Clock): FirewallPort {
  const path = join(statusDir, 'firewall.json');
  let read: { readonly status: FirewallStatus; readonly atMs: number } | undefined;

  function status(): FirewallStatus {
    const nowMs = clock.monotonicMs();
    if (read === undefined || nowMs - read.atMs >= FRESH_MS) {
      const found = statusFile.safeParse(readStatus(path));
      read = { status: found.success ? found.data : { redirects: {} }, atMs: nowMs };
    }
    return read.status;
  }

  return {
    redirects: () => status().redirects,
    report(health) {
      const { problem } = status();
      if (problem === undefined) return;
      health.set({
        code: 'firewall.failed',
        severity: 'careful',
        text: `The firewall could not be set, nothing keeps others from any port of this machine: ${problem}`,
      });
    },
  };
}
