import { cellName, type FanOutCell, type FanOutResult, type FanOutTiming } from './fan-out.ts';
import { number, print, printTable } from './report.ts';

export interface FanOutComparison {
  readonly cell: FanOutCell;
  readonly ours: FanOutResult;
  readonly bare: FanOutResult;
}

/** What the benchmark is held against; the table marks what misses it. */
const AIM_RATIO_PERCENT = 80;
const AIM_P99_OVER_BARE_MS = 10;
const AIM_RSS_MB_AT_100 = 150;

const HEADERS = [
  'clients×Hz',
  'deliv/CPU-s',
  'bare',
  'of bare',
  'delivered',
  'p50 ms',
  'bare',
  'p99 ms',
  'bare',
  'RSS MB',
  'bare',
  'missed',
  'disorder',
];

export function printFanOut(
  comparisons: readonly FanOutComparison[],
  windowMs: number,
  { measureMs }: FanOutTiming,
  turns: number,
): void {
  const length = `${turns > 1 ? `${turns} × ` : ''}${measureMs / 1_000} s`;
  printTable(
    `Fan-out, flush window ${windowMs} ms, ${length} a cell (bare: a node:tls relay that parses nothing)`,
    HEADERS,
    comparisons.map(({ cell, ours, bare }) => {
      const ratio = (100 * ours.deliveriesPerCpuS) / bare.deliveriesPerCpuS;
      return [
        cellName(cell),
        number(ours.deliveriesPerCpuS),
        number(bare.deliveriesPerCpuS),
        `${number(ratio)} %${mark(ratio < AIM_RATIO_PERCENT)}`,
        `${number(ours.deliveredPercent, 1)} %`,
        number(ours.p50Ms, 1),
        number(bare.p50Ms, 1),
        `${number(ours.p99Ms, 1)}${mark(ours.p99Ms > bare.p99Ms + AIM_P99_OVER_BARE_MS)}`,
        number(bare.p99Ms, 1),
        `${number(ours.rssMb)}${mark(cell.clients <= 100 && ours.rssMb > AIM_RSS_MB_AT_100)}`,
        number(bare.rssMb),
        number(ours.missed),
        number(ours.disorder),
      ];
    }),
  );
  print(
    `! misses its aim: ${AIM_RATIO_PERCENT} % of bare, p99 ${AIM_P99_OVER_BARE_MS} ms over bare, ${AIM_RSS_MB_AT_100} MB up to 100 clients`,
  );
  printThreads(comparisons);
}

/** Where the CPU goes, per cent of one core; what the load took; how much of the time somebody waited for a CPU. */
function printThreads(comparisons: readonly FanOutComparison[]): void {
  const columns = [
    { header: 'event loop', matches: (name: string) => name.includes('Main') },
    { header: 'store', matches: (name: string) => name === 'store' },
    { header: 'V8 compiler, collector', matches: (name: string) => name.includes('V8') },
    { header: 'others', matches: (name: string) => !/Main|V8|^store$/.test(name) },
  ];
  const share = ({ threadPercent }: FanOutResult, matches: (name: string) => boolean) =>
    Object.entries(threadPercent).reduce((sum, [name, percent]) => sum + (matches(name) ? percent : 0), 0);
  printTable(
    'Where its CPU goes, per cent of one core; waits: share of the time in which somebody here waited for a CPU',
    ['clients×Hz', ...columns.flatMap(({ header }) => [header, 'bare']), 'load', 'waits', 'bare'],
    comparisons.map(({ cell, ours, bare }) => [
      cellName(cell),
      ...columns.flatMap(({ matches }) => [number(share(ours, matches), 2), number(share(bare, matches), 2)]),
      number(ours.loadCpuPercent, 1),
      number(ours.pressurePercent),
      number(bare.pressurePercent),
    ]),
  );
}

function mark(isMissed: boolean): string {
  return isMissed ? ' !' : '';
}
