import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('./load-worker.ts', import.meta.url));
const ANSWER_TIMEOUT_MS = 60_000;

export interface LoadConfig {
  readonly host: string;
  readonly port: number;
  /** PEM texts; one certificate serves all clients. */
  readonly identity: { readonly cert: string; readonly key: string };
  readonly protocol: 'xml' | 'proto';
  /** Whether the server offers protocol v1 (Bivouac) or takes frames at once (the bare relay). */
  readonly isNegotiating: boolean;
  /** Which clients live in this process; uids and callsigns come from the index. */
  readonly indexes: readonly number[];
  /** Those of them that look at each event. */
  readonly sampled: readonly number[];
}

export interface LoadRun {
  readonly rateHz: number;
  /** Wall times, ms: begin of sending, and the marks between which is counted. */
  readonly startMs: number;
  readonly marksMs: readonly number[];
}

/** What one process saw between two marks. */
export interface LoadInterval {
  readonly sent: number;
  readonly receivedBytes: number;
  /** Of the sampled clients only. */
  readonly latenciesMs: readonly number[];
  readonly stampCount: number;
  readonly sampledBytes: number;
  /** Sequence numbers that a sampled client skipped (dropped, or replaced by a newer position). */
  readonly missedCount: number;
  /** Events that came after a later one of the same sender: must be 0. */
  readonly disorderCount: number;
  /** CPU seconds that the load itself took. */
  readonly cpuS: number;
}

export type ParentMessage =
  | { readonly kind: 'connect'; readonly config: LoadConfig }
  | { readonly kind: 'run'; readonly run: LoadRun }
  | { readonly kind: 'pause'; readonly index: number }
  | { readonly kind: 'stop' };

export type WorkerMessage =
  | { readonly kind: 'connected'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'closed'; readonly index: number; readonly atMs: number }
  | { readonly kind: 'result'; readonly intervals: readonly LoadInterval[]; readonly closedCount: number };

export interface LoadGroupOptions extends Omit<LoadConfig, 'indexes' | 'sampled'> {
  readonly clientCount: number;
  /** Index of the first client. Default 0. */
  readonly firstIndex?: number;
  /** Default 2. */
  readonly processCount?: number;
  /** Clients in each process that look at each event. Default 4. */
  readonly sampledPerProcess?: number;
  /** A command to run the processes under, such as `ip netns exec NAME`. */
  readonly under?: readonly string[];
}

export interface LoadGroup {
  /** Slowest process, ms until its clients stood. */
  readonly connectMs: number;
  /** Clients whose connection ended, by index, with the wall time. */
  readonly closed: ReadonlyMap<number, number>;
  /** Sends from `startMs` to the last mark; one interval for each pair of neighbouring marks, summed up. */
  run(run: LoadRun): Promise<LoadInterval[]>;
  /** That client stops reading and goes on sending. */
  pause(index: number): void;
  stop(): Promise<void>;
}

/** Connects `clientCount` clients from processes of their own. */
export async function startLoadGroup(options: LoadGroupOptions): Promise<LoadGroup> {
  const {
    clientCount,
    firstIndex = 0,
    processCount = 2,
    sampledPerProcess = 4,
    under = [],
    ...shared
  } = options;
  const closed = new Map<number, number>();
  const workers = Array.from({ length: processCount }, (_, i) => {
    const indexes = Array.from({ length: clientCount }, (_unused, c) => firstIndex + c).filter(
      (index) => index % processCount === i,
    );
    return { child: spawnWorker(under, closed), indexes };
  });
  const stop = async () => {
    await Promise.all(workers.map(({ child }) => endWorker(child)));
  };
  try {
    const connected = await Promise.all(
      workers.map(async ({ child, indexes }) => {
        const sampled = indexes.slice(0, sampledPerProcess);
        const answer = awaitMessage(child, 'connected', ANSWER_TIMEOUT_MS);
        child.send({ kind: 'connect', config: { ...shared, indexes, sampled } } satisfies ParentMessage);
        return answer;
      }),
    );
    return {
      connectMs: Math.max(...connected.map((c) => c.tookMs)),
      closed,
      async run(run) {
        const lengthMs = Math.max(...run.marksMs) - Date.now();
        const results = await Promise.all(
          workers.map(({ child }) => {
            const answer = awaitMessage(child, 'result', lengthMs + ANSWER_TIMEOUT_MS);
            child.send({ kind: 'run', run } satisfies ParentMessage);
            return answer;
          }),
        );
        return (results[0]?.intervals ?? []).map((_, i) => sumIntervals(results.map((r) => r.intervals[i]!)));
      },
      pause(index) {
        for (const { child } of workers) child.send({ kind: 'pause', index } satisfies ParentMessage);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `fraction` 0.99 gives p99; 0 for no values. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}

function sumIntervals(parts: readonly LoadInterval[]): LoadInterval {
  const sum = (pick: (part: LoadInterval) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    sent: sum((p) => p.sent),
    receivedBytes: sum((p) => p.receivedBytes),
    latenciesMs: parts.flatMap((p) => p.latenciesMs),
    stampCount: sum((p) => p.stampCount),
    sampledBytes: sum((p) => p.sampledBytes),
    missedCount: sum((p) => p.missedCount),
    disorderCount: sum((p) => p.disorderCount),
    cpuS: sum((p) => p.cpuS),
  };
}

function spawnWorker(under: readonly string[], closed: Map<number, number>): ChildProcess {
  const [program, ...args] = [...under, process.execPath, WORKER];
  const child = spawn(program!, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (message: WorkerMessage) => {
    if (message.kind === 'closed') closed.set(message.index, message.atMs);
  });
  return child;
}

function awaitMessage<K extends WorkerMessage['kind']>(child: ChildProcess, kind: K, timeoutMs: number) {
  return new Promise<Extract<WorkerMessage, { kind: K }>>((resolve, reject) => {
    const done = (then: () => void) => {
      clearTimeout(timer);
      child.off('message', listen);
      child.off('exit', exited);
      then();
    };
    const listen = (message: WorkerMessage) => {
      if (message.kind === kind) done(() => resolve(message as Extract<WorkerMessage, { kind: K }>));
      else if (message.kind === 'failed') done(() => reject(new Error(`load: ${message.error}`)));
    };
    const exited = () => done(() => reject(new Error(`a load process ended before it was ${kind}`)));
    const timer = setTimeout(
      () => done(() => reject(new Error(`load: no ${kind} in ${timeoutMs} ms`))),
      timeoutMs,
    );
    child.on('message', listen);
    child.on('exit', exited);
  });
}

async function endWorker(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.send({ kind: 'stop' } satisfies ParentMessage);
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}
