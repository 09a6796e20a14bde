import type { Severity } from '../../core/health.ts';
import type { Role, ScreenAction, Shape } from '../scene.ts';
import type { DisplayState } from '../state.ts';
import { sizeThatFits, widthOf, wrapped } from '../type.ts';
import type { WarningWords } from '../warnings.ts';
import { clockWords, supplyWords } from '../words.ts';
import { metricsOf } from './metrics.ts';
import type { Sheet } from './sheet.ts';

/** Pieces that several screens share. */

/** Name on the left, a fact on the right, a line below. */
export function header(sheet: Sheet, title: string, side = ''): void {
  const { design } = sheet.context;
  const { margin, header: place } = metricsOf(design);
  const sideWidth = side === '' ? 0 : widthOf(side, { size: place.side, weight: 400, face: 'next' }) + margin;
  const right = design.width - margin;
  sheet.text(title, margin, place.baseline, {
    size: place.title,
    weight: 700,
    maxWidth: right - margin - sideWidth,
  });
  if (side !== '') {
    sheet.text(side, right, place.baseline, { size: place.side, role: 'quiet', align: 'right' });
  }
  sheet.box(margin, place.lineY, right - margin, Math.max(1, Math.round(design.height / 480)), 'line');
}

/** `14:32 · 78 %`: what is known of the time and the battery. */
export function statusWords(state: DisplayState): string {
  const gps = state.time.gps === 'fix' ? 'GPS' : undefined;
  const time = clockWords(state) ?? 'time not set';
  return [gps, time, supplyWords(state)].filter((part) => part !== undefined).join(' · ');
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SEVERITY_SHAPES: Record<Severity, Shape> = { bad: 'triangle', careful: 'diamond', info: 'disc' };
const SEVERITY_ROLES: Record<Severity, Role> = { bad: 'bad', careful: 'careful', info: 'quiet' };

/** Height of a panel with so many lines below its title. */
function panelHeight(sheet: Sheet, restLines: number): number {
  const { lead, small, gap } = metricsOf(sheet.context.design);
  return Math.round(2 * gap + lead * 1.25 + restLines * small * 1.25);
}

export interface PanelPlace {
  readonly x: number;
  readonly width: number;
  /** Where the panel begins, or where it ends. */
  readonly edge: { readonly top: number } | { readonly bottom: number };
  readonly maxLines: number;
}

/** How large `warningPanel` will be. */
export function panelSize(
  sheet: Sheet,
  { rest }: WarningWords,
  { width, maxLines }: Pick<PanelPlace, 'width' | 'maxLines'>,
): { height: number; textX: number; maxWidth: number; lines: readonly string[] } {
  const { lead, small, gap } = metricsOf(sheet.context.design);
  const textX = gap * 2 + lead;
  const maxWidth = width - textX - gap * 1.5;
  const lines = wrapped(rest, { size: small, weight: 400, face: 'next' }, maxWidth, maxLines);
  return { height: panelHeight(sheet, lines.length), textX, maxWidth, lines };
}

/** A warning in a panel; a shape says how grave it is, together with the colour. Gives its rows. */
export function warningPanel(
  sheet: Sheet,
  warning: WarningWords,
  place: PanelPlace,
): { top: number; bottom: number } {
  const { lead, small, gap, radius } = metricsOf(sheet.context.design);
  const { height, maxWidth, lines, ...size } = panelSize(sheet, warning, place);
  const textX = place.x + size.textX;
  const y = 'top' in place.edge ? place.edge.top : place.edge.bottom - height;
  sheet.box(place.x, y, place.width, height, 'panel', radius);

  const baseline = y + gap + lead;
  const role = SEVERITY_ROLES[warning.severity];
  const shape = SEVERITY_SHAPES[warning.severity];
  sheet.shape(shape, place.x + gap + lead / 2, baseline - lead * 0.33, Math.round(lead * 0.85), role);
  const titleRole = warning.severity === 'info' ? 'text' : role;
  const titleSize = sizeThatFits(warning.title, { weight: 700, face: 'next' }, maxWidth, [lead, small]);
  sheet.text(warning.title, textX, baseline, { size: titleSize, weight: 700, role: titleRole, maxWidth });
  for (const [index, line] of lines.entries()) {
    sheet.text(line, textX, baseline + (index + 1) * small * 1.25 + 1, {
      size: small,
      role: 'quiet',
      maxWidth,
    });
  }
  return { top: y, bottom: y + height };
}

/** One line in a panel: what was just done. */
export function noticePanel(
  sheet: Sheet,
  notice: string,
  place: { x: number; width: number; bottom: number },
): number {
  const { lead, gap, radius } = metricsOf(sheet.context.design);
  const height = panelHeight(sheet, 0);
  const y = place.bottom - height;
  sheet.box(place.x, y, place.width, height, 'panel', radius);
  sheet.shape('disc', place.x + gap + lead / 2, y + gap + lead * 0.67, Math.round(lead * 0.7), 'well');
  sheet.text(notice, place.x + gap * 2 + lead, y + gap + lead, {
    size: lead,
    weight: 700,
    maxWidth: place.width - gap * 3.5 - lead,
  });
  return y;
}

export interface Hints {
  readonly first?: string;
  readonly second?: string;
  /** Said where there is a touch screen and no buttons. */
  readonly touch?: string;
}

/** Whether `hints` would say anything: somebody who has neither buttons nor touch needs no advice. */
export function hasHints({ context: { controls } }: Sheet): boolean {
  return controls.hasButtons || controls.hasTouch;
}

/** What ● and ■ do, in the last line of the screen. */
export function hints(sheet: Sheet, { first, second, touch }: Hints): void {
  const { design, controls } = sheet.context;
  const { margin, bottom, small } = metricsOf(design);
  const baseline = bottom - Math.round(small * 0.2);
  if (!controls.hasButtons) {
    if (controls.hasTouch && touch !== undefined) {
      sheet.text(touch, margin, baseline, { size: small, role: 'quiet' });
    }
    return;
  }
  let x = margin;
  for (const [shape, words] of [
    ['disc', first],
    ['square', second],
  ] as const) {
    if (words === undefined) continue;
    sheet.shape(shape, x + small / 2, baseline - small * 0.33, Math.round(small * 0.72), 'text');
    sheet.text(words, x + small * 1.4, baseline, { size: small, role: 'quiet' });
    x += small * 1.4 + widthOf(words, { size: small, weight: 400, face: 'next' }) + small * 1.6;
  }
}

export interface ButtonLook extends Area {
  readonly label: string;
  readonly shape: Shape;
  readonly action: ScreenAction;
  readonly isMain: boolean;
}

/** An area to touch, with the physical button that does the same. */
export function button(sheet: Sheet, { label, shape, action, isMain, ...area }: ButtonLook): void {
  const { radius, big } = metricsOf(sheet.context.design);
  const { hasButtons } = sheet.context.controls;
  const role: Role = isMain ? 'onFill' : 'text';
  sheet.box(area.x, area.y, area.width, area.height, isMain ? 'well' : 'line', radius);

  const mark = hasButtons ? big * 1.2 : 0;
  const labelWidth = widthOf(label, { size: big, weight: 700, face: 'next' });
  const left = area.x + (area.width - mark - labelWidth) / 2;
  const baseline = area.y + area.height / 2 + big * 0.34;
  if (hasButtons) sheet.shape(shape, left + big * 0.4, baseline - big * 0.34, Math.round(big * 0.75), role);
  sheet.text(label, left + mark, baseline, { size: big, weight: 700, role });
  sheet.touch(area.x, area.y, area.width, area.height, action);
}

/** `Wi-Fi` in quiet, `Basecamp 3` beside it: facts below each other. Gives the next baseline. */
export function facts(
  sheet: Sheet,
  rows: readonly (readonly [label: string, value: string, face?: 'mono'])[],
  place: { x: number; baseline: number; width: number; labelWidth: number; size: number; pitch: number },
): number {
  let { baseline } = place;
  for (const [label, value, face] of rows) {
    sheet.text(label, place.x, baseline, { size: place.size, role: 'quiet', maxWidth: place.labelWidth });
    sheet.text(value, place.x + place.labelWidth, baseline, {
      size: place.size,
      weight: 700,
      face: face ?? 'next',
      maxWidth: place.width - place.labelWidth,
    });
    baseline += place.pitch;
  }
  return baseline;
}
