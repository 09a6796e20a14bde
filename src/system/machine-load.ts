import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How much of the machine is in use, whole percent. */
export interface MachineLoad {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

/** Long enough for the kernel's 10 ms ticks to tell something, milliseconds. */
const CPU_SAMPLE_MS = 100;

/** Looks at the machine for a moment. `disk` is the one that holds the data. */
export async function readMachineLoad(dataDir: string): Promise<MachineLoad> {
  const before = cpuTimes();
  const [{ blocks, bfree, bavail }] = await Promise.all([statfs(dataDir), sleep(CPU_SAMPLE_MS)]);
  const after = cpuTimes();
  const used = blocks - bfree;
  return {
    cpu: percent(after.busy - before.busy, after.all - before.all),
    memory: percent(totalmem() - freemem(), totalmem()),
    // As `df` has it: what only root may use counts for nobody.
    disk: percent(used, used + bavail),
  };
}

function cpuTimes(): { readonly busy: number; readonly all: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { busy: all - idle, all };
}

function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.max(0, Math.min(100, Math.round((100 * part) / whole)));
}
