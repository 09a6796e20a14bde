import type { Role, Scene, ScreenId } from '../scene.ts';
import type { DisplayClaim, DisplayState } from '../state.ts';
import { sizeThatFits, wrapped } from '../type.ts';
import { warningsOf } from '../warnings.ts';
import {
  ageWords,
  clockWords,
  countdown,
  distanceWords,
  fingerprintWords,
  grouped,
  offsetOf,
  supplyWords,
  windWords,
} from '../words.ts';
import type { LiveContext, ScreenContext } from './context.ts';
import { QUIET_WORDS } from './pages.ts';
import { Sheet } from './sheet.ts';

/** 128 × 64 points of light: one line of label, one of value; a button turns the leaves. */

const WIDTH = 128;
const HEIGHT = 64;
const LABEL_BASELINE = 12;
/** First row below the label, and the last one above a foot. */
const VALUE_TOP = 18;
const ABOVE_FOOT = 48;
/** Height of a capital letter, as a share of the size. */
const CAPITAL = 0.67;
const FOOT_BASELINE = 61;
const SMALL = 14;

/** One thing to know. `face` mono for what is copied letter by letter. */
interface Leaf {
  readonly label: string;
  readonly value: string;
  readonly face?: 'mono';
  /** A third line, where the value alone would mislead. */
  readonly foot?: string;
}

export function oledScene(context: ScreenContext, screen: ScreenId): Scene {
  const { state } = context;
  const sheet = new Sheet(context, screen);
  if (state === undefined || screen === 'starting' || screen === 'stopped') {
    const [title] = QUIET_WORDS[screen === 'stopped' ? 'stopped' : 'starting'];
    return leafScene(sheet, { label: state?.kitName ?? 'Bivouac', value: title });
  }
  return liveScene({ ...context, state }, sheet, screen);
}

function liveScene({ state, controls, page }: LiveContext, sheet: Sheet, screen: ScreenId): Scene {
  const { hasButtons } = controls;
  const [alert] = state.emergencies;
  if (screen === 'emergency' && alert !== undefined) {
    sheet.box(0, 0, WIDTH, 17, 'bad');
    sheet.text('EMERGENCY', WIDTH / 2, 13, { size: SMALL, weight: 700, role: 'onFill', align: 'center' });
    value(sheet, alert.callsign, ABOVE_FOOT, [28, 20, 16]);
    const where = alert.position && state.position && offsetOf(state.position, alert.position);
    const far =
      where && `${distanceWords(where.metres, state.formats.distance)} ${windWords(where.bearingDeg, true)}`;
    foot(sheet, far ?? alert.what);
    return sheet.scene(hasButtons ? { second: 'set-aside' } : {});
  }
  if (screen === 'pairing' && state.pairing !== undefined) {
    return timedCode(
      sheet,
      'Pair',
      state.pairing,
      hasButtons ? { first: 'stop-pairing', second: 'stop-pairing' } : {},
    );
  }
  if (screen === 'recovery' && state.recovery !== undefined) {
    return timedCode(sheet, 'Recover', state.recovery, hasButtons ? { second: 'end-recovery' } : {});
  }
  if (screen === 'approval' && state.request !== undefined) {
    const { request } = state;
    label(sheet, `${request.name}?`);
    value(sheet, grouped(request.code), ABOVE_FOOT, [20], 'mono');
    if (!hasButtons) {
      foot(sheet, 'Answer on a phone');
      return sheet.scene({}, request.id);
    }
    sheet.shape('disc', 6, FOOT_BASELINE - 5, 10, 'text');
    sheet.text('Allow', 15, FOOT_BASELINE, { size: SMALL, weight: 700 });
    sheet.shape('square', 68, FOOT_BASELINE - 5, 10, 'text');
    sheet.text('Refuse', 77, FOOT_BASELINE, { size: SMALL, weight: 700 });
    return sheet.scene({ first: 'approve', second: 'refuse' }, request.id);
  }
  if (screen === 'onboarding' && state.onboarding !== undefined) {
    // No code that a phone could read fits on 64 rows.
    const leaf = { label: 'Add a phone', value: state.onboarding.name, foot: 'Code is on a phone' };
    return leafScene(sheet, leaf);
  }
  const leaves = state.claim === undefined ? idleLeaves(state) : firstBootLeaves(state, state.claim);
  const leaf = leaves[page % leaves.length] ?? { label: state.kitName, value: '' };
  return leafScene(sheet, leaf, leaves.length > 1 ? `${(page % leaves.length) + 1}/${leaves.length}` : '');
}

function firstBootLeaves(state: DisplayState, claim: DisplayClaim): readonly Leaf[] {
  return [
    ...wifiLeaves(state, '1 '),
    ...state.addresses.slice(0, 1).map((address) => ({ label: '2 Open', value: address })),
    {
      label: '3 Type',
      value: grouped(claim.code),
      face: 'mono' as const,
      foot: `${countdown(claim.leftMs)} left`,
    },
    { label: 'CA begins', value: fingerprintWords(claim.caFingerprint, 2), face: 'mono' as const },
  ];
}

function wifiLeaves({ wifi }: DisplayState, figure = ''): readonly Leaf[] {
  if (wifi === undefined) return [];
  if (!wifi.isOn) return [{ label: `${figure}Wi-Fi`, value: 'off' }];
  const { name, passphrase } = wifi;
  return [
    { label: `${figure}Wi-Fi`, value: name },
    ...(passphrase === undefined ? [] : [{ label: 'Passphrase', value: passphrase, face: 'mono' as const }]),
  ];
}

/** The number first; then what is wrong, then the rest. */
function idleLeaves(state: DisplayState): readonly Leaf[] {
  const { team } = state;
  const warnings = warningsOf(state).map(({ severity, title }) => ({
    label: severity === 'bad' ? 'Wrong' : 'Note',
    value: title,
  }));
  const battery = supplyWords(state);
  const [latest] = team.roster;
  return [
    {
      label: 'On the map',
      value: String(team.connectedCount),
      ...(warnings.length === 0
        ? {}
        : { foot: warnings.length === 1 ? '1 warning' : `${warnings.length} warnings` }),
    },
    ...warnings,
    ...(latest === undefined
      ? []
      : [{ label: `Heard ${ageWords(latest.heardAgoMs)}`, value: latest.callsign }]),
    ...wifiLeaves(state),
    ...state.addresses.slice(0, 1).map((address) => ({ label: 'Open', value: address })),
    { label: state.time.source === 'gps' ? 'Time, GPS' : 'Time', value: clockWords(state) ?? 'not set' },
    ...(battery === undefined ? [] : [{ label: 'Battery', value: battery }]),
  ];
}

function timedCode(
  sheet: Sheet,
  words: string,
  timed: { code: string; leftMs: number; lifeMs: number },
  buttons: Scene['buttons'],
): Scene {
  label(sheet, words, countdown(timed.leftMs));
  value(sheet, grouped(timed.code), 54, [28, 22, 20], 'mono');
  sheet.bar(0, 56, WIDTH, 8, timed.leftMs / timed.lifeMs);
  return sheet.scene(buttons);
}

function leafScene(sheet: Sheet, leaf: Leaf, side = ''): Scene {
  label(sheet, leaf.label, side);
  const smallest = leaf.face === 'mono' ? SMALL : 16;
  if (leaf.foot === undefined) value(sheet, leaf.value, HEIGHT, [40, 28, 20, smallest], leaf.face);
  else value(sheet, leaf.value, ABOVE_FOOT, [32, 28, 20, smallest], leaf.face);
  if (leaf.foot !== undefined) foot(sheet, leaf.foot);
  const { hasButtons } = sheet.context.controls;
  if (!hasButtons) return sheet.scene();
  const canPair = sheet.context.state?.claim === undefined;
  return sheet.scene(canPair ? { first: 'open-pairing', second: 'next-page' } : { second: 'next-page' });
}

function label(sheet: Sheet, words: string, side = ''): void {
  sheet.text(words, 0, LABEL_BASELINE, { size: SMALL, weight: 700, maxWidth: side === '' ? WIDTH : 96 });
  if (side !== '') sheet.text(side, WIDTH, LABEL_BASELINE, { size: SMALL, weight: 700, align: 'right' });
  sheet.box(0, 16, WIDTH, 1, 'line');
}

/** As large as one line allows, in the middle of its rows; what does not fit at the smallest goes on two. */
function value(
  sheet: Sheet,
  words: string,
  bottom: number,
  sizes: readonly [number, ...number[]],
  face: 'next' | 'mono' = 'next',
): void {
  const style = {
    size: sizeThatFits(words, { weight: 700, face }, WIDTH, sizes),
    weight: 700,
    face,
  } as const;
  const lines = wrapped(words, style, WIDTH, 2);
  const pitch = Math.round(style.size * 1.15);
  const height = (lines.length - 1) * pitch + style.size * CAPITAL;
  const first = (VALUE_TOP + bottom + height) / 2 - (lines.length - 1) * pitch;
  for (const [index, line] of lines.entries()) {
    sheet.text(line, WIDTH / 2, first + index * pitch, { ...style, align: 'center' });
  }
}

function foot(sheet: Sheet, words: string): void {
  const role: Role = 'text';
  sheet.text(words, WIDTH / 2, FOOT_BASELINE, { size: SMALL, weight: 700, role, align: 'center' });
}
