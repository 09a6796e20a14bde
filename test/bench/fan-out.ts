import { LOAD_EVENT_BYTES, loadEventProto, wallMs } from '../support/load-event.ts';
import { type LoadInterval, percentile, startLoadGroup } from '../support/load-group.ts';
import type { BenchTarget } from './bench-target.ts';
import { cpuPressureSeconds, residentMb, sumOf, type ThreadSeconds, threadSeconds } from './process-usage.ts';

/** `clients` clients, each sending `rateHz` positions a second, everybody hearing everybody else. */
export interface FanOutCell {
  readonly clients: number;
  readonly rateHz: number;
  readonly protocol: 'xml' | 'proto';
}

export interface FanOutTiming {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One run of a cell against one process. */
export interface FanOutRun {
  readonly seen: LoadInterval;
  readonly deliveries: number;
  readonly expected: number;
  readonly seconds: number;
  readonly threads: ThreadSeconds;
  readonly rssMb: number;
  /** In which something on the machine waited for a CPU. */
  readonly pressureSeconds: number;
  readonly closedClients: number;
}

/** What several runs of the same cell say together. */
export interface FanOutResult {
  readonly deliveriesPerCpuS: number;
  readonly deliveriesPerS: number;
  readonly deliveredPercent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Per cent of one core, all threads, and by thread: the event loop, the store, V8's compiler and collector. */
  readonly cpuPercent: number;
  readonly threadPercent: Readonly<Record<string, number>>;
  /** After the load, the highest of the runs. */
  readonly rssMb: number;
  /** Sequence numbers that sampled clients missed, and events that they heard out of order. */
  readonly missed: number;
  readonly disorder: number;
  /** CPU that the load itself took, per cent of one core: near 100 per process it is what limits. */
  readonly loadCpuPercent: number;
  /** Share of the time in which something on the machine waited for a CPU: high, latencies say little. */
  readonly pressurePercent: number;
  /** Clients whose connection ended. */
  readonly closedClients: number;
}

export const STANDARD_CELLS: readonly FanOutCell[] = [
  { clients: 10, rateHz: 1, protocol: 'xml' },
  { clients: 100, rateHz: 1, protocol: 'xml' },
  { clients: 100, rateHz: 2, protocol: 'xml' },
  { clients: 100, rateHz: 4, protocol: 'xml' },
  { clients: 300, rateHz: 0.2, protocol: 'xml' },
  { clients: 300, rateHz: 1, protocol: 'xml' },
];

/** Real ATAK clients negotiate protocol v1: what a kit meets in the field. */
export const PROTO_CELLS: readonly FanOutCell[] = [
  { clients: 100, rateHz: 1, protocol: 'proto' },
  { clients: 300, rateHz: 1, protocol: 'proto' },
];

/** The byte count must agree with the events that sampled clients really saw. */
const BYTE_COUNT_TOLERANCE = 0.005;

export function cellName({ clients, rateHz, protocol }: FanOutCell): string {
  return `${clients}×${rateHz}${protocol === 'proto' ? ' v1' : ''}`;
}

/** The inverse of `cellName`, with `x` for `×`: `100x1`, `300x1v1`. */
export function parseCell(text: string): FanOutCell {
  const match = /^(\d+)x([\d.]+)(v1)?$/.exec(text);
  if (match === null) throw new Error(`not a cell: ${text}`);
  return { clients: Number(match[1]), rateHz: Number(match[2]), protocol: match[3] ? 'proto' : 'xml' };
}

export async function runFanOut(
  target: BenchTarget,
  cell: FanOutCell,
  timing: FanOutTiming,
): Promise<FanOutRun> {
  const { clients, rateHz, protocol } = cell;
  const eventBytes = protocol === 'xml' ? LOAD_EVENT_BYTES : loadEventProto(0, 0).length;
  const load = await startLoadGroup({ ...target, protocol, clientCount: clients });
  try {
    const startMs = wallMs() + 200;
    const marksMs = [startMs + timing.warmUpMs, startMs + timing.warmUpMs + timing.measureMs] as const;
    const [intervals, usage] = await Promise.all([
      load.run({ rateHz, startMs, marksMs }),
      usageBetween(target.pid, ...marksMs),
    ]);
    const seen = intervals[0]!;
    const sampledDeliveries = seen.sampledBytes / eventBytes;
    if (Math.abs(sampledDeliveries - seen.stampCount) > 1 + seen.stampCount * BYTE_COUNT_TOLERANCE) {
      throw new Error(
        `${target.name}: ${sampledDeliveries} deliveries by bytes, ${seen.stampCount} by stamps`,
      );
    }
    return {
      ...usage,
      seen,
      deliveries: seen.receivedBytes / eventBytes,
      expected: seen.sent * (clients - 1),
      seconds: timing.measureMs / 1_000,
      closedClients: load.closed.size,
    };
  } finally {
    await load.stop();
  }
}

export function summariseFanOut(runs: readonly FanOutRun[]): FanOutResult {
  const sum = (pick: (run: FanOutRun) => number) => runs.reduce((total, run) => total + pick(run), 0);
  const seconds = sum((run) => run.seconds);
  const deliveries = sum((run) => run.deliveries);
  const latenciesMs = runs.flatMap((run) => run.seen.latenciesMs);
  const names = new Set(runs.flatMap((run) => [...run.threads.keys()]));
  const share = (name: string) => (100 * sum((run) => run.threads.get(name) ?? 0)) / seconds;
  return {
    deliveriesPerCpuS: deliveries / sum((run) => sumOf(run.threads)),
    deliveriesPerS: deliveries / seconds,
    deliveredPercent: (100 * deliveries) / sum((run) => run.expected),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuPercent: (100 * sum((run) => sumOf(run.threads))) / seconds,
    threadPercent: Object.fromEntries([...names].map((name) => [name, share(name)])),
    rssMb: Math.max(...runs.map((run) => run.rssMb)),
    missed: sum((run) => run.seen.missedCount),
    disorder: sum((run) => run.seen.disorderCount),
    loadCpuPercent: (100 * sum((run) => run.seen.cpuS)) / seconds,
    pressurePercent: (100 * sum((run) => run.pressureSeconds)) / seconds,
    closedClients: sum((run) => run.closedClients),
  };
}

async function usageBetween(pid: number, fromMs: number, toMs: number) {
  const until = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - wallMs())));
  await until(fromMs);
  const pressureBefore = await cpuPressureSeconds();
  const before = await threadSeconds(pid);
  await until(toMs);
  const after = await threadSeconds(pid);
  const pressureSeconds = (await cpuPressureSeconds()) - pressureBefore;
  const memory = await residentMb(pid);
  const threads = new Map([...after].map(([name, s]) => [name, s - (before.get(name) ?? 0)]));
  return { threads, rssMb: memory.now, pressureSeconds };
}
