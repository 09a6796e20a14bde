import { qrModules } from './qr-modules.ts';
import type { BarItem, BoxItem, Item, QrItem, Scene, ShapeItem, TeamItem, TextItem } from './scene.ts';
import { TEAM_COLOURS } from './team-colours.ts';
import { type Palette, paletteOf } from './theme.ts';
import { widthOf } from './type.ts';

/** As pages know the fonts; `Bivouac …` are the names in the canvas only. */
const FAMILIES = {
  next: "'Atkinson Hyperlegible Next', sans-serif",
  mono: "'Atkinson Hyperlegible Mono', monospace",
} as const;
const OUTLINE_PX = 2;
/** Thickness of a ring, as a share of its size. */
const RING_SHARE = 0.14;
const ANCHORS = { left: 'start', center: 'middle', right: 'end' } as const;

/**
 * A scene as SVG, for pages: the same places and colours as on the screen, in the fonts of the page where it is put
 * into one. A QR code whose text is not told is an empty light square.
 */
export function sceneToSvg(scene: Scene): string {
  const { width, height, ink } = scene.design;
  const palette = paletteOf(ink, scene.theme, ink !== 'colour');
  const items = scene.items.map((item) => draw(item, palette)).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">` +
    `<title>${escaped(titleOf(scene))}</title>` +
    `<rect width="${width}" height="${height}" fill="${palette.colours.background}"/>${items}</svg>`
  );
}

/** For people who hear the page: the words of the screen, in their order. */
function titleOf({ items }: Scene): string {
  return items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])).join(' ');
}

function draw(item: Item, palette: Palette): string {
  switch (item.kind) {
    case 'text':
      return text(item, palette);
    case 'box':
      return box(item, palette);
    case 'bar':
      return bar(item, palette);
    case 'qr':
      return qr(item, palette);
    case 'shape':
      return shape(item, palette);
    case 'team':
      return team(item, palette);
  }
}

function text(item: TextItem, { colours }: Palette): string {
  const { x, baseline, size, weight, face, figures, role, align, maxWidth } = item;
  // Whatever the font of the page, the words take the room that they were given.
  const length = Math.min(maxWidth, widthOf(item.text, item));
  return (
    `<text x="${x}" y="${baseline}" fill="${colours[role]}" text-anchor="${ANCHORS[align]}" font-size="${size}"` +
    ` font-weight="${weight}" font-family="${FAMILIES[face]}" textLength="${rounded(length)}"` +
    ` lengthAdjust="spacingAndGlyphs"${figures === undefined ? ' font-variant="tabular-nums"' : ''}` +
    ` xml:space="preserve">${escaped(item.text)}</text>`
  );
}

function box({ x, y, width, height, radius, role }: BoxItem, { colours, isOneBit }: Palette): string {
  const place = `x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"`;
  // What is a shade of the ground elsewhere would be all ink here: only its edge is drawn.
  const isOutline = isOneBit && (role === 'panel' || role === 'line') && height > OUTLINE_PX;
  return isOutline
    ? `<rect ${place} fill="none" stroke="${colours.line}" stroke-width="${OUTLINE_PX}"/>`
    : `<rect ${place} fill="${colours[role]}"/>`;
}

function bar({ x, y, width, height, fraction, role }: BarItem, palette: Palette): string {
  const place = { kind: 'box', x, y, height, radius: height / 2 } as const;
  const left = rounded(width * Math.min(1, Math.max(0, fraction)));
  const whole = box({ ...place, width, role: 'line' }, palette);
  return left === 0 ? whole : whole + box({ ...place, width: left, role }, palette);
}

function qr({ x, y, modules, modulePx, text: says, correction }: QrItem, palette: Palette): string {
  const size = modules * modulePx;
  const ground = `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${palette.qr.light}"/>`;
  if (says === '') return ground;
  const dark = qrModules(says, correction).flatMap((row, line) =>
    row.flatMap((isDark, column) =>
      isDark
        ? [`M${x + column * modulePx} ${y + line * modulePx}h${modulePx}v${modulePx}h-${modulePx}z`]
        : [],
    ),
  );
  return `${ground}<path fill="${palette.qr.dark}" d="${dark.join('')}"/>`;
}

function shape({ shape: form, x, y, size, role }: ShapeItem, { colours }: Palette): string {
  const half = size / 2;
  const colour = colours[role];
  switch (form) {
    case 'disc':
      return `<circle cx="${x}" cy="${y}" r="${half}" fill="${colour}"/>`;
    case 'ring':
      return `<circle cx="${x}" cy="${y}" r="${half}" fill="none" stroke="${colour}" stroke-width="${OUTLINE_PX}"/>`;
    case 'square':
      return `<rect x="${x - half}" y="${y - half}" width="${size}" height="${size}" rx="${rounded(size * 0.12)}" fill="${colour}"/>`;
    case 'diamond':
      return polygon(colour, [x, y - half], [x + half, y], [x, y + half], [x - half, y]);
    case 'triangle':
      return polygon(colour, [x, y - half], [x + half, y + half], [x - half, y + half]);
  }
}

function polygon(colour: string, ...corners: readonly (readonly [number, number])[]): string {
  return `<polygon points="${corners.map((corner) => corner.join(',')).join(' ')}" fill="${colour}"/>`;
}

/** A disc of the team's colour; its initials where there are no colours; a ring for nobody's. */
function team({ x, y, size, team: name }: TeamItem, { colours, hasTeamColours, isOneBit }: Palette): string {
  if (name === undefined) {
    const line = Math.max(1.5, size * RING_SHARE);
    return `<circle cx="${x}" cy="${y}" r="${rounded((size - line) / 2)}" fill="none" stroke="${colours.quiet}" stroke-width="${rounded(line)}"/>`;
  }
  const { fill, initials } = TEAM_COLOURS[name];
  if (hasTeamColours) {
    return `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${fill}" stroke="${colours.quiet}"/>`;
  }
  const letter = isOneBit ? 14 : size * (initials.length === 1 ? 0.8 : 0.6);
  const disc = isOneBit ? '' : `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${colours.text}"/>`;
  return (
    `${disc}<text x="${x}" y="${rounded(y + letter * 0.335)}" fill="${isOneBit ? colours.text : colours.onFill}"` +
    ` text-anchor="middle" font-size="${rounded(letter)}" font-weight="700" font-family="${FAMILIES.next}">${initials}</text>`
  );
}

function rounded(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

/** Names come from strangers; what no XML document may hold is dropped. */
function escaped(words: string): string {
  return (
    words
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
