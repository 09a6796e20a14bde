import { readdir, readFile } from 'node:fs/promises';

const NS_PER_S = 1e9;
const TICKS_PER_S = 100;

/** CPU seconds by name of thread; threads of one name are summed up. */
export type ThreadSeconds = ReadonlyMap<string, number>;

/**
 * CPU seconds of a process so far, user and system, by thread. From the scheduler's own nanoseconds, as
 * `/proc/PID/stat` counts in steps of 10 ms, too coarse for a cell of 90 deliveries a second; where the kernel
 * keeps none, from there. A thread that ended meanwhile is lost: servers keep theirs.
 */
export async function threadSeconds(pid: number): Promise<ThreadSeconds> {
  const seconds = new Map<string, number>();
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const directory = `/proc/${pid}/task/${thread}`;
    const name = (await readFile(`${directory}/comm`, 'utf8').catch(() => 'ended')).trim();
    const schedule = await readFile(`${directory}/schedstat`, 'utf8').catch(() => '0');
    seconds.set(name, (seconds.get(name) ?? 0) + Number(schedule.split(' ')[0]) / NS_PER_S);
  }
  if (sumOf(seconds) > 0) return seconds;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return new Map([['all', (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S]]);
}

export async function cpuSeconds(pid: number): Promise<number> {
  return sumOf(await threadSeconds(pid));
}

export function sumOf(seconds: ThreadSeconds): number {
  return [...seconds.values()].reduce((sum, s) => sum + s, 0);
}

/** Resident memory, MB of 1,000,000 bytes: now, and the most there ever was. */
export async function residentMb(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024) / 1e6;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/**
 * Seconds since boot in which something on this machine waited for a CPU, 0 where the kernel does not say
 * [Linux pressure stall information]. High, it means that the load or somebody else was in the way, and
 * latencies say little.
 */
export async function cpuPressureSeconds(): Promise<number> {
  const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '');
  return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? 0) / 1e6;
}
