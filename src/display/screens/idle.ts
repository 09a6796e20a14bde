import type { Scene } from '../scene.ts';
import type { DisplayState } from '../state.ts';
import { sizeThatFits, widthOf, wordsThatFit } from '../type.ts';
import { warningsOf } from '../warnings.ts';
import { wifiCode } from '../wifi-code.ts';
import { timeSourceWords } from '../words.ts';
import type { LiveContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import {
  type Area,
  facts,
  hasHints,
  header,
  hints,
  noticePanel,
  statusWords,
  warningPanel,
} from './parts.ts';
import { drawPlot } from './plot.ts';
import { drawRoster } from './roster.ts';
import { Sheet } from './sheet.ts';

/** The kit at work: how many are on the map, who was heard last, what is wrong, how one more joins. */
export function idle(context: LiveContext): Scene {
  const sheet = new Sheet(context, 'idle');
  const { state, design, controls } = context;
  header(sheet, state.kitName, statusWords(state));
  const draw = { '1920x1080': wall, '800x480': wide, '480x320': normal, '320x240': small } as const;
  draw[design.id as keyof typeof draw](sheet, state);
  hints(sheet, { first: 'Pair a screen', second: 'More', touch: 'Touch for more' });
  // The whole screen: what stands on it needs no aim.
  sheet.touch(0, 0, design.width, design.height, 'next-page');
  return sheet.scene(controls.hasButtons ? { first: 'open-pairing', second: 'next-page' } : {});
}

/** The number, and beside it what it counts. */
function count(
  sheet: Sheet,
  state: DisplayState,
  place: { x: number; baseline: number; size: number; words: number; quiet: number; right: number },
): void {
  const { connectedCount, quietCount } = state.team;
  const figure = String(connectedCount);
  const face = { weight: 700, face: 'next', figures: 'proportional' } as const;
  // A thousand people leave room for what they are.
  const sizes = [place.size, Math.round(place.size * 0.75), Math.round(place.size * 0.5)] as const;
  const style = { ...face, size: sizeThatFits(figure, face, (place.right - place.x) * 0.5, sizes) };
  sheet.text(figure, place.x, place.baseline, { ...style, role: connectedCount === 0 ? 'quiet' : 'well' });
  const x = place.x + widthOf(figure, style) + place.size * 0.25;
  const maxWidth = place.right - x;
  const top = place.baseline - place.size * 0.67;
  sheet.text('on the map', x, top + place.words * 0.8, { size: place.words, weight: 700, maxWidth });
  const wordings = quietWords(connectedCount, quietCount);
  const fitting = wordsThatFit(wordings, { size: place.quiet, weight: 400, face: 'next' }, maxWidth);
  sheet.text(fitting, x, place.baseline, { size: place.quiet, role: 'quiet', maxWidth });
}

/** From the full sentence to the shortest. */
function quietWords(connectedCount: number, quietCount: number): readonly string[] {
  if (connectedCount === 0) return ['nobody has joined yet', 'nobody yet'];
  if (quietCount === 0) return ['all heard in the last 5 min', 'all heard lately', 'all heard'];
  return [`${quietCount} quiet for 5 min or more`, `${quietCount} quiet over 5 min`, `${quietCount} quiet`];
}

/** The code that adds somebody: the kit's own page where it names one, else the way into the Wi-Fi. */
function invitation(state: DisplayState): { code: string; caption: string } | undefined {
  if (state.invitation !== undefined) return { code: state.invitation, caption: 'Add a phone or screen' };
  if (state.wifi?.isOn === true) return { code: wifiCode(state.wifi), caption: 'Join the Wi-Fi' };
  return undefined;
}

/** The gravest warning, or what was just done, else how the kit is connected. Gives the upper edge. */
function bottomPanel(
  sheet: Sheet,
  state: DisplayState,
  area: { x: number; width: number; maxLines: number; hasFacts?: boolean },
): number {
  const { bottom, hints: hintRoom, small } = metricsOf(sheet.context.design);
  const end = hasHints(sheet) ? bottom - hintRoom : bottom;
  if (state.notice !== undefined) return noticePanel(sheet, state.notice, { ...area, bottom: end });
  const [gravest] = warningsOf(state);
  if (gravest !== undefined) return warningPanel(sheet, gravest, { ...area, edge: { bottom: end } }).top;
  if (area.hasFacts === true) return end;
  sheet.text(connectionWords(state), area.x, end - small * 0.3, {
    size: small,
    role: 'quiet',
    maxWidth: area.width,
  });
  return end - small * 1.5;
}

function connectionWords(state: DisplayState): string {
  const wifi = state.wifi === undefined ? undefined : `Wi-Fi ${wifiWords(state)}`;
  return [wifi, timeSourceWords(state)].filter((part) => part !== undefined).join(' · ');
}

function wifiWords({ wifi }: DisplayState): string {
  return wifi?.isOn === true ? wifi.name : 'off';
}

function normal(sheet: Sheet, state: DisplayState): void {
  const top = bottomPanel(sheet, state, { x: 16, width: 448, maxLines: 2 });
  const qr = invitation(state);
  const room = Math.min(152, top - 76);
  const hasQr = qr !== undefined && sheet.qr(qr.code, 464 - room, 52, room) > 0;
  if (hasQr) {
    sheet.text(qr.caption, 464 - room / 2, 52 + room + 15, {
      size: 14,
      role: 'quiet',
      align: 'center',
      maxWidth: 160,
    });
  }
  const right = hasQr ? 306 : 464;
  count(sheet, state, { x: 16, baseline: 108, size: 64, words: 20, quiet: 14, right });
  drawRoster(sheet, state, { x: 16, y: 122, width: right - 28, height: top - 126 }, { size: 16, pitch: 26 });
}

function small(sheet: Sheet, state: DisplayState): void {
  const top = bottomPanel(sheet, state, { x: 10, width: 300, maxLines: 2 });
  const qr = invitation(state);
  const room = Math.min(124, top - 35);
  const hasQr = qr !== undefined && sheet.qr(qr.code, 310 - room, 34, room) > 0;
  if (!hasQr) {
    count(sheet, state, { x: 10, baseline: 92, size: 64, words: 16, quiet: 14, right: 310 });
    return;
  }
  // Beside a code there is no room for words: they go below the number.
  const { connectedCount, quietCount } = state.team;
  const width = 296 - room;
  const role = connectedCount === 0 ? 'quiet' : 'well';
  sheet.text(String(connectedCount), 8, 84, {
    size: 64,
    weight: 700,
    figures: 'proportional',
    role,
    maxWidth: width,
  });
  sheet.text('on the map', 10, 106, { size: 16, weight: 700, maxWidth: width });
  const style = { size: 14, weight: 400, face: 'next' } as const;
  const quiet = wordsThatFit(quietWords(connectedCount, quietCount), style, width);
  sheet.text(quiet, 10, 126, { ...style, role: 'quiet', maxWidth: width });
}

function wide(sheet: Sheet, state: DisplayState): void {
  const qr = invitation(state);
  const column: Area = { x: 544, y: 76, width: 232, height: 384 };
  const hasQr = qr !== undefined && sheet.qr(qr.code, column.x, column.y, column.width) > 0;
  if (hasQr) sheet.text(qr.caption, 660, 332, { size: 16, role: 'quiet', align: 'center' });
  kitFacts(sheet, state, {
    x: column.x,
    baseline: hasQr ? 370 : 112,
    width: column.width,
    labelWidth: 64,
    size: 16,
    pitch: 26,
  });
  count(sheet, state, { x: 24, baseline: 148, size: 96, words: 28, quiet: 20, right: 520 });
  const top = bottomPanel(sheet, state, { x: 24, width: 496, maxLines: 2, hasFacts: true });
  drawRoster(sheet, state, { x: 24, y: 168, width: 496, height: top - 176 }, { size: 20, pitch: 36 });
}

function wall(sheet: Sheet, state: DisplayState): void {
  const top = wallPanels(sheet, state) - 24;
  count(sheet, state, { x: 64, baseline: 316, size: 192, words: 56, quiet: 32, right: 700 });
  drawRoster(sheet, state, { x: 64, y: 356, width: 616, height: top - 356 }, { size: 32, pitch: 56 });
  drawPlot(sheet, state, { x: 712, y: 160, width: 700, height: top - 160 });

  const right: Area = { x: 1480, y: 160, width: 376, height: 376 };
  const qr = invitation(state);
  const hasQr = qr !== undefined && sheet.qr(qr.code, right.x, right.y, right.width) > 0;
  if (hasQr) sheet.text(qr.caption, 1668, 568, { size: 32, role: 'quiet', align: 'center' });
  const place = { x: right.x, baseline: hasQr ? 640 : 216, width: right.width };
  kitFacts(sheet, state, { ...place, labelWidth: 112, size: 32, pitch: 52 });
}

/** What was just done and the two gravest warnings, side by side. Gives the upper edge. */
function wallPanels(sheet: Sheet, state: DisplayState): number {
  const { bottom, hints: hintRoom } = metricsOf(sheet.context.design);
  const end = hasHints(sheet) ? bottom - hintRoom : bottom;
  const panels = [...(state.notice === undefined ? [] : [state.notice]), ...warningsOf(state)];
  const half = [
    { x: 64, width: 880 },
    { x: 976, width: 880 },
  ];
  const places = panels.length === 1 ? [{ x: 64, width: 1792 }] : half;
  const tops: number[] = [];
  for (const panel of panels) {
    const place = places.shift();
    if (place === undefined) break;
    tops.push(
      typeof panel === 'string'
        ? noticePanel(sheet, panel, { ...place, bottom: end })
        : warningPanel(sheet, panel, { ...place, edge: { bottom: end }, maxLines: 2 }).top,
    );
  }
  return Math.min(end, ...tops);
}

function kitFacts(sheet: Sheet, state: DisplayState, place: Parameters<typeof facts>[2]): void {
  const rows: [string, string][] = [];
  if (state.wifi !== undefined) rows.push(['Wi-Fi', wifiWords(state)]);
  if (state.addresses[0] !== undefined) rows.push(['Open', state.addresses[0]]);
  rows.push(['Time', timeWords(state)]);
  facts(sheet, rows, place);
}

function timeWords(state: DisplayState): string {
  return timeSourceWords(state).replace(/^Time /, '');
}
