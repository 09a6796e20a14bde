import { sizeThatFits, widthOf } from '../type.ts';
import type { Sheet } from './sheet.ts';

const STYLE = { weight: 700, face: 'mono' } as const;

/**
 * A passphrase is shown whole or not at all: half of one helps nobody, and the QR code holds it. Smaller letters
 * come before a second line; lines end anywhere, so that no space is lost between them. It begins at `top`; gives the
 * row where it ends.
 */
export function drawPassphrase(
  sheet: Sheet,
  text: string,
  x: number,
  top: number,
  look: {
    readonly sizes: readonly [number, ...number[]];
    readonly maxWidth: number;
    readonly maxLines: number;
  },
): number {
  const { maxWidth } = look;
  const size = sizeThatFits(text, STYLE, maxWidth, look.sizes);
  const perLine = Math.max(1, Math.floor(maxWidth / widthOf('0', { ...STYLE, size })));
  const lines = text.match(new RegExp(`.{1,${perLine}}`, 'gu')) ?? [];
  if (lines.length > look.maxLines) return top;
  const pitch = Math.round(size * 1.25);
  for (const [index, line] of lines.entries()) {
    sheet.text(line, x, top + size + index * pitch, { ...STYLE, size, maxWidth });
  }
  return top + lines.length * pitch;
}
