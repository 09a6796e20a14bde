import type { Placement } from '../paint.ts';
import type { Scene } from '../scene.ts';
import type { PixelTarget } from './pixel-target.ts';

/** What the display's thread is started with. */
export interface PixelWorkerData {
  /** Directory for the unpacked native part of the canvas; only the single executable needs it. */
  readonly cacheDir: string;
}

/** One picture to make. */
export interface PixelRequest {
  readonly scene: Scene;
  readonly target: PixelTarget;
  readonly placement: Placement;
}

/** One answer for each request, in order. */
export type PixelReply = { readonly tookMs: number } | { readonly error: string };
