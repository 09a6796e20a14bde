import { hash } from 'node:crypto';
import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs';
import { toPixels } from '../pixel-format.ts';
import type { FramebufferTarget, PixelWriter } from './pixel-target.ts';

/** Never quite off while something is to be seen. */
const LIGHT_MIN = 1;

/**
 * Writes to a Linux framebuffer (or to a file that stands for one). Only bands that differ from what is there are
 * written: on a screen behind SPI a whole picture takes a fifth of a second of the bus.
 */
export function createFramebufferWriter({
  device,
  width,
  format,
  backlight,
}: FramebufferTarget): PixelWriter {
  const file = openSync(device, constants.O_RDWR);
  /** First row of a band → what was written there. */
  const written = new Map<number, string>();

  return {
    light(percent) {
      if (backlight === undefined) return percent;
      const step = Math.round((backlight.max * percent) / 100);
      try {
        writeFileSync(backlight.path, String(percent === 0 ? 0 : Math.max(LIGHT_MIN, step)));
      } catch {
        // The light is not ours any more: the picture itself is darkened.
        return percent;
      }
      return percent === 0 ? 0 : 100;
    },
    write(bands) {
      for (const { y, rows, rgba } of bands) {
        const bytes = toPixels(rgba, width, rows, format);
        const digest = hash('sha1', bytes);
        if (written.get(y) === digest) continue;
        // What stands there is not known again until this has been written whole.
        written.delete(y);
        let done = 0;
        while (done < bytes.length) {
          done += writeSync(file, bytes, done, bytes.length - done, y * format.strideBytes + done);
        }
        written.set(y, digest);
      }
    },
    close: () => closeSync(file),
  };
}
