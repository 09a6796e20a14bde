import { readdir, readFile } from 'node:fs/promises';

const NS_PER_S = 1e9;
const TICKS_PER_S = 100;

/**
 * CPU seconds of a process so far, all threads, user and system. From the scheduler's own nanoseconds, as
 * `/proc/PID/stat` counts in steps of 10 ms, too coarse for a cell of 90 deliveries a second; where the kernel
 * keeps none, from there. A thread that ended meanwhile is lost: servers keep theirs.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  let totalNs = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
    totalNs += Number(text.split(' ')[0]);
  }
  if (totalNs > 0) return totalNs / NS_PER_S;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** Resident memory, MB of 1,000,000 bytes: now, and the most there ever was. */
export async function residentMb(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024) / 1e6;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}
