import { z } from 'zod';
import { BivouacError } from '../core/errors.ts';
import { type KitPaths, ownerOf } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { POWER_ACTIONS } from './power-port.ts';
import { readUntrusted } from './untrusted-file.ts';

const powerOrder = z.strictObject({ action: z.enum(POWER_ACTIONS), atMs: z.number() });
const VERBS = { off: 'poweroff', restart: 'reboot' } as const;
/** The path unit starts this within a second; what is older was meant for another day. */
const ORDER_LIFE_MS = 60_000;

/** @throws BivouacError `system.order_refused`, `system.failed` */
export async function applyPower(machine: Machine, paths: KitPaths, nowMs = Date.now()): Promise<void> {
  const { uid: ownerUid } = ownerOf(paths.dataDir);
  const order = readUntrusted(paths.powerOrder, { ownerUid, schema: powerOrder });
  if (order === undefined) return;
  if (Math.abs(nowMs - order.atMs) > ORDER_LIFE_MS) {
    throw new BivouacError('system.order_refused', 'The order to switch off or restart is too old');
  }
  await machine.run('systemctl', ['--no-block', VERBS[order.action]]);
}
