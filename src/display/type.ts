import { MONO_WIDTH, NEXT_FIGURES, NEXT_WIDTHS } from './font-widths.ts';
import type { Face, Weight } from './scene.ts';

/** Letters of one kind, as far as their width goes. */
export interface TypeStyle {
  readonly size: number;
  readonly weight: Weight;
  readonly face: Face;
  /** Default: tabular, so that a time that runs does not dance. */
  readonly figures?: 'proportional';
}

/** A letter that is not in the table (another script): most are about so wide. */
const UNKNOWN_WIDTH = 700;
/** Chinese, Japanese and Korean letters and most pictures fill a square. */
const SQUARE_WIDTH = 1_000;
const FIRST_SQUARE = 0x1100;

/** Width in pixels; kerning makes the drawn text a little narrower. */
export function widthOf(text: string, { size, weight, face, figures }: TypeStyle): number {
  let thousandths = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const isFigure = figures === 'proportional' && letter >= '0' && letter <= '9';
    const known = isFigure ? NEXT_FIGURES[weight][Number(letter)] : advance(code, weight);
    if (known === undefined) thousandths += code >= FIRST_SQUARE ? SQUARE_WIDTH : UNKNOWN_WIDTH;
    else thousandths += face === 'mono' ? MONO_WIDTH : known;
  }
  return (thousandths * size) / 1_000;
}

function advance(code: number, weight: Weight): number | undefined {
  for (const [first, widths] of NEXT_WIDTHS[weight]) {
    if (code >= first && code < first + widths.length) return widths[code - first];
  }
  return undefined;
}

/** The text, or as much of its beginning as fits with `…` behind it. */
export function shortened(text: string, style: TypeStyle, maxWidth: number): string {
  if (widthOf(text, style) <= maxWidth) return text;
  const letters = [...text];
  while (letters.length > 0 && widthOf(`${letters.join('')}…`, style) > maxWidth) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** The largest of `sizes` (largest first) at which the text fits; the last one when none does. */
export function sizeThatFits(
  text: string,
  style: Omit<TypeStyle, 'size'>,
  maxWidth: number,
  sizes: readonly [number, ...number[]],
): number {
  return sizes.find((size) => widthOf(text, { ...style, size }) <= maxWidth) ?? sizes.at(-1) ?? sizes[0];
}

/** The first wording that fits, fullest first; the last one when none does. */
export function wordsThatFit(wordings: readonly string[], style: TypeStyle, maxWidth: number): string {
  return wordings.find((words) => widthOf(words, style) <= maxWidth) ?? wordings.at(-1) ?? '';
}

/**
 * Breaks a text into at most `maxLines` lines at its spaces, and a word that is wider than a line where it must;
 * what is too much ends in `…`.
 */
export function wrapped(text: string, style: TypeStyle, maxWidth: number, maxLines: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    if (lines.length === maxLines - 1) return [...lines, shortened(rest, style, maxWidth)];
    const line = firstLine(rest, style, maxWidth);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return lines;
}

function firstLine(text: string, style: TypeStyle, maxWidth: number): string {
  if (widthOf(text, style) <= maxWidth) return text;
  let line = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (widthOf((line + word).trimEnd(), style) > maxWidth) break;
    line += word;
  }
  return line === '' ? firstLetters(text, style, maxWidth) : line;
}

function firstLetters(text: string, style: TypeStyle, maxWidth: number): string {
  let line = '';
  for (const letter of text) {
    if (line !== '' && widthOf(line + letter, style) > maxWidth) break;
    line += letter;
  }
  return line;
}
