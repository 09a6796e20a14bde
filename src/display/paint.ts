import type { Canvas } from '@napi-rs/canvas';
import { scaleOf } from './designs.ts';
import { drawScene } from './draw-scene.ts';
import type { Scene } from './scene.ts';
import { paletteOf } from './theme.ts';

/** The one thing needed of the canvas package. */
export type CreateCanvas = (width: number, height: number) => Canvas;

export type Rotation = 0 | 90 | 180 | 270;

/** The surface that a scene is painted on, as the device sees it. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  /** Clockwise turn of the picture on the device. */
  readonly rotation: Rotation;
  readonly isOneBit: boolean;
}

/** How a picture is laid on the surface. */
export interface Placement {
  /** 0 is dark, 100 as bright as drawn; one-bit screens know only these two. */
  readonly brightnessPercent: number;
  /** Against burn-in, in pixels. */
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Rows of a picture, 4 bytes each pixel: red, green, blue, 255. */
export interface Band {
  readonly y: number;
  readonly rows: number;
  readonly rgba: Uint8ClampedArray;
}

/**
 * Bytes of one band. A whole picture of 1920 × 1080 would take 8 MB for the canvas and as much again for its
 * pixels, each time; drawn in bands it takes this, at any size.
 */
const BAND_BYTES = 1024 * 1024;
const BYTES_PER_PIXEL = 4;
/**
 * Light (of 255) from which a point of an edge counts as lit. Ink on paper needs more of it: thin black strokes
 * would break up where thin lit ones do not.
 */
const THRESHOLD = { paper: 165, oled: 120 } as const;

export interface Painter {
  /** Paints a scene from the top down. Each band is valid until the next. */
  paint(scene: Scene, surface: Surface, placement: Placement): Iterable<Band>;
}

export function createPainter(createCanvas: CreateCanvas): Painter {
  let canvas: Canvas | undefined;

  return {
    *paint(scene, surface, placement) {
      const { width, height } = surface;
      const bandRows = Math.max(1, Math.min(height, Math.floor(BAND_BYTES / (width * BYTES_PER_PIXEL))));
      if (canvas?.width !== width || canvas.height !== bandRows) canvas = createCanvas(width, bandRows);
      const context = canvas.getContext('2d');
      const palette = paletteOf(scene.design.ink, scene.theme, surface.isOneBit);
      const { transform, scale } = placed(scene, surface, placement);
      for (let y = 0; y < height; y += bandRows) {
        const rows = Math.min(bandRows, height - y);
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = palette.colours.background;
        context.fillRect(0, 0, width, bandRows);
        const [a, b, c, d, e, f] = transform;
        context.setTransform(a, b, c, d, e, f - y);
        drawScene(context, scene, palette, scale);
        const rgba = context.getImageData(0, 0, width, rows).data;
        if (palette.isOneBit) toOneBit(rgba, THRESHOLD[scene.design.ink === 'oled' ? 'oled' : 'paper']);
        if (!palette.isOneBit || placement.brightnessPercent === 0) dim(rgba, placement.brightnessPercent);
        yield { y, rows, rgba };
      }
    },
  };
}

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Enlarges a design to the surface, in its middle, turned as the device hangs. */
function placed(
  { design }: Scene,
  { width, height, rotation }: Surface,
  { shiftX, shiftY }: Placement,
): { transform: Matrix; scale: number } {
  const isTurned = rotation === 90 || rotation === 270;
  const [upright, across] = isTurned ? [height, width] : [width, height];
  const largest = scaleOf(design, upright, across);
  // Letters of one bit can only grow by whole pixels.
  const scale = design.ink === 'colour' ? largest : Math.max(1, Math.floor(largest));
  const x = Math.floor((upright - design.width * scale) / 2) + shiftX;
  const y = Math.floor((across - design.height * scale) / 2) + shiftY;
  switch (rotation) {
    case 0:
      return { scale, transform: [scale, 0, 0, scale, x, y] };
    case 90:
      return { scale, transform: [0, scale, -scale, 0, width - y, x] };
    case 180:
      return { scale, transform: [-scale, 0, 0, -scale, width - x, height - y] };
    case 270:
      return { scale, transform: [0, -scale, scale, 0, y, height - x] };
  }
}

function toOneBit(rgba: Uint8ClampedArray, threshold: number): void {
  for (let index = 0; index < rgba.length; index += BYTES_PER_PIXEL) {
    const light = ((rgba[index] ?? 0) * 2 + (rgba[index + 1] ?? 0) * 5 + (rgba[index + 2] ?? 0)) / 8;
    const value = light >= threshold ? 255 : 0;
    rgba[index] = value;
    rgba[index + 1] = value;
    rgba[index + 2] = value;
  }
}

function dim(rgba: Uint8ClampedArray, percent: number): void {
  if (percent >= 100) return;
  // A table is several times faster than arithmetic on each of the million values.
  const table = Uint8Array.from({ length: 256 }, (_, value) => Math.round((value * percent) / 100));
  for (let index = 0; index < rgba.length; index += BYTES_PER_PIXEL) {
    rgba[index] = table[rgba[index] ?? 0] ?? 0;
    rgba[index + 1] = table[rgba[index + 1] ?? 0] ?? 0;
    rgba[index + 2] = table[rgba[index + 2] ?? 0] ?? 0;
  }
}

/** Where a point of the surface (a finger on it) is on the design. Undone in the order that `placed` does. */
export function pointOnDesign(
  scene: Scene,
  surface: Surface,
  placement: Placement,
  point: { readonly x: number; readonly y: number },
): { x: number; y: number } {
  const [a, b, c, d, e, f] = placed(scene, surface, placement).transform;
  const determinant = a * d - b * c;
  const [x, y] = [point.x - e, point.y - f];
  return { x: (d * x - c * y) / determinant, y: (a * y - b * x) / determinant };
}
