import { coordinateWords } from '../coordinates.ts';
import type { Scene, ScreenId } from '../scene.ts';
import type { DisplayState } from '../state.ts';
import { sizeThatFits, widthOf, wordsThatFit } from '../type.ts';
import { warningsOf } from '../warnings.ts';
import { wifiCode } from '../wifi-code.ts';
import {
  bearingWords,
  clockWords,
  distanceWords,
  fingerprintWords,
  grouped,
  offsetOf,
  roughCountdown,
  windWords,
} from '../words.ts';
import type { LiveContext, ScreenContext } from './context.ts';
import { whatAndWhen } from './emergency.ts';
import { QUIET_WORDS } from './pages.ts';
import { drawPassphrase } from './passphrase.ts';
import { Sheet } from './sheet.ts';

/**
 * 250 × 122 of electronic paper, black on white. A refresh takes seconds and wears it, so nothing here counts
 * seconds: times are whole minutes.
 */

const WIDTH = 250;
const HEIGHT = 122;
const MARGIN = 6;
const SMALL = 14;
/** The largest QR code has 40 modules of 3 pixels. */
const QR_MAX = 120;
const PITCH = 16;

export function paperScene(context: ScreenContext, screen: ScreenId): Scene {
  const { state } = context;
  const sheet = new Sheet(context, screen);
  if (state === undefined || screen === 'starting' || screen === 'stopped') {
    const [title, words] = QUIET_WORDS[screen === 'stopped' ? 'stopped' : 'starting'];
    centred(sheet, title, 60, 28);
    centred(sheet, words, 88, SMALL);
    return sheet.scene();
  }
  const live = { ...context, state };
  const draw = SCREENS[screen];
  return draw === undefined ? idle(sheet, live) : draw(sheet, live);
}

type Draw = (sheet: Sheet, context: LiveContext) => Scene;

const SCREENS: Partial<Record<ScreenId, Draw>> = {
  'first-boot': firstBoot,
  fingerprint,
  emergency,
  pairing,
  approval,
  onboarding,
  recovery,
  wifi,
  people,
  warnings,
  plaintext,
};

function turning(sheet: Sheet): Scene {
  const { controls } = sheet.context;
  return sheet.scene(controls.hasButtons ? { first: 'open-pairing', second: 'next-page' } : {});
}

function bold(sheet: Sheet, text: string, x: number, baseline: number, maxWidth: number, size = SMALL): void {
  sheet.text(text, x, baseline, { size, weight: 700, maxWidth });
}

/** Thin letters break up without grey: everything small is bold. */
function paragraph(
  sheet: Sheet,
  text: string,
  x: number,
  baseline: number,
  maxWidth: number,
  maxLines: number,
): void {
  sheet.lines(text, x, baseline, { size: SMALL, weight: 700, maxWidth, maxLines, pitch: PITCH });
}

function centred(sheet: Sheet, text: string, baseline: number, size: number): void {
  sheet.text(text, WIDTH / 2, baseline, { size, weight: 700, align: 'center', maxWidth: WIDTH - 2 * MARGIN });
}

/** A QR code at the left or right edge, as large as it needs. Gives its size, 0 without one. */
function codeAt(sheet: Sheet, side: 'left' | 'right', text: string | undefined): number {
  if (text === undefined) return 0;
  // How large it will be, from a sheet that nobody sees.
  const size = new Sheet(sheet.context, 'idle').qr(text, 0, 0, QR_MAX);
  if (size > 0) sheet.qr(text, side === 'left' ? 4 : WIDTH - 4 - size, Math.round((HEIGHT - size) / 2), size);
  return size;
}

/** A white word in a black band across the top. */
function band(sheet: Sheet, title: string, side = ''): void {
  sheet.box(0, 0, WIDTH, 22, 'bad');
  const sideWidth = side === '' ? 0 : widthOf(side, { size: SMALL, weight: 700, face: 'next' }) + 8;
  sheet.text(title, MARGIN, 16, {
    size: SMALL,
    weight: 700,
    role: 'onFill',
    maxWidth: WIDTH - 2 * MARGIN - sideWidth,
  });
  if (side !== '') {
    sheet.text(side, WIDTH - MARGIN, 16, { size: SMALL, weight: 700, role: 'onFill', align: 'right' });
  }
}

function idle(sheet: Sheet, { state }: LiveContext): Scene {
  const qrSize = codeAt(sheet, 'right', state.invitation ?? joinCode(state));
  const room = WIDTH - 2 * MARGIN - qrSize;
  bold(sheet, state.kitName, MARGIN, 16, room);
  const figure = String(state.team.connectedCount);
  const [gravest] = warningsOf(state);
  const words = state.notice ?? gravest?.title;
  const style = { weight: 700, face: 'next', figures: 'proportional' } as const;
  const size = sizeThatFits(figure, style, room, words === undefined ? [72, 56, 40] : [56, 40]);
  sheet.text(figure, MARGIN - 2, words === undefined ? 74 : 60, { ...style, size });
  if (words === undefined) {
    bold(sheet, 'on the map', MARGIN, 96, room);
    bold(sheet, quietWords(state), MARGIN, 113, room);
  } else {
    bold(sheet, 'on the map', MARGIN, 78, room);
    paragraph(sheet, words, MARGIN, 98, room, 2);
  }
  return turning(sheet);
}

function quietWords({ team: { connectedCount, quietCount } }: DisplayState): string {
  if (connectedCount === 0) return 'nobody yet';
  return quietCount === 0 ? 'all heard' : `${quietCount} quiet 5 min`;
}

function joinCode({ wifi: network }: DisplayState): string | undefined {
  return network?.isOn === true ? wifiCode(network) : undefined;
}

function firstBoot(sheet: Sheet, { state, controls }: LiveContext): Scene {
  const { claim } = state;
  if (claim === undefined) return turning(sheet);
  const qrSize = codeAt(sheet, 'left', joinCode(state) ?? claim.setupUrl);
  const x = qrSize > 0 ? qrSize + 9 : MARGIN;
  const room = WIDTH - x - 2;
  if (state.wifi?.isOn === true) {
    bold(sheet, `1 ${state.wifi.name}`, x, 16, room);
    const { passphrase } = state.wifi;
    const style = { size: SMALL, weight: 700, face: 'mono' } as const;
    // Whole or not at all; the QR code holds it anyway.
    if (passphrase !== undefined && widthOf(passphrase, style) <= room) sheet.text(passphrase, x, 34, style);
    else bold(sheet, 'Scan to join', x, 34, room);
  } else {
    bold(sheet, '1 Same network', x, 16, room);
  }
  bold(sheet, `2 ${state.addresses[0] ?? 'no address yet'}`, x, 58, room);
  bold(sheet, '3 Type this code', x, 82, room);
  sheet.code(grouped(claim.code), x, 108, { sizes: [28, 22, 20], maxWidth: room, role: 'text' });
  return sheet.scene(controls.hasButtons ? { second: 'next-page' } : {});
}

function fingerprint(sheet: Sheet, { state, controls }: LiveContext): Scene {
  band(sheet, 'Fingerprint of this kit');
  const groups = fingerprintWords(state.claim?.caFingerprint ?? '').split(' ');
  for (const [index, group] of groups.entries()) {
    sheet.text(group, MARGIN + (index % 4) * 61, 44 + Math.floor(index / 4) * 23, {
      size: 20,
      weight: 700,
      face: 'mono',
      maxWidth: 56,
    });
  }
  return sheet.scene(controls.hasButtons ? { second: 'next-page' } : {});
}

function emergency(sheet: Sheet, { state, controls }: LiveContext): Scene {
  const [alert] = state.emergencies;
  if (alert === undefined) return turning(sheet);
  const others = state.emergencies.length - 1;
  band(sheet, 'EMERGENCY', others > 0 ? `${others} more` : (clockWords(state, alert.agoMs) ?? ''));
  const size = sizeThatFits(alert.callsign, { weight: 700, face: 'next' }, WIDTH - 2 * MARGIN, [40, 28, 20]);
  centred(sheet, alert.callsign, 58, size);
  if (alert.position === undefined) {
    centred(sheet, alert.what, 82, SMALL);
  } else {
    const where = state.position && offsetOf(state.position, alert.position);
    const far =
      where &&
      `${distanceWords(where.metres, state.formats.distance)} ${windWords(where.bearingDeg, true)} ${bearingWords(where.bearingDeg)}`;
    centred(sheet, far ?? whatAndWhen(state, alert), 86, far === undefined ? SMALL : 20);
    const coordinates = coordinateWords(alert.position, state.formats.coordinates);
    sheet.text(coordinates, WIDTH / 2, 112, {
      size: sizeThatFits(coordinates, { weight: 700, face: 'mono' }, WIDTH - 8, [16, 14]),
      weight: 700,
      face: 'mono',
      align: 'center',
      maxWidth: WIDTH - 8,
    });
  }
  return sheet.scene(controls.hasButtons ? { second: 'set-aside' } : {});
}

function bigCode(sheet: Sheet, code: string, words: string): void {
  sheet.code(grouped(code), WIDTH / 2, 76, {
    sizes: [52, 44, 40],
    align: 'center',
    maxWidth: WIDTH - 2 * MARGIN,
    role: 'text',
  });
  centred(sheet, words, 106, SMALL);
}

function pairing(sheet: Sheet, { state, controls }: LiveContext): Scene {
  band(sheet, 'Pair a screen or watch', roughCountdown(state.pairing?.leftMs ?? 0));
  bigCode(sheet, state.pairing?.code ?? '', 'Type this on the watch or TV.');
  return sheet.scene(controls.hasButtons ? { first: 'stop-pairing', second: 'stop-pairing' } : {});
}

function recovery(sheet: Sheet, { state, controls }: LiveContext): Scene {
  band(sheet, 'Recovery code', roughCountdown(state.recovery?.leftMs ?? 0));
  const { code = '', address = '' } = state.recovery ?? {};
  const style = { size: SMALL, weight: 700, face: 'next' } as const;
  bigCode(sheet, code, wordsThatFit([`Type this at ${address}`, address], style, WIDTH - 2 * MARGIN));
  return sheet.scene(controls.hasButtons ? { second: 'end-recovery' } : {});
}

function approval(sheet: Sheet, { state, controls }: LiveContext): Scene {
  const { request } = state;
  if (request === undefined) return turning(sheet);
  const room = WIDTH - 2 * MARGIN;
  band(sheet, request.kind === 'tv' ? 'A TV wants to join' : `A ${request.kind} wants to join`);
  bold(sheet, request.name, MARGIN, 42, room, 16);
  sheet.code(grouped(request.code), MARGIN, 70, { sizes: [28], maxWidth: room, role: 'text' });
  bold(sheet, `From ${request.address}`, MARGIN, 90, room);
  if (!controls.hasButtons) {
    bold(sheet, 'Answer on an administrator’s phone.', MARGIN, 114, room);
    return sheet.scene({}, request.id);
  }
  for (const [shape, words, x] of [
    ['disc', 'Allow', MARGIN],
    ['square', 'Refuse', 124],
  ] as const) {
    sheet.shape(shape, x + 7, 110, 13, 'text');
    bold(sheet, words, x + 20, 116, 90, 16);
  }
  return sheet.scene({ first: 'approve', second: 'refuse' }, request.id);
}

function onboarding(sheet: Sheet, { state }: LiveContext): Scene {
  const adding = state.onboarding;
  if (adding === undefined) return turning(sheet);
  const qrSize = codeAt(sheet, 'left', adding.qr);
  if (qrSize > 0) {
    const x = qrSize + 9;
    const room = WIDTH - x - 2;
    bold(sheet, adding.name, x, 20, room, 16);
    paragraph(sheet, `Scan, then open in ${adding.client}.`, x, 46, room, 3);
    bold(sheet, roughCountdown(adding.leftMs), x, 112, room);
    return sheet.scene();
  }
  band(sheet, `Add a phone: ${adding.name}`, roughCountdown(adding.leftMs));
  paragraph(
    sheet,
    'Its code is too fine for this screen. Show it on the administrator’s phone.',
    MARGIN,
    50,
    WIDTH - 2 * MARGIN,
    4,
  );
  return sheet.scene();
}

function wifi(sheet: Sheet, { state }: LiveContext): Scene {
  const qrSize = codeAt(sheet, 'left', joinCode(state) ?? state.invitation);
  const x = qrSize > 0 ? qrSize + 9 : MARGIN;
  const room = WIDTH - x - 2;
  bold(sheet, 'Wi-Fi', x, 16, room);
  bold(sheet, state.wifi?.isOn === true ? state.wifi.name : 'off', x, 34, room, 16);
  const passphrase = state.wifi?.isOn === true ? state.wifi.passphrase : undefined;
  if (passphrase !== undefined) {
    drawPassphrase(sheet, passphrase, x, 41, { sizes: [SMALL], maxWidth: room, maxLines: 3 });
  }
  bold(sheet, state.addresses[0] ?? '', x, 114, room);
  return turning(sheet);
}

function people(sheet: Sheet, { state }: LiveContext): Scene {
  band(sheet, 'Heard last', `${state.team.connectedCount} on the map`);
  for (const [index, member] of state.team.roster.slice(0, 5).entries()) {
    const baseline = 41 + index * 19;
    sheet.team(member.team, MARGIN + 9, baseline - 5, 18);
    bold(sheet, member.callsign, MARGIN + 26, baseline, 150);
    const minutes = Math.floor(member.heardAgoMs / 60_000);
    sheet.text(minutes < 1 ? 'under 1 min' : `${minutes} min`, WIDTH - MARGIN, baseline, {
      size: SMALL,
      weight: 700,
      align: 'right',
      maxWidth: 84,
    });
  }
  return turning(sheet);
}

function warnings(sheet: Sheet, { state }: LiveContext): Scene {
  const all = warningsOf(state);
  const [gravest] = all;
  band(sheet, all.length === 1 ? 'One warning' : `The gravest of ${all.length}`);
  if (gravest !== undefined) {
    paragraph(sheet, `${gravest.title} ${gravest.rest}`, MARGIN, 42, WIDTH - 2 * MARGIN, 5);
  }
  return turning(sheet);
}

function plaintext(sheet: Sheet, { state }: LiveContext): Scene {
  band(sheet, 'Open without encryption');
  centred(sheet, state.plaintextPorts.map(({ port }) => port).join('  '), 66, 40);
  centred(sheet, 'Everybody on this network', 90, SMALL);
  centred(sheet, 'can listen.', 90 + PITCH, SMALL);
  return turning(sheet);
}
