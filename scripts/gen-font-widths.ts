/** Writes src/display/font-widths.ts from the fonts that the display draws with; run it when they change. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { ROOT } from './base-node.ts';

const FONTS = join(ROOT, 'node_modules/@fontsource/atkinson-hyperlegible-next/files');
const FAMILY = 'Next';
const WEIGHTS = [400, 700];
/** Latin letters of Europe, and the punctuation that the display's words use. */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x2010, 0x2026],
];

for (const weight of WEIGHTS) {
  for (const subset of ['latin', 'latin-ext']) {
    const file = `atkinson-hyperlegible-next-${subset}-${weight}-normal.woff2`;
    GlobalFonts.register(readFileSync(join(FONTS, file)), FAMILY);
  }
}
const context = createCanvas(1, 1).getContext('2d');

/** Advance of each character in thousandths of the type size, digits tabular. */
function widths(weight: number): string {
  context.font = `${weight} 1000px ${FAMILY}`;
  context.fontVariantNumeric = 'tabular-nums';
  const rows = RANGES.map(([first, last]) => {
    const codes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const row = codes.map((code) => Math.round(context.measureText(String.fromCodePoint(code)).width));
    return `[0x${first.toString(16)}, [${row.join(', ')}]],`;
  });
  return `${weight}: [${rows.join('\n')}],`;
}

/** Figures as they are set where none stands below another. */
function figures(weight: number): string {
  context.font = `${weight} 1000px ${FAMILY}`;
  context.fontVariantNumeric = 'normal';
  const row = [...'0123456789'].map((figure) => Math.round(context.measureText(figure).width));
  return `${weight}: [${row.join(', ')}],`;
}

writeFileSync(
  join(ROOT, 'src/display/font-widths.ts'),
  `/**
 * How wide the letters of Atkinson Hyperlegible Next are, so that a screen is laid out without loading the canvas:
 * thousandths of the type size, by weight, in runs of consecutive code points from the one named. Digits are
 * tabular. Made by scripts/gen-font-widths.ts; a test compares it with what the canvas measures.
 */
export type WidthRun = readonly [firstCodePoint: number, widths: readonly number[]];

export const NEXT_WIDTHS: Readonly<Record<400 | 700, readonly WidthRun[]>> = {
${WEIGHTS.map(widths).join('\n')}
};

/** Figures that are not tabular, 0 to 9. */
export const NEXT_FIGURES: Readonly<Record<400 | 700, readonly number[]>> = {
${WEIGHTS.map(figures).join('\n')}
};

/** Atkinson Hyperlegible Mono: one width for all. */
export const MONO_WIDTH = 632;
`,
);
