import { LOAD_EVENT_BYTES, loadUid, wallMs } from '../support/load-event.ts';
import { type LoadInterval, percentile, startLoadGroup } from '../support/load-group.ts';
import type { LogLine } from '../support/server-process.ts';
import type { TargetFactory } from './bench-target.ts';
import { createNetworkNamespace } from './network-namespace.ts';
import { residentMb } from './process-usage.ts';
import { number, print, printTable } from './report.ts';

/**
 * One reader among 100 stops reading and goes on sending (a phone whose app hangs, or that walks out of range
 * with its radio still heard). Its socket is really full: the buffers of its kernel are tiny.
 */
const CLIENTS = 100;
const RATE_HZ = 1;
const WARM_UP_MS = 3_000;
const NORMAL_RMEM = [4_096, 131_072, 6_291_456] as const;
const TINY_RMEM = [4_096, 8_192, 8_192] as const;
/** Of the server: autotuning would give one socket 4 MB and hide a stopped reader for a minute. */
const SMALL_WMEM = [4_096, 16_384, 32_768] as const;

export interface StoppedReaderTiming {
  readonly beforeMs: number;
  readonly duringMs: number;
  /** `hub.stallTimeoutMs` to set; undefined keeps the product's own. */
  readonly stallTimeoutMs: number | undefined;
}

export interface StoppedReaderResult {
  /** Seconds from the last read to the cut; undefined when it was never cut. */
  readonly cutAfterS: number | undefined;
  readonly cutReason: string | undefined;
  readonly others: { readonly before: OthersSaw; readonly during: OthersSaw };
  readonly rssMb: { readonly before: number; readonly peakDuring: number };
}

interface OthersSaw {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly deliveredPercent: number;
  /** Sequence numbers that sampled clients missed. */
  readonly missed: number;
}

export async function runStoppedReader(
  targets: TargetFactory,
  windowMs: number,
  timing: StoppedReaderTiming,
): Promise<StoppedReaderResult> {
  const namespace = await createNetworkNamespace(`bivouac-bench-${process.pid}`);
  const undo: (() => Promise<void>)[] = [() => namespace.remove()];
  try {
    const { under } = namespace;
    await namespace.setBuffers('wmem', SMALL_WMEM);
    await namespace.setBuffers('rmem', NORMAL_RMEM);
    const set =
      timing.stallTimeoutMs === undefined ? {} : { 'hub.stallTimeoutMs': String(timing.stallTimeoutMs) };
    const target = await targets.startBivouac({ windowMs, under, set });
    undo.unshift(() => target.stop());
    const shared = { ...target, protocol: 'xml' as const, under };
    const others = await startLoadGroup({ ...shared, clientCount: CLIENTS - 1 });
    undo.unshift(() => others.stop());

    const readerIndex = CLIENTS - 1;
    await namespace.setBuffers('rmem', TINY_RMEM);
    const reader = await startLoadGroup({
      ...shared,
      clientCount: 1,
      firstIndex: readerIndex,
      processCount: 1,
    });
    undo.unshift(() => reader.stop());
    await namespace.setBuffers('rmem', NORMAL_RMEM);

    const startMs = wallMs() + 200;
    const pauseMs = startMs + WARM_UP_MS + timing.beforeMs;
    const run = {
      rateHz: RATE_HZ,
      startMs,
      marksMs: [startMs + WARM_UP_MS, pauseMs, pauseMs + timing.duringMs],
    };
    const memory = residentMb(target.pid);
    const pausing = setTimeout(() => reader.pause(readerIndex), pauseMs - wallMs());
    undo.unshift(async () => clearTimeout(pausing));
    const [seenByOthers, sentByReader] = await Promise.all([others.run(run), reader.run(run)]);

    const cut = target.logs.find((line) => isCutOf(line, readerIndex));
    return {
      cutAfterS: cut === undefined ? undefined : (Date.parse(String(cut['time'])) - pauseMs) / 1_000,
      cutReason: cut === undefined ? undefined : String(cut['reason']),
      others: {
        before: summary(seenByOthers[0]!, sentByReader[0]!),
        during: summary(seenByOthers[1]!, sentByReader[1]!),
      },
      rssMb: { before: (await memory).now, peakDuring: (await residentMb(target.pid)).peak },
    };
  } finally {
    for (const step of undo) await step();
  }
}

export function printStoppedReader(
  { others, rssMb, cutAfterS, cutReason }: StoppedReaderResult,
  { duringMs }: StoppedReaderTiming,
): void {
  const row = (name: string, saw: OthersSaw, memoryMb: number) => [
    name,
    number(saw.p50Ms, 1),
    number(saw.p99Ms, 1),
    `${number(saw.deliveredPercent, 1)} %`,
    number(saw.missed),
    number(memoryMb),
  ];
  printTable(
    `A reader that stops among ${CLIENTS} × ${RATE_HZ} Hz and goes on sending, its socket full`,
    ['', 'p50 ms', 'p99 ms', 'delivered', 'missed', 'RSS MB'],
    [
      row('the others, before', others.before, rssMb.before),
      row('the others, during', others.during, rssMb.peakDuring),
    ],
  );
  print(
    cutAfterS === undefined
      ? `It was not cut within ${duringMs / 1_000} s!`
      : `It was cut after ${number(cutAfterS, 1)} s, reason ${cutReason}.`,
  );
}

function isCutOf(line: LogLine, index: number): boolean {
  return typeof line['reason'] === 'string' && line['uid'] === loadUid(index);
}

function summary(others: LoadInterval, reader: LoadInterval): OthersSaw {
  const expected = others.sent * (CLIENTS - 2) + reader.sent * (CLIENTS - 1);
  return {
    p50Ms: percentile(others.latenciesMs, 0.5),
    p99Ms: percentile(others.latenciesMs, 0.99),
    deliveredPercent: (100 * others.receivedBytes) / LOAD_EVENT_BYTES / expected,
    missed: others.missedCount,
  };
}
