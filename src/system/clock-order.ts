import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { changedMs, type MachineFiles, readStatus, takesOrders, writeOrder } from './machine-files.ts';

const told = z.object({ isSet: z.boolean() });

/** systemd starts the unit within milliseconds; a Pi Zero needs a second or two for the program. */
const WAIT_MS = 8_000;
const LOOK_PERIOD_MS = 100;

/** Has the system's clock set by a root unit, where there is one. False where nothing became of it. */
export async function orderClock(files: MachineFiles, timeMs: number): Promise<boolean> {
  if (!takesOrders(files)) return false;
  const statusPath = join(files.statusDir, 'time.json');
  const beforeMs = changedMs(statusPath);
  writeOrder(files.timeOrder, { timeMs });
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += LOOK_PERIOD_MS) {
    await setTimeout(LOOK_PERIOD_MS);
    if (changedMs(statusPath) === beforeMs) continue;
    const status = told.safeParse(readStatus(statusPath));
    return status.success && status.data.isSet;
  }
  return false;
}
