import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildFacts } from '../src/version.ts';
import { ROOT } from './base-node.ts';

/** The newest commit gives the version its suffix and the build its time, so that a rebuild says the same. */
export function buildFacts(): BuildFacts {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const commit = git('log', '-1', '--format=%h %ct');
  if (commit === undefined) return { version, builtAtMs: Date.now() };
  const [hash, seconds] = commit.split(' ');
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  return {
    version: `${version}+${hash}${isChanged ? '.changed' : ''}`,
    builtAtMs: isChanged ? Date.now() : Number(seconds) * 1000,
  };
}

/** Undefined without git or outside a checkout (an unpacked source archive). */
function git(...words: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
