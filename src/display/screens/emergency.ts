import { coordinateWords } from '../coordinates.ts';
import type { Scene } from '../scene.ts';
import type { DisplayState, Emergency } from '../state.ts';
import { sizeThatFits, widthOf } from '../type.ts';
import { agoWords, bearingWords, clockWords, distanceWords, offsetOf, windWords } from '../words.ts';
import type { LiveContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import { hints } from './parts.ts';
import { Sheet } from './sheet.ts';

/** Type sizes and baselines, by design. */
const PLACES = {
  '1920x1080': {
    band: 168,
    word: 96,
    name: [200, 160, 128, 80],
    nameY: 430,
    what: 56,
    whatY: 540,
    far: 144,
    farY: 740,
    place: 72,
    placeY: 900,
  },
  '800x480': {
    band: 84,
    word: 44,
    name: [96, 64, 40],
    nameY: 184,
    what: 28,
    whatY: 236,
    far: 64,
    farY: 330,
    place: 36,
    placeY: 404,
  },
  '480x320': {
    band: 56,
    word: 32,
    name: [64, 40, 28],
    nameY: 124,
    what: 20,
    whatY: 158,
    far: 44,
    farY: 220,
    place: 24,
    placeY: 270,
  },
  '320x240': {
    band: 40,
    word: 24,
    name: [48, 40, 28, 20],
    nameY: 88,
    what: 16,
    whatY: 116,
    far: 32,
    farY: 162,
    place: 16,
    placeY: 196,
  },
} as const;

/** Somebody needs help: who, what, when, how far and where. Takes over until it is cancelled. */
export function emergency(context: LiveContext, alert: Emergency, others: number): Scene {
  const sheet = new Sheet(context, 'emergency');
  const { state, design, controls } = context;
  const place = PLACES[design.id as keyof typeof PLACES];
  const { margin, small, bottom } = metricsOf(design);
  const middle = design.width / 2;
  const room = design.width - 2 * margin;

  sheet.box(0, 0, design.width, place.band, 'bad');
  const word = { size: place.word, weight: 700, face: 'next' } as const;
  const title = others > 0 ? `EMERGENCY · ${others} more` : 'EMERGENCY';
  const mark = place.word * 0.8;
  const gap = place.word * 0.4;
  const left = middle + (mark + gap - widthOf(title, word)) / 2;
  const wordY = place.band / 2 + place.word * 0.34;
  // A shape beside the word: in red light the band's colour says nothing.
  sheet.shape('triangle', left - gap - mark / 2, wordY - place.word * 0.32, Math.round(mark), 'onFill');
  sheet.text(title, left, wordY, { ...word, role: 'onFill' });

  const nameSize = sizeThatFits(alert.callsign, { weight: 700, face: 'next' }, room, [...place.name]);
  sheet.text(alert.callsign, middle, place.nameY, {
    size: nameSize,
    weight: 700,
    align: 'center',
    maxWidth: room,
  });
  sheet.text(whatAndWhen(state, alert), middle, place.whatY, {
    size: place.what,
    role: 'quiet',
    align: 'center',
    maxWidth: room,
  });
  whereWords(sheet, state, alert, place);
  const { hasButtons, hasTouch } = controls;
  hints(sheet, { second: 'Put aside for a minute' });
  if (!hasButtons && hasTouch) {
    sheet.text('Touch to put aside for a minute', middle, bottom, {
      size: small,
      role: 'quiet',
      align: 'center',
    });
  }
  sheet.touch(0, 0, design.width, design.height, 'set-aside');
  return sheet.scene(hasButtons ? { second: 'set-aside' } : {});
}

/** `Troops in contact, 14:31:07`, or how long ago where the clock is not to be trusted. */
export function whatAndWhen(state: DisplayState, { what, agoMs }: Emergency): string {
  return `${what}, ${clockWords(state, agoMs, true) ?? agoWords(agoMs)}`;
}

function whereWords(
  sheet: Sheet,
  state: DisplayState,
  { position }: Emergency,
  place: { far: number; farY: number; place: number; placeY: number },
): void {
  const { width } = sheet.context.design;
  const { margin } = metricsOf(sheet.context.design);
  const middle = width / 2;
  const room = width - 2 * margin;
  if (position === undefined) {
    sheet.text('Position not known', middle, place.farY, {
      size: place.place,
      role: 'quiet',
      align: 'center',
    });
    return;
  }
  const coordinates = coordinateWords(position, state.formats.coordinates);
  const mono = { weight: 700, face: 'mono' } as const;
  if (state.position === undefined) {
    const sizes = [place.far, place.place, Math.round(place.place * 0.8)] as const;
    const size = sizeThatFits(coordinates, mono, room, [...sizes]);
    sheet.text(coordinates, middle, place.farY, { ...mono, size, align: 'center', maxWidth: room });
    return;
  }
  const { metres, bearingDeg } = offsetOf(state.position, position);
  const far = distanceWords(metres, state.formats.distance);
  const farStyle = { size: place.far, weight: 700, face: 'next', figures: 'proportional' } as const;
  const farWidth = widthOf(far, farStyle);
  const windSize = Math.round(place.far * 0.66);
  const wind = `${windWords(bearingDeg)} ${bearingWords(bearingDeg)}`;
  const windWidth = widthOf(wind, { size: windSize, weight: 400, face: 'next' });
  const gap = place.far * 0.5;
  const left = middle - (farWidth + gap + windWidth) / 2;
  sheet.text(far, left, place.farY, { ...farStyle, role: 'accent' });
  sheet.text(wind, left + farWidth + gap, place.farY, { size: windSize });
  const size = sizeThatFits(coordinates, mono, room, [place.place, Math.round(place.place * 0.8), 14]);
  sheet.text(coordinates, middle, place.placeY, {
    ...mono,
    size,
    role: 'quiet',
    align: 'center',
    maxWidth: room,
  });
}
