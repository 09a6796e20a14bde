import { LOAD_EVENT_BYTES, loadEventProto, wallMs } from '../support/load-event.ts';
import { percentile, startLoadGroup } from '../support/load-group.ts';
import type { BenchTarget } from './bench-target.ts';
import { cpuSeconds, residentMb } from './process-usage.ts';

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

export interface FanOutResult {
  readonly target: string;
  readonly cell: string;
  readonly deliveriesPerCpuS: number;
  readonly deliveriesPerS: number;
  readonly deliveredPercent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuPercent: number;
  readonly rssMb: number;
  readonly peakRssMb: number;
  /** Sequence numbers that sampled clients missed, and events out of order, in all. */
  readonly missed: number;
  readonly disorder: number;
  /** CPU that the load processes took, per cent of one core: near 100 per process they are the limit. */
  readonly loadCpuPercent: number;
  readonly closedClients: number;
}

export const ISSUE_CELLS: readonly FanOutCell[] = [
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

/** One cell against one running target. */
export async function runFanOut(
  target: BenchTarget,
  cell: FanOutCell,
  timing: FanOutTiming,
): Promise<FanOutResult> {
  const { clients, rateHz, protocol } = cell;
  const eventBytes = protocol === 'xml' ? LOAD_EVENT_BYTES : loadEventProto(0, 0).length;
  const load = await startLoadGroup({ ...target, protocol, clientCount: clients });
  try {
    const startMs = wallMs() + 200;
    const marksMs = [startMs + timing.warmUpMs, startMs + timing.warmUpMs + timing.measureMs];
    const [intervals, usage] = await Promise.all([
      load.run({ rateHz, startMs, marksMs }),
      usageBetween(target.pid, marksMs[0]!, marksMs[1]!),
    ]);
    const seen = intervals[0]!;
    const deliveries = seen.receivedBytes / eventBytes;
    const sampledDeliveries = seen.sampledBytes / eventBytes;
    if (Math.abs(sampledDeliveries - seen.stampCount) > 1 + seen.stampCount * BYTE_COUNT_TOLERANCE) {
      throw new Error(
        `${target.name}: ${sampledDeliveries} deliveries by bytes, ${seen.stampCount} by stamps`,
      );
    }
    const seconds = timing.measureMs / 1_000;
    return {
      target: target.name,
      cell: cellName(cell),
      deliveriesPerCpuS: deliveries / usage.cpuS,
      deliveriesPerS: deliveries / seconds,
      deliveredPercent: (100 * deliveries) / (seen.sent * (clients - 1)),
      p50Ms: percentile(seen.latenciesMs, 0.5),
      p99Ms: percentile(seen.latenciesMs, 0.99),
      cpuPercent: (100 * usage.cpuS) / seconds,
      rssMb: usage.rssMb,
      peakRssMb: usage.peakRssMb,
      missed: seen.missedCount,
      disorder: seen.disorderCount,
      loadCpuPercent: (100 * seen.cpuS) / seconds,
      closedClients: load.closed.size,
    };
  } finally {
    await load.stop();
  }
}

async function usageBetween(pid: number, fromMs: number, toMs: number) {
  const until = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - wallMs())));
  await until(fromMs);
  const before = await cpuSeconds(pid);
  await until(toMs);
  const after = await cpuSeconds(pid);
  const memory = await residentMb(pid);
  return { cpuS: after - before, rssMb: memory.now, peakRssMb: memory.peak };
}
