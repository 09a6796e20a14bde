import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';

/** Files of one folder at the most, and how deep they may lie: a list of them is kept in memory. */
const FILES_MAX = 20_000;
const DEPTH_MAX = 12;

/** Hashes kept, of files that were asked for: one is 200 bytes. */
const HASHES_MAX = 5_000;

/** Larger pieces make fewer turns of the event loop for a film; the buffer is one per reader. */
const READ_CHUNK_BYTES = 256 * 1024;

/** What a path below a folder may be: the same for the file system, an address, and a person. */
const PLAIN_PATH = /^(?!\/)(?!.*\/\/)(?!(?:.*\/)?\.)[^\\%\p{Cc}]+$/u;

/** As the names of buckets in the configuration: they stand in addresses. */
const FOLDER_NAME = /^[\w-][\w.-]{0,63}$/;

/** A file below a folder that is given out. */
export interface MediaFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** An open file; close it, or read its stream to the end. */
export interface OpenMediaFile extends MediaFile {
  /** SHA-256 of what it holds, lower-case hex. The first time it reads the whole file. */
  sha256(): Promise<string>;
  /** Bytes `first` to `last`, both inclusive. Ends with the file closed. */
  stream(first: number, last: number): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

/** A directory whose files are given out. Hidden files and symbolic links are not among them. */
export interface MediaFolder {
  /** By path. Empty when the directory does not exist. */
  list(): Promise<readonly MediaFile[]>;
  /** Undefined when there is no such file, or the path leads out of the folder. */
  open(path: string): Promise<OpenMediaFile | undefined>;
}

export function createMediaFolder(root: string): MediaFolder {
  /** By path, size and time of change: a file that was replaced is hashed anew. */
  const hashes = new Map<string, Promise<string>>();

  async function collect(below: string, depth: number, found: MediaFile[]): Promise<void> {
    const entries = await readdir(join(root, below), { withFileTypes: true }).catch(ignoreAbsence);
    for (const entry of (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= FILES_MAX) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!PLAIN_PATH.test(path)) continue;
      if (entry.isDirectory() && depth < DEPTH_MAX) await collect(path, depth + 1, found);
      if (!entry.isFile()) continue;
      const about = await stat(join(root, path)).catch(ignoreAbsence);
      if (about?.isFile()) found.push({ path, bytes: about.size, modifiedMs: Math.floor(about.mtimeMs) });
    }
  }

  function hashOf(key: string, handle: FileHandle): Promise<string> {
    const known = hashes.get(key);
    if (known !== undefined) return known;
    if (hashes.size >= HASHES_MAX) hashes.delete(hashes.keys().next().value!);
    const computed = hashFile(handle);
    hashes.set(key, computed);
    computed.catch(() => hashes.delete(key));
    return computed;
  }

  return {
    async list() {
      const found: MediaFile[] = [];
      await collect('', 0, found);
      return found;
    },

    async open(path) {
      if (!PLAIN_PATH.test(path)) return undefined;
      const handle = await openInside(root, path);
      if (handle === undefined) return undefined;
      const about = await handle.stat({ bigint: true });
      const key = `${path}\n${about.ino}\n${about.size}\n${about.mtimeNs}`;
      const bytes = Number(about.size);
      return {
        path,
        bytes,
        modifiedMs: Number(about.mtimeMs),
        sha256: () => hashOf(key, handle),
        stream: (first, last) => {
          const source = handle.createReadStream({
            start: first,
            end: last,
            highWaterMark: READ_CHUNK_BYTES,
          });
          return Readable.toWeb(source) as ReadableStream<Uint8Array>;
        },
        close: () => handle.close(),
      };
    },
  };
}

/** The directories in `root` that can be buckets, by name; none where `root` does not exist. */
export async function mediaFoldersIn(
  root: string,
): Promise<readonly { readonly name: string; readonly root: string }[]> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(ignoreAbsence)) ?? [];
  return entries
    .filter((entry) => entry.isDirectory() && FOLDER_NAME.test(entry.name))
    .map(({ name }) => ({ name, root: join(root, name) }));
}

/** Follows no link out of the folder, and opens nothing but files. */
async function openInside(root: string, path: string): Promise<FileHandle | undefined> {
  const realRoot = await realpath(root).catch(ignoreAbsence);
  if (realRoot === undefined) return undefined;
  const wanted = join(realRoot, path);
  const real = await realpath(wanted).catch(ignoreAbsence);
  // A link anywhere on the way makes the two differ.
  if (real !== wanted || !real.startsWith(realRoot + sep)) return undefined;
  // Asked before it is opened: to open a named pipe would wait for a writer.
  const about = await stat(real).catch(ignoreAbsence);
  return about?.isFile() === true ? open(real, 'r').catch(ignoreAbsence) : undefined;
}

async function hashFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const source = createReadStream('', {
    fd: handle,
    start: 0,
    autoClose: false,
    highWaterMark: READ_CHUNK_BYTES,
  });
  for await (const chunk of source) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** What is not there, or not for us to read, is not in the folder. */
function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'].includes(error.code ?? ''))
    return undefined;
  throw error;
}
