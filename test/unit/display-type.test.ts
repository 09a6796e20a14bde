import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCanvas } from '@napi-rs/canvas';
import { FONT_FAMILIES } from '../../src/display/draw-scene.ts';
import { NEXT_WIDTHS } from '../../src/display/font-widths.ts';
import { shortened, sizeThatFits, widthOf, wordsThatFit, wrapped } from '../../src/display/type.ts';
import { openPainter } from '../support/display-pictures.ts';

const PLAIN = { size: 16, weight: 400, face: 'next' } as const;
const BOLD = { size: 100, weight: 700, face: 'next' } as const;

test('the table of widths is that of the fonts', async () => {
  await openPainter();
  const context = createCanvas(1, 1).getContext('2d');
  context.fontVariantNumeric = 'tabular-nums';
  for (const weight of [400, 700] as const) {
    context.font = `${weight} 1000px "${FONT_FAMILIES.next}"`;
    for (const [first, widths] of NEXT_WIDTHS[weight]) {
      for (const [index, width] of widths.entries()) {
        const letter = String.fromCodePoint(first + index);
        const measured = Math.round(context.measureText(letter).width);
        assert.equal(width, measured, `${letter} at ${weight}: run scripts/gen-font-widths.ts`);
      }
    }
    // Kerning only ever draws letters together.
    const words = 'AVATAR To Wave, Łódź 12:34';
    const drawn = context.measureText(words).width;
    const reckoned = widthOf(words, { size: 1_000, weight, face: 'next' });
    assert.ok(drawn <= reckoned && drawn > reckoned * 0.95, `${drawn} of ${reckoned}`);
  }
  context.font = `700 1000px "${FONT_FAMILIES.mono}"`;
  assert.equal(
    Math.round(context.measureText('K7M 42P').width),
    widthOf('K7M 42P', { ...BOLD, size: 1_000, face: 'mono' }),
  );
});

test('figures are tabular unless they stand alone', () => {
  assert.equal(widthOf('1111', BOLD), widthOf('8888', BOLD));
  assert.ok(
    widthOf('1111', { ...BOLD, figures: 'proportional' }) <
      widthOf('8888', { ...BOLD, figures: 'proportional' }),
  );
});

test('what is too long ends in an ellipsis and fits', () => {
  const short = shortened('Mountain Rescue Coordination', PLAIN, 120);
  assert.ok(short.endsWith('…') && widthOf(short, PLAIN) <= 120, short);
  assert.equal(shortened('Base', PLAIN, 120), 'Base');
  assert.equal(shortened('Base', PLAIN, 1), '…');
});

test('lines break at spaces, and within a word only where they must', () => {
  const lines = wrapped('New files are refused, positions still flow.', PLAIN, 120, 5);
  assert.ok(lines.every((line) => widthOf(line, PLAIN) <= 120));
  assert.equal(lines.join(' '), 'New files are refused, positions still flow.');
  const long = wrapped('x'.repeat(60), PLAIN, 100, 9);
  assert.equal(long.join(''), 'x'.repeat(60));
  const cut = wrapped('one two three four five six seven eight', PLAIN, 60, 2);
  assert.equal(cut.length, 2);
  assert.ok(cut[1]?.endsWith('…'));
  assert.deepEqual(wrapped('', PLAIN, 60, 2), []);
});

test('the largest size and the fullest words that fit', () => {
  assert.equal(sizeThatFits('MEDIC-1', { weight: 700, face: 'next' }, 200, [64, 40, 28]), 40);
  assert.equal(sizeThatFits('x'.repeat(99), { weight: 700, face: 'next' }, 10, [64, 40]), 40);
  assert.equal(wordsThatFit(['a very long sentence', 'short'], PLAIN, 60), 'short');
});
