import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What scripts/build.ts writes into the single binary in place of the name `BIVOUAC_BUILD`. */
export interface BuildFacts {
  readonly version: string;
  /** Milliseconds since the Unix epoch: the time of the newest commit in the build. */
  readonly builtAtMs: number;
}

declare const BIVOUAC_BUILD: BuildFacts | undefined;

const facts: BuildFacts = typeof BIVOUAC_BUILD === 'undefined' ? factsOfCheckout() : BIVOUAC_BUILD;

/** `0.1.0+3f2a9c1` in a built binary, `0.1.0-dev` when the sources run directly. */
export const version: string = facts.version;

/**
 * No true clock can be behind this (milliseconds since the Unix epoch). A box without a battery-backed clock
 * starts from here and not from 1970.
 */
export const builtAtMs: number = facts.builtAtMs;

/** In a checkout nothing was built: the package file says the version, and its age says "not before". */
function factsOfCheckout(): BuildFacts {
  const file = join(import.meta.dirname, '..', 'package.json');
  const { version: released } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { version: `${released}-dev`, builtAtMs: Math.floor(statSync(file).mtimeMs) };
}
