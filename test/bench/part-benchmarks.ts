import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { number, printTable, writeResult } from './report.ts';

/** Benchmarks of single parts: each is a program of its own that prints JSON. */
export const PART_BENCHMARKS = ['frame-scan', 'recorder'] as const;

const PART_TIMEOUT_MS = 120_000;

interface ScanResult {
  readonly name: string;
  readonly bytesPerEvent: number;
  readonly eventsPerSecond: number;
  readonly bestEventsPerSecond: number;
}

/** Runs `test/bench/NAME.ts`, prints what it found and keeps it. */
export async function runPartBenchmark(name: (typeof PART_BENCHMARKS)[number]): Promise<void> {
  const found = JSON.parse(await outputOf(name)) as Record<string, unknown>;
  await writeResult(name, found);
  if (name === 'frame-scan') printScan(found['results'] as ScanResult[]);
  else {
    printTable(
      'Recorder: what history costs the event loop, and what the disk takes',
      ['', 'value'],
      Object.entries(found).map(([key, value]) => [
        key,
        number(Number(value), Number.isInteger(value) ? 0 : 2),
      ]),
    );
  }
}

function printScan(results: readonly ScanResult[]): void {
  printTable(
    'Frame and envelope scan, events per second of CPU, beside saxes',
    ['', 'bytes', 'median', 'best'],
    results.map(({ name, bytesPerEvent, eventsPerSecond, bestEventsPerSecond }) => [
      name,
      number(bytesPerEvent),
      number(eventsPerSecond),
      number(bestEventsPerSecond),
    ]),
  );
}

async function outputOf(name: string): Promise<string> {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PART_TIMEOUT_MS,
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return Buffer.concat(chunks).toString('utf8');
}
