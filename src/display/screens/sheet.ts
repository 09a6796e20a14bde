import { qrModules } from '../qr-modules.ts';
import type {
  Face,
  Item,
  QrItem,
  Role,
  Scene,
  ScreenAction,
  ScreenId,
  Shape,
  TouchArea,
  Weight,
} from '../scene.ts';
import type { TeamColour } from '../team-colours.ts';
import { shortened, sizeThatFits, wrapped } from '../type.ts';
import type { ScreenContext } from './context.ts';

export interface TextStyle {
  readonly size: number;
  readonly weight?: Weight;
  readonly face?: Face;
  readonly figures?: 'proportional';
  readonly role?: Role;
  readonly align?: 'left' | 'center' | 'right';
  /** Longer text ends in `…`. Default: to the edge of the screen. */
  readonly maxWidth?: number;
}

/** A module smaller than this is lost to a phone's camera at arm's length. */
const MODULE_PX_MIN = 3;
const QR_BYTES_MAX = 1_000;

/** Collects what one screen shows; layouts write on it from the top down. */
export class Sheet {
  readonly context: ScreenContext;
  readonly #screen: ScreenId;
  readonly #items: Item[] = [];
  readonly #touch: TouchArea[] = [];

  constructor(context: ScreenContext, screen: ScreenId) {
    this.context = context;
    this.#screen = screen;
  }

  text(text: string, x: number, baseline: number, style: TextStyle): void {
    const { size, weight = 400, face = 'next', role = 'text', align = 'left' } = style;
    const maxWidth = style.maxWidth ?? this.#roomAt(x, align);
    const figures = style.figures === undefined ? {} : { figures: style.figures };
    const fitting = shortened(text, { size, weight, face, ...figures }, maxWidth);
    this.#items.push({
      kind: 'text',
      x: Math.round(x),
      baseline: Math.round(baseline),
      text: fitting,
      size,
      weight,
      face,
      ...figures,
      role,
      align,
      maxWidth: Math.ceil(maxWidth),
    });
  }

  /** Lines below each other; gives the baseline that a next one would have. */
  lines(
    text: string,
    x: number,
    baseline: number,
    style: TextStyle & { readonly maxLines: number; readonly pitch: number },
  ): number {
    const { size, weight = 400, face = 'next', align = 'left' } = style;
    const maxWidth = style.maxWidth ?? this.#roomAt(x, align);
    const lines = wrapped(text, { size, weight, face }, maxWidth, style.maxLines);
    for (const [index, line] of lines.entries()) this.text(line, x, baseline + index * style.pitch, style);
    return baseline + lines.length * style.pitch;
  }

  /** A code in one piece, as large as `sizes` and the width allow. */
  code(
    code: string,
    x: number,
    baseline: number,
    style: Omit<TextStyle, 'size'> & { readonly sizes: readonly [number, ...number[]] },
  ): void {
    const maxWidth = style.maxWidth ?? this.#roomAt(x, style.align ?? 'left');
    const size = sizeThatFits(code, { weight: 700, face: 'mono' }, maxWidth, style.sizes);
    this.text(code, x, baseline, { weight: 700, face: 'mono', role: 'accent', ...style, size, maxWidth });
  }

  box(x: number, y: number, width: number, height: number, role: Role, radius = 0): void {
    this.#items.push({ kind: 'box', x, y, width, height, role, radius });
  }

  bar(x: number, y: number, width: number, height: number, fraction: number, role: Role = 'accent'): void {
    // In whole pixels: a bar that has not moved visibly is not worth a new frame.
    const pixels = Math.round(Math.min(1, Math.max(0, fraction)) * width);
    this.#items.push({ kind: 'bar', x, y, width, height, fraction: pixels / width, role });
  }

  shape(shape: Shape, x: number, y: number, size: number, role: Role): void {
    this.#items.push({ kind: 'shape', shape, x, y, size, role });
  }

  team(team: TeamColour | undefined, x: number, y: number, size: number): void {
    this.#items.push({ kind: 'team', x, y, size, team });
  }

  /**
   * A QR code in the middle of a square of `room` pixels at x, y, with whole pixels for each module. Gives its
   * size; 0 when its modules would be too small to read: then nothing is drawn, and words must do.
   */
  qr(text: string, x: number, y: number, room: number): number {
    const fitting = qrThatFits(text, room);
    if (fitting === undefined) return 0;
    const size = fitting.modules * fitting.modulePx;
    const margin = Math.floor((room - size) / 2);
    this.#items.push({ kind: 'qr', x: x + margin, y: y + margin, text, ...fitting });
    return size;
  }

  touch(x: number, y: number, width: number, height: number, action: ScreenAction): void {
    if (this.context.controls.hasTouch) this.#touch.push({ x, y, width, height, action });
  }

  scene(buttons: Scene['buttons'] = {}, requestId?: string): Scene {
    const { design, theme } = this.context;
    return {
      screen: this.#screen,
      design,
      theme,
      items: this.#items,
      touch: this.#touch,
      buttons,
      ...(requestId === undefined ? {} : { requestId }),
    };
  }

  #roomAt(x: number, align: 'left' | 'center' | 'right'): number {
    const { width } = this.context.design;
    if (align === 'left') return width - x;
    return align === 'right' ? x : 2 * Math.min(x, width - x);
  }
}

/** Better correction where it costs nothing, the least where only that fits. */
function qrThatFits(
  text: string,
  room: number,
): Pick<QrItem, 'correction' | 'modules' | 'modulePx'> | undefined {
  // Beyond this even the largest code is full, and no phone would read it.
  if (new TextEncoder().encode(text).length > QR_BYTES_MAX) return undefined;
  for (const correction of ['medium', 'low'] as const) {
    const modules = qrModules(text, correction).length;
    const modulePx = Math.floor(room / modules);
    if (modulePx >= MODULE_PX_MIN) return { correction, modules, modulePx };
  }
  return undefined;
}
