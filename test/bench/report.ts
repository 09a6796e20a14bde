import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const RESULTS_DIR = fileURLToPath(new URL('../../dist/bench', import.meta.url));

/** Prints rows under headers, numbers to the right. */
export function printTable(
  title: string,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headers.map((header, i) =>
    Math.max(header.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  print(`\n${title}`);
  print(line(headers));
  print(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows) print(line(row));
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes `dist/bench/NAME.json`, with what is needed to judge the figures later. */
export async function writeResult(name: string, results: unknown): Promise<void> {
  await mkdir(RESULTS_DIR, { recursive: true });
  const machine = {
    bivouac: process.env['BIVOUAC_BINARY'] ? 'packaged binary' : 'sources',
    node: process.version,
    arch: process.arch,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1e6),
  };
  const document = { name, measuredAt: new Date().toISOString(), machine, results };
  await writeFile(join(RESULTS_DIR, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
}

/** 101000 → `101,000`; small numbers keep a digit. */
export function number(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return 'never';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
