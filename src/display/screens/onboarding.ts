import type { Scene } from '../scene.ts';
import type { DisplayState, Onboarding } from '../state.ts';
import { wordsThatFit } from '../type.ts';
import { joinable } from '../wifi-code.ts';
import { countdown } from '../words.ts';
import type { LiveContext } from './context.ts';
import { metricsOf } from './metrics.ts';
import { header } from './parts.ts';
import { Sheet } from './sheet.ts';

const PLACES = {
  '1920x1080': {
    qr: { x: 64, y: 176, room: 760 },
    x: 920,
    first: 300,
    pitch: 150,
    size: 56,
    small: 40,
    indent: 88,
  },
  '800x480': {
    qr: { x: 24, y: 76, room: 340 },
    x: 392,
    first: 130,
    pitch: 92,
    size: 28,
    small: 20,
    indent: 40,
  },
  '480x320': {
    qr: { x: 12, y: 52, room: 228 },
    x: 252,
    first: 88,
    pitch: 68,
    size: 20,
    small: 16,
    indent: 26,
  },
  '320x240': {
    qr: { x: 6, y: 36, room: 188 },
    x: 200,
    first: 58,
    pitch: 52,
    size: 16,
    small: 14,
    indent: 20,
  },
} as const;

/** One phone is added: the code it scans, and the three things to do. */
export function onboarding(context: LiveContext, adding: Onboarding): Scene {
  const sheet = new Sheet(context, 'onboarding');
  const { state, design } = context;
  const place = PLACES[design.id as keyof typeof PLACES];
  const { margin, bottom } = metricsOf(design);
  header(sheet, `Add a phone: ${adding.name}`, countdown(adding.leftMs));
  const { x: qrX, y: qrY, room } = place.qr;
  if (sheet.qr(adding.qr, qrX, qrY, room) === 0) {
    sheet.lines(
      'This code is too fine for this screen. Show it on the administrator’s phone.',
      qrX + 8,
      qrY + place.size * 1.5,
      {
        size: place.small,
        maxWidth: room - 8,
        maxLines: 6,
        pitch: Math.round(place.small * 1.3),
      },
    );
  }
  const { size, small, x, indent } = place;
  const width = design.width - margin - x - indent;
  for (const [index, [what, detail]] of steps(state, adding).entries()) {
    const baseline = place.first + index * place.pitch;
    sheet.text(String(index + 1), x, baseline, { size: Math.round(size * 1.2), weight: 700, role: 'accent' });
    const bold = { size, weight: 700, face: 'next' } as const;
    sheet.text(wordsThatFit(what, bold, width), x + indent, baseline, { ...bold, maxWidth: width });
    const plain = { size: small, weight: 400, face: 'next' } as const;
    const below = baseline + small * 1.35;
    sheet.text(wordsThatFit(detail, plain, width), x + indent, below, {
      ...plain,
      role: 'quiet',
      maxWidth: width,
    });
  }
  const height = Math.max(6, Math.round(design.height / 36));
  const barWidth = design.width - margin - x;
  sheet.bar(x, bottom - height - Math.round(height / 2), barWidth, height, adding.leftMs / adding.lifeMs);
  return sheet.scene();
}

type Wordings = readonly string[];

/** What to do and how, each from the fullest wording to the shortest. */
function steps(
  state: DisplayState,
  { client }: Onboarding,
): readonly (readonly [what: Wordings, detail: Wordings])[] {
  const network = joinable(state);
  return [
    network === undefined
      ? [
          ['Join the network', 'Same network'],
          ['the one this kit is on', 'as this kit'],
        ]
      : [['Join the Wi-Fi', 'Join Wi-Fi'], [network.name]],
    [
      ['Scan this code', 'Scan this'],
      ['with the phone’s camera', 'by camera'],
    ],
    [
      [`Open in ${client}`, `Open ${client}`, client],
      ['it does the rest', 'that is all'],
    ],
  ];
}
