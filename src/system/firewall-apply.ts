import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import {
  FIREWALL_TABLE,
  type FirewallFacts,
  type FirewallSets,
  firewallRules,
  firewallSetRules,
} from './firewall.ts';
import type { KitPaths } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { writeStatus } from './status-file.ts';

/** The first rules of a start load a dozen kernel modules, from a card: 14 s in an emulator. */
const RULES_TIMEOUT_MS = 60_000;

/** Puts the rules in place of those of before. @throws BivouacError `system.failed` */
export async function applyFirewall(machine: Machine, paths: KitPaths, facts: FirewallFacts): Promise<void> {
  try {
    await machine.run('nft', ['-f', '-'], {
      input: firewallRules(facts, runningHotspot(paths)),
      timeoutMs: RULES_TIMEOUT_MS,
    });
  } catch (error) {
    writeStatus(paths.statusDir, 'firewall', { problem: messageOf(error) });
    throw error;
  }
  // The server tells people the shorter address where one leads to it.
  writeStatus(paths.statusDir, 'firewall', { redirects: facts.redirects });
}

export async function removeFirewall(machine: Machine, paths: KitPaths): Promise<void> {
  const rules = `table ${FIREWALL_TABLE}\ndelete table ${FIREWALL_TABLE}\n`;
  await machine.run('nft', ['-f', '-'], { input: rules });
  writeStatus(paths.statusDir, 'firewall', {});
}

/** Which interface is the hotspot now. A machine without these rules has nothing to be told. */
export async function fillFirewallSets(machine: Machine, sets: FirewallSets | undefined): Promise<void> {
  await machine.run('nft', ['-f', '-'], { input: firewallSetRules(sets) }).catch(() => {});
}

const runningStatus = z.object({
  state: z.literal('on'),
  interface: z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/),
  clientsMayTalk: z.boolean().default(false),
});

/** From what the unit of the hotspot has said; nobody but root writes there. */
function runningHotspot({ statusDir }: KitPaths): FirewallSets | undefined {
  try {
    const status = runningStatus.safeParse(JSON.parse(readFileSync(join(statusDir, 'hotspot.json'), 'utf8')));
    if (!status.success) return undefined;
    return { device: status.data.interface, clientsMayTalk: status.data.clientsMayTalk };
  } catch {
    return undefined;
  }
}
