import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import { type KitPaths, ownerOf } from './kit-paths.ts';
import type { Machine } from './machine.ts';
import { writeStatus } from './status-file.ts';
import { readUntrusted } from './untrusted-file.ts';

const YEAR_MS = 365 * 86_400_000;
/** What the server must not do either, should it be somebody else's by now (system-time.ts). */
const LATEST_AFTER_BUILD_MS = 15 * YEAR_MS;

/** Sets the clock of the machine as it is ordered, and says whether it could. */
export async function applyTime(machine: Machine, paths: KitPaths, builtAtMs: number): Promise<void> {
  const { uid: ownerUid } = ownerOf(paths.dataDir);
  const schema = z.strictObject({
    timeMs: z
      .number()
      .int()
      .min(builtAtMs)
      .max(builtAtMs + LATEST_AFTER_BUILD_MS),
    atMonotonicMs: z.number().optional(),
  });
  let timeMs: number | undefined;
  try {
    timeMs = readUntrusted(paths.timeOrder, { ownerUid, schema })?.timeMs;
    if (timeMs === undefined) return;
    await machine.run('date', ['--utc', `--set=@${(timeMs / 1_000).toFixed(3)}`]);
    writeStatus(paths.statusDir, 'time', { isSet: true, timeMs });
  } catch (error) {
    writeStatus(paths.statusDir, 'time', { isSet: false, timeMs: timeMs ?? 0, problem: messageOf(error) });
  }
}
