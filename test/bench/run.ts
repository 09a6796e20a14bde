import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchTarget, createTargets, type TargetFactory } from './bench-target.ts';
import { printProfiles, profileFlags, summariseProfiles } from './cpu-profile.ts';
import {
  cellName,
  type FanOutCell,
  type FanOutRun,
  PROTO_CELLS,
  parseCell,
  runFanOut,
  STANDARD_CELLS,
  summariseFanOut,
} from './fan-out.ts';
import { type FanOutComparison, printFanOut } from './fan-out-report.ts';
import { namespaceObstacle } from './network-namespace.ts';
import { PART_BENCHMARKS, runPartBenchmark } from './part-benchmarks.ts';
import { printStorm, runReconnectStorm, type StormResult } from './reconnect-storm.ts';
import { number, print, RESULTS_DIR, writeResult } from './report.ts';
import { printStoppedReader, runStoppedReader, type StoppedReaderTiming } from './stopped-reader.ts';

const HELP = `usage: node test/bench/run.ts [options]
  --quick          short cells, for a look (3 minutes)
  --only A,B       of: frame-scan, recorder, fan-out, stopped-reader, reconnect-storm
  --cells A,B      fan-out cells, such as 100x1 or 300x1v1 (v1: clients that negotiated protobuf)
  --seconds N      length of each measurement of fan-out (8, twice; quick: 4, once)
  --window MS      flush window of both servers (20)
  --profile        fan-out of Bivouac alone, with a CPU profile and its busiest functions
BIVOUAC_BINARY=FILE measures a packaged binary instead of the sources (which cost 45 MB more).
`;
const STORM_CLIENTS = 200;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    cells: { type: 'string' },
    seconds: { type: 'string' },
    window: { type: 'string', default: '20' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const windowMs = Number(options.window);
const turns = options.quick ? 1 : 2;
const timing = {
  warmUpMs: options.quick ? 2_000 : 4_000,
  measureMs: 1_000 * Number(options.seconds ?? (options.quick ? 4 : 8)),
};
const cells = options.cells?.split(',').map(parseCell) ?? [...STANDARD_CELLS, ...PROTO_CELLS];

// Leaving by `exit` lets everything that was started clean up after itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

if (options.help) print(HELP);
else await main();

async function main(): Promise<void> {
  const isWanted = (name: string) => options.only?.split(',').includes(name) ?? true;
  if (!options.profile) for (const name of PART_BENCHMARKS) if (isWanted(name)) await runPartBenchmark(name);
  if (!['fan-out', 'stopped-reader', 'reconnect-storm'].some(isWanted)) return;
  const targets = await createTargets();
  try {
    if (options.profile) return await profile(targets);
    if (isWanted('fan-out')) await fanOut(targets);
    if (isWanted('stopped-reader')) await stoppedReader(targets);
    if (isWanted('reconnect-storm')) await reconnectStorm(targets);
    print(`\nJSON in ${RESULTS_DIR}`);
  } finally {
    targets.dispose();
  }
}

/** The two take turns in the order A B B A: the machine is never quite quiet, and drifts. */
async function fanOut(targets: TargetFactory): Promise<void> {
  const comparisons: FanOutComparison[] = [];
  for (const cell of cells) {
    const ours: FanOutRun[] = [];
    const bare: FanOutRun[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const steps = [
        async () => ours.push(await measure(await targets.startBivouac({ windowMs }), cell)),
        async () => bare.push(await measure(await targets.startBare({ windowMs }), cell)),
      ];
      for (const step of turn % 2 === 0 ? steps : steps.reverse()) await step();
    }
    comparisons.push({ cell, ours: summariseFanOut(ours), bare: summariseFanOut(bare) });
    process.stderr.write(`fan-out ${cellName(cell)}: done\n`);
  }
  await writeResult('fan-out', { windowMs, turns, ...timing, cells: comparisons });
  printFanOut(comparisons, windowMs, timing, turns);
}

async function measure(target: BenchTarget, cell: FanOutCell): Promise<FanOutRun> {
  try {
    return await runFanOut(target, cell, timing);
  } finally {
    await target.stop();
  }
}

async function stoppedReader(targets: TargetFactory): Promise<void> {
  const obstacle = namespaceObstacle();
  if (obstacle !== undefined) return print(`\nA reader that stops: not measured, ${obstacle}`);
  const timing: StoppedReaderTiming = options.quick
    ? { beforeMs: 4_000, duringMs: 10_000, stallTimeoutMs: 5_000 }
    : { beforeMs: 10_000, duringMs: 45_000, stallTimeoutMs: undefined };
  const result = await runStoppedReader(targets, windowMs, timing);
  await writeResult('stopped-reader', { windowMs, ...timing, ...result });
  printStoppedReader(result, timing);
}

async function reconnectStorm(targets: TargetFactory): Promise<void> {
  const results: StormResult[] = [];
  for (let turn = 0; turn < (options.quick ? 1 : 3); turn += 1) {
    for (const start of [targets.startBivouac, targets.startBareWithReplay]) {
      const target = await start({ windowMs });
      try {
        results.push(await runReconnectStorm(target, STORM_CLIENTS));
      } finally {
        await target.stop();
      }
    }
  }
  await writeResult('reconnect-storm', { windowMs, runs: results });
  printStorm(results);
}

async function profile(targets: TargetFactory): Promise<void> {
  for (const cell of cells) {
    const directory = join(RESULTS_DIR, 'profiles', cellName(cell).replace('×', 'x').replace(' ', ''));
    await rm(directory, { recursive: true, force: true });
    const target = await targets.startBivouac({ windowMs, nodeArgs: profileFlags(directory) });
    const { deliveriesPerCpuS } = summariseFanOut([await measure(target, cell)]);
    print(`\n${cellName(cell)}: ${number(deliveriesPerCpuS)} deliveries per CPU-second while profiled`);
    printProfiles(await summariseProfiles(directory));
  }
}
