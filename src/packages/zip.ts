import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** One file of a package: a path with `/`, relative, without `..`. */
export interface PackageFile {
  readonly path: string;
  readonly content: Buffer | string;
}

/**
 * The first moment that a zip can name, in local time as zip has it: a package holds no hint of when or in
 * which time zone it was made, and the same content gives the same bytes.
 */
const NO_TIME = new Date(1980, 0, 1);
const READABLE_FILE = 0o100644;

/** Packs files in the given order. For packages that fit in memory; sizes stand in the local headers. */
export function makeZip(files: readonly PackageFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, content } of files) {
    zip.addBuffer(Buffer.from(content), path, {
      mtime: NO_TIME,
      forceDosTimestamp: true,
      mode: READABLE_FILE,
    });
  }
  zip.end();
  return buffer(zip.outputStream);
}
