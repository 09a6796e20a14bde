import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/cot/', import.meta.url);

/** The frame in a fixture file, without the newline at the file's end. */
export function cotFixture(name: string): Buffer {
  return Buffer.from(readFileSync(new URL(name, FOLDER), 'utf8').trimEnd());
}

/** All XML fixtures by file name. */
export function cotFixtures(): ReadonlyMap<string, Buffer> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.xml'));
  return new Map(names.sort().map((name) => [name, cotFixture(name)]));
}
