import type { Scene, ScreenId } from '../scene.ts';
import { sizeThatFits } from '../type.ts';
import { warningsOf } from '../warnings.ts';
import { wifiCode } from '../wifi-code.ts';
import type { LiveContext, ScreenContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import { button, hasHints, header, hints, panelSize, statusWords, warningPanel } from './parts.ts';
import { drawPassphrase } from './passphrase.ts';
import { Sheet } from './sheet.ts';

/** The pages that a button turns over, and the two screens around the kit's life. */

const TURN = { first: 'Pair a screen', second: 'More', touch: 'Touch for more' } as const;

function turning(sheet: Sheet): Scene {
  const { design, controls } = sheet.context;
  hints(sheet, TURN);
  sheet.touch(0, 0, design.width, design.height, 'next-page');
  return sheet.scene(controls.hasButtons ? { first: 'open-pairing', second: 'next-page' } : {});
}

/** How to reach the kit, for a phone or a screen. */
export function wifi(context: LiveContext): Scene {
  const sheet = new Sheet(context, 'wifi');
  const { state, design, controls } = context;
  const {
    margin,
    top,
    bottom,
    body,
    big,
    small,
    gap,
    hints: hintRoom,
    button: buttonHeight,
  } = metricsOf(design);
  header(sheet, 'Join this kit', statusWords(state));
  const end = hasHints(sheet) ? bottom - hintRoom : bottom;
  const room = Math.min(end - top, Math.floor(design.width * 0.45));
  const network = state.wifi;
  const code = network?.isOn === true ? wifiCode(network) : state.invitation;
  const hasQr = code !== undefined && sheet.qr(code, margin, top, room) > 0;
  const x = hasQr ? margin + room + gap * 2 : margin;
  const width = design.width - margin - x;

  let baseline = top + body;
  const label = (words: string) => {
    sheet.text(words, x, baseline, { size: small, role: 'quiet', maxWidth: width });
  };
  // A finger's target takes the foot of the column: what does not fit above it is left out.
  const isTouched = controls.hasTouch && !controls.hasButtons;
  const foot = isTouched ? end - buttonHeight - gap : end;
  const fact = (words: string, value: string) => {
    if (baseline + big * 1.2 > foot) return;
    label(words);
    const style = { weight: 700, face: 'next' } as const;
    const size = sizeThatFits(value, style, width, [big, body, small]);
    sheet.text(value, x, baseline + size * 1.15, { ...style, size, maxWidth: width });
    baseline += size * 2.35 + small * 0.5;
  };
  if (network !== undefined) {
    fact('Wi-Fi', network.isOn ? network.name : 'off');
    if (network.isOn && network.passphrase !== undefined) {
      label('Passphrase');
      const look = { sizes: [big, body, small] as const, maxWidth: width, maxLines: 4 };
      baseline = drawPassphrase(sheet, network.passphrase, x, baseline + small * 0.3, look) + small * 1.6;
    }
  }
  const [address] = state.addresses;
  if (address !== undefined) fact('Open', `https://${address}`);

  const scene = turning(sheet);
  if (!isTouched) return scene;
  // On top of the area that turns the page: the later one is asked first.
  const area = { x, y: end - buttonHeight, width, height: buttonHeight };
  button(sheet, { ...area, label: 'Pair a screen', shape: 'disc', action: 'open-pairing', isMain: true });
  return sheet.scene();
}

/** Everything that is wrong, gravest first, as much as fits. */
export function warnings(context: LiveContext): Scene {
  const sheet = new Sheet(context, 'warnings');
  const { state, design } = context;
  const { margin, top, bottom, gap, small, hints: hintRoom } = metricsOf(design);
  const all = warningsOf(state);
  header(sheet, all.length === 1 ? 'One warning' : `${all.length} warnings`, statusWords(state));
  const end = hasHints(sheet) ? bottom - hintRoom : bottom;
  let y = top;
  for (const [index, warning] of all.entries()) {
    const place = { x: margin, width: design.width - 2 * margin, edge: { top: y }, maxLines: 3 };
    const isLast = index === all.length - 1;
    const { height } = panelSize(sheet, warning, place);
    // Where one more would not fit, a line says how many are left out.
    const room = isLast ? end : end - small * 1.5;
    if (y + height > room) {
      sheet.text(`and ${all.length - index} more`, margin, y + small, { size: small, role: 'quiet' });
      break;
    }
    y = warningPanel(sheet, warning, place).bottom + gap;
  }
  return turning(sheet);
}

/** Ports that anybody can listen at: said on a page of its own for as long as they are open. */
export function plaintext(context: LiveContext): Scene {
  const sheet = new Sheet(context, 'plaintext');
  const { state, design } = context;
  const { margin, top, body, big, huge, gap } = metricsOf(design);
  header(sheet, 'Open without encryption');
  const room = design.width - 2 * margin;
  let baseline = top + huge;
  for (const { kind, port } of state.plaintextPorts.slice(0, 2)) {
    sheet.shape('diamond', margin + huge * 0.4, baseline - huge * 0.34, Math.round(huge * 0.7), 'careful');
    sheet.text(String(port), margin + huge, baseline, { size: huge, weight: 700, role: 'careful' });
    sheet.text(kind === 'cot' ? 'positions and chat' : 'pages and sign-in', margin + huge * 3.8, baseline, {
      size: big,
      maxWidth: room - huge * 3.8,
    });
    baseline += Math.round(huge * 1.3);
  }
  sheet.lines(PLAINTEXT_WORDS, margin, baseline + gap, {
    size: body,
    role: 'quiet',
    maxWidth: room,
    maxLines: 4,
    pitch: Math.round(body * 1.35),
  });
  return turning(sheet);
}

export const PLAINTEXT_WORDS =
  'Everybody on this network can listen, and passwords can be read. For devices that know no better; turn it off in Kit, Settings when they are gone.';

/** Before the kit is up, and after it went down: a picture that stays must not lie. */
export function quietScreen(context: ScreenContext, screen: ScreenId & ('starting' | 'stopped')): Scene {
  const sheet = new Sheet(context, screen);
  const { design } = context;
  const { huge, body } = metricsOf(design);
  const middle = design.width / 2;
  const [title, words] = QUIET_WORDS[screen];
  sheet.text(title, middle, design.height / 2, { size: huge, weight: 700, align: 'center' });
  sheet.text(words, middle, design.height / 2 + body * 2, { size: body, role: 'quiet', align: 'center' });
  return sheet.scene();
}

export const QUIET_WORDS = {
  starting: ['Starting', 'Positions flow in a moment.'],
  stopped: ['Stopped', 'Nobody hears anybody now.'],
} as const;
