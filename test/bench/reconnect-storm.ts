import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { wallMs } from '../support/load-event.ts';
import { percentile } from '../support/load-group.ts';
import type { BenchTarget } from './bench-target.ts';
import { cpuSeconds, residentMb } from './process-usage.ts';
import { number, printTable } from './report.ts';

const CLIENTS_FILE = fileURLToPath(new URL('./storm-clients.ts', import.meta.url));
const PROCESS_COUNT = 2;
/** Whoever has not seen everybody by then is counted as missing. */
const ROUND_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = ROUND_TIMEOUT_MS + 10_000;
/** A Wi-Fi access point restarts: all are away for a moment, shorter than the grace before a farewell. */
const AWAY_MS = 1_000;

export interface StormConfig {
  readonly host: string;
  readonly port: number;
  readonly identity: { readonly cert: string; readonly key: string };
  readonly indexes: readonly number[];
  readonly total: number;
  readonly timeoutMs: number;
}

export interface StormRound {
  /** What each client sends, and must have heard from all others: its position of this round. */
  readonly sequence: number;
  readonly startMs: number;
}

export interface StormRoundResult {
  /** Per client, ms after the start: TLS stands; everybody's newest position is here. */
  readonly connectedMs: readonly number[];
  readonly completeMs: readonly number[];
  /** Pairs (a, b) where a has not heard b's position of this round. */
  readonly missingPairs: number;
}

export type StormMessage =
  | { readonly kind: 'config'; readonly config: StormConfig }
  | { readonly kind: 'round'; readonly round: StormRound }
  | { readonly kind: 'drop' };

export interface StormResult {
  readonly target: string;
  readonly clients: number;
  readonly allConnectedMs: number;
  readonly halfCompleteMs: number;
  readonly allCompleteMs: number;
  readonly missingPairs: number;
  /** Of the server, from the first connection until all are complete. */
  readonly cpuS: number;
  readonly rssMb: number;
}

/** `clients` clients that knew each other lose their connections and all come back at the same moment. */
export async function runReconnectStorm(target: BenchTarget, clients: number): Promise<StormResult> {
  const { host, port, identity } = target;
  const children = Array.from({ length: PROCESS_COUNT }, (_, i) => {
    const child = spawn(process.execPath, [CLIENTS_FILE], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const indexes = Array.from({ length: clients }, (_unused, c) => c).filter((c) => c % PROCESS_COUNT === i);
    const config = { host, port, identity, indexes, total: clients, timeoutMs: ROUND_TIMEOUT_MS };
    child.send({ kind: 'config', config } satisfies StormMessage);
    return child;
  });
  const round = async (sequence: number) => {
    const startMs = wallMs() + 300;
    return mergeRounds(await Promise.all(children.map((child) => askRound(child, { sequence, startMs }))));
  };
  try {
    const first = await round(0);
    if (first.missingPairs > 0) {
      throw new Error(`${target.name}: ${first.missingPairs} pairs did not meet before the storm`);
    }
    for (const child of children) child.send({ kind: 'drop' } satisfies StormMessage);
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    const cpuBefore = await cpuSeconds(target.pid);
    const storm = await round(1);
    return {
      target: target.name,
      clients,
      allConnectedMs: Math.max(...storm.connectedMs),
      halfCompleteMs: percentile(storm.completeMs, 0.5),
      allCompleteMs: storm.missingPairs > 0 ? Number.POSITIVE_INFINITY : Math.max(...storm.completeMs),
      missingPairs: storm.missingPairs,
      cpuS: (await cpuSeconds(target.pid)) - cpuBefore,
      rssMb: (await residentMb(target.pid)).now,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

export function printStorm(results: readonly StormResult[]): void {
  printTable(
    `${results[0]?.clients} clients come back at once, until each has everyone's newest position`,
    ['server', 'all connected s', 'half see all s', 'all see all s', 'missing pairs', 'CPU-s', 'RSS MB'],
    results.map((result) => [
      result.target,
      number(result.allConnectedMs / 1_000, 2),
      number(result.halfCompleteMs / 1_000, 2),
      number(result.allCompleteMs / 1_000, 2),
      number(result.missingPairs),
      number(result.cpuS, 2),
      number(result.rssMb),
    ]),
  );
}

function askRound(child: ChildProcess, round: StormRound): Promise<StormRoundResult> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a storm process gave no answer')), ANSWER_TIMEOUT_MS);
    child.once('message', (result: StormRoundResult) => {
      clearTimeout(timer);
      resolve(result);
    });
    child.send({ kind: 'round', round } satisfies StormMessage);
  });
}

function mergeRounds(parts: readonly StormRoundResult[]): StormRoundResult {
  return {
    connectedMs: parts.flatMap((p) => p.connectedMs),
    completeMs: parts.flatMap((p) => p.completeMs),
    missingPairs: parts.reduce((sum, p) => sum + p.missingPairs, 0),
  };
}
