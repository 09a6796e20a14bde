import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import { BivouacError, messageOf } from '../core/errors.ts';

/** An order is a few hundred bytes. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads what a process without rights has written for one that has them. It may have been taken over: only a plain
 * file of its own counts, in a directory of its own, neither reached by a symbolic link, neither endless nor a pipe,
 * and nothing of what stands in it is repeated in a message.
 *
 * @returns undefined when there is none
 * @throws BivouacError `system.order_refused`
 */
export function readUntrusted<T extends z.ZodType>(
  path: string,
  { ownerUid, schema }: { readonly ownerUid: number; readonly schema: T },
): z.output<T> | undefined {
  let directory: number | undefined;
  let file: number | undefined;
  try {
    directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    if (fstatSync(directory).uid !== ownerUid) throw refused(path, 'its directory belongs to somebody else');
    // Below the directory that was opened, whatever stands at that path by now.
    const inside = `/proc/self/fd/${directory}/${basename(path)}`;
    file = openSync(inside, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, nlink, size } = fstatSync(file);
    if (!fstatSync(file).isFile()) throw refused(path, 'it is no file');
    if (uid !== ownerUid) throw refused(path, 'it belongs to somebody else');
    if (nlink !== 1) throw refused(path, 'it has a second name');
    if (size > MAX_BYTES) throw refused(path, 'it is too large');
    return parseStrictly(path, readAll(file), schema);
  } catch (error) {
    if (error instanceof BivouacError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'ENOTDIR') throw refused(path, 'it is a symbolic link');
    throw refused(path, messageOf(error));
  } finally {
    if (file !== undefined) closeSync(file);
    if (directory !== undefined) closeSync(directory);
  }
}

/** It may grow while it is read: no more than allowed is taken. */
function readAll(file: number): string {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = readSync(file, bytes, length, bytes.length - length, null);
    length += count;
    if (count === 0 || length === bytes.length) break;
  }
  return length > MAX_BYTES ? '' : bytes.toString('utf8', 0, length);
}

function parseStrictly<T extends z.ZodType>(path: string, text: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(path, 'it is no JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path: keys }) => keys.map(String).join('.') || 'its form');
  throw refused(path, `wrong: ${[...new Set(where)].slice(0, 5).join(', ')}`);
}

function refused(path: string, why: string): BivouacError {
  return new BivouacError('system.order_refused', `${path} is not taken: ${why}`);
}
