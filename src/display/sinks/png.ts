import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createPng } from '../png.ts';
import type { PixelWriter, PngTarget } from './pixel-target.ts';

/** The display shows passphrases and codes: whoever may read the picture must be allowed by the owner. */
const MODE = 0o600;

/**
 * Writes each picture to a file, whole or not at all. Not synced to the disk: after a power cut there is a new
 * picture anyway.
 */
export function createPngWriter({ file, width, height }: PngTarget): PixelWriter {
  const temporary = join(dirname(file), `.${basename(file)}.tmp`);
  return {
    light: (percent) => percent,
    write(bands) {
      const png = createPng(width, height);
      for (const { rgba, rows } of bands) png.add(rgba, rows);
      writeFileSync(temporary, png.finish(), { mode: MODE });
      renameSync(temporary, file);
    },
    close() {},
  };
}
