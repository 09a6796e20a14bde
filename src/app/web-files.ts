import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getAsset, getRawAsset, isSea } from 'node:sea';
import type { Log } from '../core/log.ts';
import type { WebFile, WebFiles } from '../http/web-files.ts';

/** What scripts/build-web.ts writes as dist/web/files.json. */
export interface WebFileList {
  /** By the path of the address: `/index.html`, `/assets/main-B3x….js`. */
  readonly files: Readonly<Record<string, WebFileEntry>>;
}

export interface WebFileEntry {
  readonly mediaType: string;
  /** Of the bytes as they were before packing. */
  readonly hash: string;
  readonly bytes: number;
  /** Content coding → file, below dist/web or below `web/` in the binary. */
  readonly forms: { identity: string; br?: string; gzip?: string };
}

/** Where the binary keeps dist/web. */
export const WEB_ASSETS = 'web/';
const LIST = 'files.json';
const WEB_DIRECTORY = join(import.meta.dirname, '../../dist/web');

/** The built pages: out of the binary, or from dist/web when the sources run. */
export function openWebFiles(log: Log): WebFiles {
  const source = isSea() ? fromBinary : fromDirectory;
  let list: WebFileList | undefined;
  try {
    list = source.list();
  } catch {
    log.warn('web.missing', { advice: 'the pages are not built: run `make web`' });
  }
  return {
    isBuilt: () => list !== undefined,
    find(path): WebFile | undefined {
      if (list === undefined || !Object.hasOwn(list.files, path)) return undefined;
      const { mediaType, hash, forms } = list.files[path] as WebFileEntry;
      const codings = (['br', 'gzip'] as const).filter((coding) => forms[coding] !== undefined);
      return { mediaType, hash, codings, read: (coding) => source.read(forms[coding] ?? forms.identity) };
    },
  };
}

const fromBinary = {
  list: () => JSON.parse(getAsset(WEB_ASSETS + LIST, 'utf8')) as WebFileList,
  // A view of the executable's own memory: nothing is copied until it is sent.
  read: (file: string) => new Uint8Array(getRawAsset(WEB_ASSETS + file) as ArrayBuffer),
};

const fromDirectory = {
  list: () => JSON.parse(readFileSync(join(WEB_DIRECTORY, LIST), 'utf8')) as WebFileList,
  read: (file: string) => new Uint8Array(readFileSync(join(WEB_DIRECTORY, file))),
};
