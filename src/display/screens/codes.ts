import type { Scene } from '../scene.ts';
import type { DisplayState, TimedCode } from '../state.ts';
import { widthOf, wordsThatFit } from '../type.ts';
import { countdown, grouped } from '../words.ts';
import type { LiveContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import { header, hints } from './parts.ts';
import { Sheet } from './sheet.ts';

type Recovery = NonNullable<DisplayState['recovery']>;

/** The kit's own code, which a watch or TV types: as large as the width allows. */
export function pairing(context: LiveContext, timed: TimedCode): Scene {
  const { hasButtons, hasTouch } = context.controls;
  const stop = hasButtons
    ? 'One device. Press any button to stop.'
    : hasTouch
      ? 'One device. Touch to stop.'
      : 'One device. It ends by itself.';
  const sheet = new Sheet(context, 'pairing');
  header(sheet, 'Pair a screen or watch', countdown(timed.leftMs));
  bigCode(sheet, timed, ['Type this on the watch or TV.'], stop);
  sheet.touch(0, 0, context.design.width, context.design.height, 'stop-pairing');
  return sheet.scene(hasButtons ? { first: 'stop-pairing', second: 'stop-pairing' } : {});
}

/** The way back in for an administrator who lost everything else. */
export function recovery(context: LiveContext, timed: Recovery): Scene {
  const { design, controls } = context;
  const sheet = new Sheet(context, 'recovery');
  header(sheet, 'Recovery code', countdown(timed.leftMs));
  const what = [
    `Open https://${timed.address} and type this. It lets an administrator in, once.`,
    `Open https://${timed.address} and type this.`,
    `Type this at https://${timed.address}`,
    `https://${timed.address}`,
    `Type this at ${timed.address}`,
    timed.address,
  ];
  const { hasButtons, hasTouch } = controls;
  const foot = hasTouch
    ? 'It works once. Touch to take it back.'
    : 'It works once. Every administrator is told.';
  bigCode(sheet, timed, what, hasButtons ? '' : foot);
  hints(sheet, { second: 'Take it back' });
  sheet.touch(0, 0, design.width, design.height, 'end-recovery');
  return sheet.scene(hasButtons ? { second: 'end-recovery' } : {});
}

/** Places of a large code, what it is for, a bar of the time left and one line below. */
const PLACES = {
  '1920x1080': { code: 560, words: 700, bar: 800, barHeight: 32, foot: 912, wordSize: 56, footSize: 40 },
  '800x480': { code: 246, words: 306, bar: 350, barHeight: 16, foot: 410, wordSize: 28, footSize: 20 },
  '480x320': { code: 162, words: 206, bar: 236, barHeight: 12, foot: 282, wordSize: 20, footSize: 16 },
  '320x240': { code: 122, words: 154, bar: 174, barHeight: 10, foot: 214, wordSize: 16, footSize: 14 },
} as const;
/** Height of a capital letter in thousandths of the size; a code is all capitals and figures. */
const CAPITAL = 0.67;
/** No code needs to be larger than this share of the screen's height. */
const CODE_SHARE = 0.36;

function bigCode(sheet: Sheet, timed: TimedCode, wordings: readonly string[], foot: string): void {
  const { design } = sheet.context;
  const { margin } = metricsOf(design);
  const place = PLACES[design.id as keyof typeof PLACES];
  const middle = design.width / 2;
  const room = design.width - 2 * margin;
  const code = grouped(timed.code);
  const widthAtOne = widthOf(code, { size: 1, weight: 700, face: 'mono' });
  const size = Math.floor(Math.min(room / widthAtOne, (design.height * CODE_SHARE) / CAPITAL));
  sheet.code(code, middle, place.code, { sizes: [size], align: 'center', maxWidth: room });
  const words = wordsThatFit(wordings, { size: place.wordSize, weight: 400, face: 'next' }, room);
  sheet.text(words, middle, place.words, { size: place.wordSize, align: 'center', maxWidth: room });
  sheet.bar(margin, place.bar, room, place.barHeight, timed.leftMs / timed.lifeMs);
  if (foot !== '') {
    sheet.text(foot, middle, place.foot, {
      size: place.footSize,
      role: 'quiet',
      align: 'center',
      maxWidth: room,
    });
  }
}
