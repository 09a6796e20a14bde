import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { randomCode } from '../core/ids.ts';
import type { Owner } from './kit-paths.ts';

/** What tells this box from others, drawn once. */
const boxSchema = z.object({
  /** Four letters, as on a label: `KTRM`. */
  id: z.string().regex(/^[A-Z]{4}$/),
  hostname: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
});
export type Box = z.output<typeof boxSchema>;

/** 160,000 boxes: enough that two on one table differ. No secret hangs on it. */
const ID_LENGTH = 4;
const HOSTNAME_MAX = 63;

/** Undefined on a box that has never been started, or whose file is of no use any more. */
export function readBox(path: string): Box | undefined {
  try {
    const parsed = boxSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The host name is the same on each box, so that `bivouac.local` is (multicast DNS says the host name and no other;
 * of two boxes on one wire, one takes a figure behind it). The id tells boxes apart, in the name of the Wi-Fi.
 */
export function newBox(): Box {
  return { id: randomCode(ID_LENGTH), hostname: 'bivouac' };
}

/** `Kit Älpha 2` → `kit-alpha-2`; undefined where nothing is left that a host name may hold. */
export function hostnameOf(name: string): string | undefined {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.replaceAll(/[^a-z0-9]+/g, '-').slice(0, HOSTNAME_MAX);
  const hostname = words.replaceAll(/^-+|-+$/g, '');
  return hostname === '' ? undefined : hostname;
}

/** A file of root's below /etc/bivouac that the server may read. */
export function writeForReading(path: string, text: string, { gid }: Owner): void {
  writeFileAtomic(path, text, 0o640);
  chmodSync(path, 0o640);
  chownSync(path, 0, gid);
}
