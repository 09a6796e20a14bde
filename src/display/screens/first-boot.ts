import type { Scene } from '../scene.ts';
import type { DisplayClaim, DisplayState } from '../state.ts';
import { sizeThatFits, widthOf } from '../type.ts';
import { joinable, wifiCode } from '../wifi-code.ts';
import { countdown, fingerprintWords, grouped } from '../words.ts';
import type { LiveContext } from './context.ts';
import { type Metrics, metricsOf } from './metrics.ts';
import { header, hints } from './parts.ts';
import { drawPassphrase } from './passphrase.ts';
import { Sheet } from './sheet.ts';

/** A kit without an administrator: how to join, where to go, what to type. */
export function firstBoot(context: LiveContext, claim: DisplayClaim): Scene {
  const sheet = new Sheet(context, 'first-boot');
  const { state, design } = context;
  header(sheet, state.kitName, 'set up');
  const draw = { '1920x1080': threeCards, '800x480': twoCards, '480x320': beside, '320x240': tight } as const;
  draw[design.id as keyof typeof draw](sheet, state, claim);
  const { hasButtons } = context.controls;
  sheet.touch(0, 0, design.width, design.height, 'next-page');
  return sheet.scene(hasButtons ? { second: 'next-page' } : {});
}

/** What a phone scans first, and what the caption says about it. */
function joinCode(state: DisplayState, claim: DisplayClaim): { code: string; caption: string } {
  const network = joinable(state);
  return network === undefined
    ? { code: claim.setupUrl, caption: 'Scan to set up' }
    : { code: wifiCode(network), caption: 'Scan to join' };
}

function address(state: DisplayState): string {
  return state.addresses[0] ?? 'the address of this kit';
}

/** A large figure and what to do. */
function step(
  sheet: Sheet,
  figure: number,
  words: string,
  place: { x: number; baseline: number; size: number; indent: number },
): void {
  const { x, baseline, size, indent } = place;
  sheet.text(String(figure), x, baseline, { size: Math.round(size * 1.25), weight: 700, role: 'accent' });
  sheet.text(words, x + indent, baseline, { size, weight: 700 });
}

const SAME_NETWORK = 'by cable or Wi-Fi';

function firstStepWords(state: DisplayState): string {
  return joinable(state) === undefined ? 'Join the same network' : 'Join the Wi-Fi';
}

function beside(sheet: Sheet, state: DisplayState, claim: DisplayClaim): void {
  const network = joinable(state);
  const { code, caption } = joinCode(state, claim);
  sheet.qr(code, 16, 56, 192);
  sheet.text(caption, 112, 266, { size: 16, role: 'quiet', align: 'center' });

  const x = 228;
  const indent = 22;
  step(sheet, 1, firstStepWords(state), { x, baseline: 76, size: 16, indent });
  let baseline = 98;
  if (network !== undefined) {
    sheet.text(network.name, x + indent, baseline, { size: 14, role: 'quiet' });
    baseline += 20;
    if (network.passphrase !== undefined) {
      const look = { sizes: [16, 14] as const, maxWidth: 214, maxLines: 2 };
      baseline = drawPassphrase(sheet, network.passphrase, x + indent, baseline - 15, look);
    }
  }
  if (network === undefined) {
    const look = { size: 14, role: 'quiet', maxLines: 2, pitch: 18 } as const;
    sheet.lines(SAME_NETWORK, x + indent, 98, { ...look, maxWidth: 214 });
  }
  step(sheet, 2, 'Open https://', { x, baseline: 152, size: 16, indent });
  sheet.text(address(state), x + indent, 170, { size: 16, maxWidth: 214 });
  step(sheet, 3, 'Type this code', { x, baseline: 197, size: 16, indent });
  sheet.code(grouped(claim.code), x, 236, { sizes: [38, 28], maxWidth: 240 });
  sheet.text(`New code in ${countdown(claim.leftMs)}`, x, 266, { size: 14, role: 'quiet' });
  footer(sheet, metricsOf(sheet.context.design), claim, 4);
}

function tight(sheet: Sheet, state: DisplayState, claim: DisplayClaim): void {
  const network = joinable(state);
  const { code } = joinCode(state, claim);
  const hasQr = sheet.qr(code, 8, 38, 132) > 0;
  const x = hasQr ? 148 : 10;
  const indent = 16;
  step(sheet, 1, network === undefined ? 'Same network' : 'Join', { x, baseline: 56, size: 14, indent });
  let baseline = 74;
  if (network !== undefined) {
    sheet.text(network.name, x, baseline, { size: 14, role: 'quiet' });
    baseline += 18;
    if (network.passphrase !== undefined) {
      const look = { sizes: [16, 14] as const, maxWidth: 310 - x, maxLines: 2 };
      drawPassphrase(sheet, network.passphrase, x, baseline - 15, look);
    }
  }
  if (network === undefined) sheet.text('as this kit', x, 74, { size: 14, role: 'quiet' });
  step(sheet, 2, 'Open https://', { x, baseline: 132, size: 14, indent });
  sheet.text(address(state), x, 150, { size: 14 });
  sheet.text('3', 10, 190, { size: 20, weight: 700, role: 'accent' });
  sheet.text('Type this code', 26, 190, { size: 14, weight: 700 });
  sheet.text(countdown(claim.leftMs), 310, 190, { size: 14, role: 'quiet', align: 'right' });
  sheet.code(grouped(claim.code), 160, 226, { sizes: [40, 28], maxWidth: 300, align: 'center' });
}

function twoCards(sheet: Sheet, state: DisplayState, claim: DisplayClaim): void {
  const network = joinable(state);
  const indent = 28;
  const cardWidth = 368;
  const cards = [24, 408] as const;
  for (const x of cards) sheet.box(x, 76, cardWidth, 216, 'panel', 12);

  const [join, open] = cards;
  let textX = join + 16;
  if (network !== undefined) {
    sheet.qr(wifiCode(network), join + 12, 90, 188);
    textX = join + 214;
  }
  step(sheet, 1, network === undefined ? firstStepWords(state) : 'Join', {
    x: textX,
    baseline: 120,
    size: 20,
    indent,
  });
  const room = join + cardWidth - textX - 8;
  if (network !== undefined) {
    let baseline = sheet.lines(network.name, textX, 152, {
      size: 16,
      role: 'quiet',
      maxWidth: room,
      maxLines: 2,
      pitch: 20,
    });
    if (network.passphrase !== undefined) {
      const look = { sizes: [20, 16, 14] as const, maxWidth: room, maxLines: 4 };
      baseline = drawPassphrase(sheet, network.passphrase, textX, baseline - 12, look);
    }
  }

  if (network === undefined) {
    const look = { size: 20, role: 'quiet', maxLines: 4, pitch: 28 } as const;
    sheet.lines(SAME_NETWORK, textX + indent, 152, { ...look, maxWidth: cardWidth - 60 });
  }
  sheet.qr(claim.setupUrl, open + 12, 90, 188);
  step(sheet, 2, 'Open', { x: open + 208, baseline: 120, size: 20, indent });
  sheet.text('https://', open + 208, 148, { size: 16, role: 'quiet' });
  for (const [index, name] of state.addresses.slice(0, 3).entries()) {
    // An address with its port is worth more whole than bold.
    const isWide = widthOf(name, { size: 14, weight: 700, face: 'next' }) > 154;
    const weight = index === 0 && !isWide ? 700 : 400;
    const size = sizeThatFits(name, { weight, face: 'next' }, 154, [16, 14]);
    sheet.text(name, open + 208, 172 + index * 24, { size, weight, maxWidth: 154 });
  }

  step(sheet, 3, 'Type this code', { x: 24, baseline: 350, size: 20, indent });
  sheet.text(`New code in ${countdown(claim.leftMs)}`, 24 + indent, 380, { size: 16, role: 'quiet' });
  sheet.code(grouped(claim.code), 776, 376, { sizes: [88, 64], maxWidth: 510, align: 'right' });
  footer(sheet, metricsOf(sheet.context.design), claim, 16);
}

function threeCards(sheet: Sheet, state: DisplayState, claim: DisplayClaim): void {
  const network = joinable(state);
  const indent = 64;
  const [join, open, type] = [64, 680, 1296] as const;
  for (const x of [join, open, type]) sheet.box(x, 176, 560, 664, 'panel', 24);

  step(sheet, 1, firstStepWords(state), { x: join + 32, baseline: 248, size: 40, indent });
  if (network !== undefined) {
    sheet.qr(wifiCode(network), join + 80, 284, 400);
    sheet.text(network.name, join + 280, 736, {
      size: 32,
      role: 'quiet',
      align: 'center',
      maxWidth: 500,
    });
    if (network.passphrase !== undefined) {
      sheet.code(network.passphrase, join + 280, 796, {
        sizes: [40, 32, 28, 20, 14],
        maxWidth: 520,
        align: 'center',
        role: 'text',
      });
    }
  }

  if (network === undefined) {
    const look = { size: 40, role: 'quiet', maxLines: 6, pitch: 56 } as const;
    sheet.lines(SAME_NETWORK, join + 32 + indent, 330, { ...look, maxWidth: 430 });
  }
  step(sheet, 2, 'Open the setup page', { x: open + 32, baseline: 248, size: 40, indent });
  sheet.qr(claim.setupUrl, open + 80, 284, 400);
  for (const [index, name] of state.addresses.slice(0, 2).entries()) {
    const words = `https://${name}`;
    const weight = index === 0 ? 700 : 400;
    sheet.text(words, open + 280, 736 + index * 56, {
      size: sizeThatFits(words, { weight, face: 'next' }, 520, [40, 32, 28]),
      weight,
      align: 'center',
      maxWidth: 520,
    });
  }

  step(sheet, 3, 'Type this code', { x: type + 32, baseline: 248, size: 40, indent });
  // In two halves below each other: on one line it could not be read across a tent.
  const [first = '', second = ''] = grouped(claim.code).split('-');
  for (const [half, baseline] of [
    [first, 470],
    [second, 640],
  ] as const) {
    sheet.code(half, type + 280, baseline, { sizes: [180, 128], maxWidth: 500, align: 'center' });
  }
  sheet.text(`New code in ${countdown(claim.leftMs)}`, type + 280, 780, {
    size: 32,
    role: 'quiet',
    align: 'center',
  });
  footer(sheet, metricsOf(sheet.context.design), claim, 16);
}

/** The start of the fingerprint (all of it where there is room), and how to see the rest. */
function footer(sheet: Sheet, metrics: Metrics, claim: DisplayClaim, groups: number): void {
  const isWhole = groups === 16;
  const { hasButtons, hasTouch } = sheet.context.controls;
  hints(sheet, { second: 'Fingerprint of this kit', touch: 'Touch for the fingerprint of this kit' });
  if (!isWhole && (hasButtons || hasTouch)) return;
  const { margin, bottom, small } = metrics;
  const words = fingerprintWords(claim.caFingerprint, groups);
  const style = { size: 0, weight: 400, face: 'mono' } as const;
  const x = margin + small * 2;
  const room = sheet.context.design.width - margin - x;
  const size = sizeThatFits(words, style, room, [small, 14]);
  const baseline = bottom - (hasButtons || hasTouch ? metrics.hints : 0) - Math.round(small * 0.2);
  sheet.text('CA', margin, baseline, { size, weight: 700, role: 'quiet' });
  const shown = isWhole ? words : `${words} …`;
  sheet.text(shown, x, baseline, { ...style, size, role: 'quiet', maxWidth: room });
}

/** The whole fingerprint, to compare with what a phone shows before it trusts the kit. */
export function fingerprint(context: LiveContext, claim: DisplayClaim): Scene {
  const sheet = new Sheet(context, 'fingerprint');
  const metrics = metricsOf(context.design);
  const { margin, top, body, lead, small } = metrics;
  const { width } = context.design;
  header(sheet, 'Fingerprint of this kit', 'set up');
  const words =
    'A phone that asks whether to trust this kit shows these figures. Other figures: another box.';
  const pitch = Math.round(body * 1.3);
  const end = sheet.lines(words, margin, top + body, {
    size: body,
    role: 'quiet',
    maxWidth: width - 2 * margin,
    maxLines: 3,
    pitch,
  });

  const groups = fingerprintWords(claim.caFingerprint).split(' ');
  const size = context.design.id === '320x240' ? 20 : Math.round(lead * 1.55);
  const columnWidth = (width - 2 * margin) / 4;
  for (const [index, group] of groups.entries()) {
    const x = margin + (index % 4) * columnWidth;
    sheet.text(group, x, end + size * 1.1 + Math.floor(index / 4) * size * 1.5, {
      size,
      weight: 700,
      face: 'mono',
      maxWidth: columnWidth - small / 2,
    });
  }
  hints(sheet, { second: 'Back', touch: 'Touch to go back' });
  sheet.touch(0, 0, width, context.design.height, 'next-page');
  return sheet.scene(context.controls.hasButtons ? { second: 'next-page' } : {});
}
