import type { Scene } from '../scene.ts';
import type { PairingRequest } from '../state.ts';
import { widthOf, wordsThatFit } from '../type.ts';
import { agoWords, channelWords, grouped } from '../words.ts';
import type { LiveContext } from './context.ts';
import { type ColourDesignId, metricsOf } from './metrics.ts';
import { button, header } from './parts.ts';
import { Sheet } from './sheet.ts';

const KINDS: Record<PairingRequest['kind'], { label: string; title: string }> = {
  tv: { label: 'TV', title: 'A TV wants to join' },
  watch: { label: 'Watch', title: 'A watch wants to join' },
  screen: { label: 'Screen', title: 'A screen wants to join' },
};

/** A stranger asks: who it is, what it would see, and two answers. */
export function approval(context: LiveContext, request: PairingRequest): Scene {
  const sheet = new Sheet(context, 'approval');
  const { design, controls } = context;
  const metrics = metricsOf(design);
  const { margin, top, bottom, button: buttonHeight, gap, body, small, radius } = metrics;
  const canAnswer = controls.hasButtons || controls.hasTouch;
  const { label, title } = KINDS[request.kind];
  const waiting = request.waitingCount > 0 ? ` · ${request.waitingCount} more` : '';
  header(sheet, title, `${agoWords(request.agoMs)}${waiting}`);

  const width = design.width - 2 * margin;
  const isTight = design.id === '480x320' || design.id === '320x240';
  const answerY = bottom - buttonHeight;
  const panelTop = top;
  const panelBottom = canAnswer ? answerY - gap : bottom - small * 2;
  sheet.box(margin, panelTop, width, panelBottom - panelTop, 'panel', radius);

  const nameSize = { '1920x1080': 88, '800x480': 36, '480x320': 24, '320x240': 20 }[
    design.id as ColourDesignId
  ];
  const labelSize = body;
  const inset = margin + gap * 2;
  const labelWidth = Math.max(
    ...['Code', label].map((text) => widthOf(text, { size: labelSize, weight: 400, face: 'next' })),
  );
  const valueX = inset + labelWidth + labelSize;
  const room = margin + width - gap - valueX;
  const height = panelBottom - panelTop;
  const rows = [0.24, 0.5, 0.72, 0.9].map((share) => panelTop + Math.round(height * share));
  const [nameY = 0, codeY = 0, fromY = 0, seesY = 0] = rows;

  sheet.text(label, inset, nameY, { size: labelSize, role: 'quiet' });
  sheet.text(request.name, valueX, nameY, { size: nameSize, weight: 700, maxWidth: room });
  sheet.text('Code', inset, codeY, { size: labelSize, role: 'quiet' });
  sheet.code(grouped(request.code), valueX, codeY, { sizes: [nameSize], maxWidth: room });
  const seenWidth = margin + width - gap - inset;
  const plain = { size: isTight ? small : body, weight: 400, face: 'next' } as const;
  const from = `From ${request.address}`;
  for (const [baseline, wordings] of [
    [fromY, [`${from}. Compare the code with the one on it.`, `${from}. Compare the codes.`, from]],
    [seesY, seesWords(request)],
  ] as const) {
    const words = wordsThatFit(wordings, plain, seenWidth);
    sheet.text(words, inset, baseline, { ...plain, role: 'quiet', maxWidth: seenWidth });
  }

  if (!canAnswer) {
    const wordings = [
      'Allow or refuse it under Screens on an administrator’s phone.',
      'Answer it on an administrator’s phone.',
    ];
    const style = { size: small, weight: 400, face: 'next' } as const;
    sheet.text(wordsThatFit(wordings, style, width), margin, bottom - 2, { ...style, maxWidth: width });
    return sheet.scene({}, request.id);
  }
  const half = (width - 2 * gap) / 2;
  button(sheet, {
    x: margin,
    y: answerY,
    width: half,
    height: buttonHeight,
    label: 'Allow',
    shape: 'disc',
    action: 'approve',
    isMain: true,
  });
  button(sheet, {
    x: margin + half + 2 * gap,
    y: answerY,
    width: half,
    height: buttonHeight,
    label: 'Refuse',
    shape: 'square',
    action: 'refuse',
    isMain: false,
  });
  return sheet.scene(controls.hasButtons ? { first: 'approve', second: 'refuse' } : {}, request.id);
}

/** From the fullest wording to the shortest. */
function seesWords({ channels }: PairingRequest): readonly string[] {
  if (channels.length === 0) return ['It sees nothing until a channel is granted.', 'It sees nothing yet.'];
  const word = channels.length === 1 ? 'channel' : 'channels';
  const names = channelWords(channels);
  const count = `${channels.length} ${word}`;
  return [
    `It will see ${word} ${names}. It cannot send.`,
    `Sees ${names}. Cannot send.`,
    `Sees ${count}. Cannot send.`,
  ];
}
