import type { Band, Rotation, Surface } from '../paint.ts';
import type { PixelFormat } from '../pixel-format.ts';

/** Where pictures are put: plain, because it crosses into the display's thread. */
export type PixelTarget = FramebufferTarget | PngTarget;

export interface FramebufferTarget extends Surface {
  readonly kind: 'framebuffer';
  readonly device: string;
  readonly format: PixelFormat;
  readonly backlight: { readonly path: string; readonly max: number } | undefined;
}

export interface PngTarget extends Surface {
  readonly kind: 'png';
  readonly file: string;
  readonly rotation: Rotation & 0;
}

/** Puts painted rows in their place. */
export interface PixelWriter {
  /**
   * Takes over the brightness where the screen has a light of its own; gives what is left to do for the picture.
   *
   * @param percent 0 to 100
   */
  light(percent: number): number;
  /** @throws when the screen is gone or the file cannot be written */
  write(bands: Iterable<Band>): void;
  close(): void;
}
