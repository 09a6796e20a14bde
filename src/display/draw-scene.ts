import type { SKRSContext2D } from '@napi-rs/canvas';
import { qrModules } from './qr-modules.ts';
import type { BarItem, BoxItem, QrItem, Role, Scene, ShapeItem, TeamItem, TextItem } from './scene.ts';
import { TEAM_COLOURS } from './team-colours.ts';
import type { Palette } from './theme.ts';

/** Names under which the fonts are registered: no installed font has them. */
export const FONT_FAMILIES = { next: 'Bivouac Next', mono: 'Bivouac Mono' } as const;

/** Corners of a QR code's light square, in modules: well within the quiet zone. */
const QR_CORNER_MODULES = 1.5;
/** Thickness of outlines, as a share of the shape. */
const RING_SHARE = 0.14;
const OUTLINE_PX = 2;

/** Draws a scene; `scale` is that of the context's transform, for what must meet whole pixels. */
export function drawScene(context: SKRSContext2D, scene: Scene, palette: Palette, scale: number): void {
  const pen: Pen = { context, palette, scale };
  // Shaping must not follow the language of the host.
  context.lang = 'en';
  for (const item of scene.items) {
    switch (item.kind) {
      case 'text':
        drawText(pen, item);
        break;
      case 'box':
        drawBox(pen, item);
        break;
      case 'bar':
        drawBar(pen, item);
        break;
      case 'qr':
        drawQr(pen, item);
        break;
      case 'shape':
        drawShape(pen, item);
        break;
      case 'team':
        drawTeam(pen, item);
        break;
    }
  }
}

interface Pen {
  readonly context: SKRSContext2D;
  readonly palette: Palette;
  readonly scale: number;
}

function fill({ context, palette }: Pen, role: Role): void {
  context.fillStyle = palette.colours[role];
}

function drawText(pen: Pen, item: TextItem): void {
  const { context } = pen;
  fill(pen, item.role);
  context.fontVariantNumeric = item.figures === 'proportional' ? 'normal' : 'tabular-nums';
  context.font = `${item.weight} ${item.size}px "${FONT_FAMILIES[item.face]}"`;
  if (pen.palette.isOneBit && pen.scale === 1) {
    drawLetters(context, item);
    return;
  }
  context.textAlign = item.align;
  context.fillText(item.text, item.x, item.baseline, item.maxWidth);
}

/**
 * Without grey a stem between two pixels is drawn now thin, now thick: each letter starts on a whole pixel, and
 * so looks the same wherever it stands.
 */
function drawLetters(context: SKRSContext2D, item: TextItem): void {
  const letters = [...item.text];
  const advances = letters.map((letter) => Math.round(context.measureText(letter).width));
  const width = advances.reduce((sum, advance) => sum + advance, 0);
  const shift = { left: 0, center: width / 2, right: width }[item.align];
  context.textAlign = 'left';
  let x = Math.round(item.x - shift);
  for (const [index, letter] of letters.entries()) {
    context.fillText(letter, x, item.baseline);
    x += advances[index] ?? 0;
  }
}

function drawBox(pen: Pen, { x, y, width, height, radius, role }: BoxItem): void {
  const { context, palette } = pen;
  context.beginPath();
  // What is a shade of the ground elsewhere would be all ink here: only its edge is drawn.
  const isOutline = palette.isOneBit && (role === 'panel' || role === 'line') && height > OUTLINE_PX;
  if (isOutline) {
    const inset = OUTLINE_PX / 2;
    context.roundRect(x + inset, y + inset, width - OUTLINE_PX, height - OUTLINE_PX, radius);
    context.strokeStyle = palette.colours.line;
    context.lineWidth = OUTLINE_PX;
    context.stroke();
    return;
  }
  context.roundRect(x, y, width, height, radius);
  fill(pen, role);
  context.fill();
}

function drawBar(pen: Pen, { x, y, width, height, fraction, role }: BarItem): void {
  const { context } = pen;
  drawBox(pen, { kind: 'box', x, y, width, height, radius: height / 2, role: 'line' });
  if (fraction <= 0) return;
  context.save();
  context.beginPath();
  context.rect(x, y, width * fraction, height);
  context.clip();
  context.beginPath();
  context.roundRect(x, y, width, height, height / 2);
  fill(pen, role);
  context.fill();
  context.restore();
}

/** In whole pixels of the device, whatever the scale: a blurred edge is what readers stumble over. */
function drawQr({ context, palette, scale }: Pen, item: QrItem): void {
  const modules = qrModules(item.text, item.correction);
  const module = Math.max(1, Math.floor(item.modulePx * scale)) / scale;
  const room = item.modules * item.modulePx;
  const size = item.modules * module;
  const snap = (value: number) => Math.round((value + (room - size) / 2) * scale) / scale;
  const [left, top] = [snap(item.x), snap(item.y)];

  context.fillStyle = palette.qr.light;
  context.beginPath();
  context.roundRect(left, top, size, size, palette.isOneBit ? 0 : module * QR_CORNER_MODULES);
  context.fill();
  context.fillStyle = palette.qr.dark;
  for (const [row, line] of modules.entries()) {
    // Neighbours in one stroke: hundreds of small rectangles are slow.
    let start = -1;
    for (let column = 0; column <= line.length; column += 1) {
      if (line[column] === true) {
        if (start < 0) start = column;
      } else if (start >= 0) {
        context.fillRect(left + start * module, top + row * module, (column - start) * module, module);
        start = -1;
      }
    }
  }
}

function drawShape(pen: Pen, { shape, x, y, size, role }: ShapeItem): void {
  const { context, palette } = pen;
  const half = size / 2;
  context.beginPath();
  switch (shape) {
    case 'disc':
      context.arc(x, y, half, 0, Math.PI * 2);
      break;
    case 'square':
      context.roundRect(x - half, y - half, size, size, size * 0.12);
      break;
    case 'diamond':
      polygon(context, [x, y - half], [x + half, y], [x, y + half], [x - half, y]);
      break;
    case 'triangle':
      polygon(context, [x, y - half], [x + half, y + half], [x - half, y + half]);
      break;
    case 'ring':
      context.arc(x, y, half, 0, Math.PI * 2);
      context.strokeStyle = palette.colours[role];
      context.lineWidth = OUTLINE_PX;
      context.stroke();
      return;
  }
  fill(pen, role);
  context.fill();
}

function polygon(context: SKRSContext2D, ...corners: readonly (readonly [number, number])[]): void {
  for (const [index, [x, y]] of corners.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

function drawTeam(pen: Pen, { x, y, size, team }: TeamItem): void {
  const { context, palette } = pen;
  const line = Math.max(1.5, size * RING_SHARE);
  if (team === undefined) {
    context.beginPath();
    context.arc(x, y, (size - line) / 2, 0, Math.PI * 2);
    context.strokeStyle = palette.colours.quiet;
    context.lineWidth = line;
    context.stroke();
    return;
  }
  const { fill: colour, initials } = TEAM_COLOURS[team];
  if (!palette.isOneBit) {
    context.beginPath();
    context.arc(x, y, size / 2, 0, Math.PI * 2);
    context.fillStyle = palette.hasTeamColours ? colour : palette.colours.text;
    context.fill();
  }
  if (palette.hasTeamColours) {
    // Yellow on white and blue on black would otherwise have no edge.
    context.strokeStyle = palette.colours.quiet;
    context.lineWidth = 1;
    context.stroke();
    return;
  }
  const isOneBit = palette.isOneBit;
  const letter = isOneBit ? 14 : size * (initials.length === 1 ? 0.8 : 0.6);
  context.font = `700 ${letter}px "${FONT_FAMILIES.next}"`;
  context.textAlign = 'center';
  context.fillStyle = isOneBit ? palette.colours.text : palette.colours.onFill;
  context.fillText(initials, x, y + letter * 0.335);
}
