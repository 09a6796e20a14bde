import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../core/errors.ts';
import type { Check } from '../http/app-deps.ts';

const MIB = 1024 * 1024;
/** A day of 100 phones at 1 Hz is 2 GB; below this the kit does not get through a night. */
const SPACE_CAREFUL_BYTES = 500 * MIB;
/** SQLite needs room to copy its log back; below this writes begin to fail. */
const SPACE_BAD_BYTES = 50 * MIB;
/** Anybody but the owner. */
const OTHERS = 0o077;

export function checkDataDirectory(dataDir: string): Check[] {
  const code = 'data.directory';
  const { uid, mode } = statSync(dataDir);
  if (!isWritable(dataDir)) {
    const advice = `Run as its owner (uid ${uid}), or chown it.`;
    return [{ code, state: 'bad', text: `This user cannot write to ${dataDir}.`, advice }];
  }
  if ((mode & OTHERS) !== 0) {
    return [
      {
        code,
        state: 'careful',
        text: `Other users of this machine can look into ${dataDir}.`,
        advice: `chmod 700 ${dataDir}`,
      },
    ];
  }
  return [{ code, state: 'good', text: `The data directory ${dataDir} is ours and closed to others.` }];
}

/** Private keys must be readable by their owner alone. */
export function checkKeyFiles(config: Config): Check[] {
  const code = 'data.keys';
  const files = [
    ...filesIn(join(config.dataDir, 'keys')),
    ...filesIn(join(config.dataDir, 'pki')),
    ...[config.pki.rootKeyFile, config.pki.serverKeyFile].filter((path) => path !== ''),
  ];
  const problems = files.flatMap((path) => {
    try {
      return (statSync(path).mode & OTHERS) === 0 ? [] : [`${path} can be read by others`];
    } catch (error) {
      return [`${path}: ${messageOf(error)}`];
    }
  });
  if (problems.length === 0) {
    return [{ code, state: 'good', text: 'Private keys can be read by their owner alone.' }];
  }
  return [{ code, state: 'bad', text: `${problems.join('; ')}.`, advice: 'chmod 600 these files.' }];
}

export async function checkSpace(dataDir: string): Promise<Check[]> {
  const code = 'data.space';
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MIB)} MiB are free for the data.`;
  if (free >= SPACE_CAREFUL_BYTES) return [{ code, state: 'good', text }];
  return [
    {
      code,
      state: free < SPACE_BAD_BYTES ? 'bad' : 'careful',
      text,
      advice: 'Delete old packages, or lower history.maxBytes, or use a larger card.',
    },
  ];
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
