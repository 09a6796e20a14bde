import { createRoute, z } from '@hono/zod-openapi';
import { sceneToSvg } from '../../display/scene-svg.ts';
import { TEAM_COLOURS, type TeamColour } from '../../display/team-colours.ts';
import { type Access, ADMINISTRATION } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';
import { fileAnswer, jsonAnswer, refusal } from './schemas.ts';

const tags = ['Display'];

/** Whoever looks after the kit sees from afar what its display says. */
const LOOKING: Access = { ...ADMINISTRATION, who: ['console', 'administrator', 'operator'] };

const pixels = z.number();
const role = z
  .enum(['background', 'panel', 'line', 'text', 'quiet', 'accent', 'well', 'careful', 'bad', 'onFill'])
  .describe('What a colour is for; the theme says which it is');

const textItem = z
  .object({
    kind: z.literal('text'),
    x: pixels.describe('Left end, middle or right end of the text, as `align` says'),
    baseline: pixels,
    text: z.string(),
    size: pixels,
    weight: z.union([z.literal(400), z.literal(700)]),
    face: z.enum(['next', 'mono']),
    figures: z.literal('proportional').exactOptional().describe('Tabular when absent'),
    role,
    align: z.enum(['left', 'center', 'right']),
    maxWidth: pixels,
  })
  .openapi('SceneText');

const boxItem = z
  .object({
    kind: z.literal('box'),
    x: pixels,
    y: pixels,
    width: pixels,
    height: pixels,
    radius: pixels,
    role,
  })
  .openapi('SceneBox');

const qrItem = z
  .object({
    kind: z.literal('qr'),
    x: pixels,
    y: pixels,
    text: z.literal('').describe('Told to nobody but those at the kit: draw an empty light square'),
    correction: z.enum(['medium', 'low']),
    modules: z.number().int().describe('Of one side, with the quiet zone'),
    modulePx: pixels,
  })
  .openapi('SceneQr');

const barItem = z
  .object({
    kind: z.literal('bar'),
    x: pixels,
    y: pixels,
    width: pixels,
    height: pixels,
    fraction: z.number().describe('What is left of a time, 0 to 1'),
    role,
  })
  .openapi('SceneBar');

const shapeItem = z
  .object({
    kind: z.literal('shape'),
    shape: z.enum(['disc', 'square', 'triangle', 'diamond', 'ring']),
    x: pixels.describe('The middle, as is y'),
    y: pixels,
    size: pixels,
    role,
  })
  .openapi('SceneShape');

const teamItem = z
  .object({
    kind: z.literal('team'),
    x: pixels.describe('The middle, as is y'),
    y: pixels,
    size: pixels,
    team: z
      .enum(Object.keys(TEAM_COLOURS) as [TeamColour, ...TeamColour[]])
      .optional()
      .describe('A disc in its colour; absent: a ring'),
  })
  .openapi('SceneTeam');

const action = z.enum([
  'approve',
  'refuse',
  'open-pairing',
  'stop-pairing',
  'next-page',
  'set-aside',
  'end-recovery',
]);

const scene = z
  .object({
    screen: z
      .enum([
        'starting',
        'first-boot',
        'fingerprint',
        'idle',
        'people',
        'wifi',
        'warnings',
        'plaintext',
        'pairing',
        'approval',
        'onboarding',
        'recovery',
        'emergency',
        'stopped',
      ])
      .describe('Which screen is up'),
    design: z
      .object({
        id: z.enum(['1920x1080', '800x480', '480x320', '320x240', '250x122', '128x64']),
        width: z.number().int(),
        height: z.number().int(),
        ink: z.enum(['colour', 'paper', 'oled']),
      })
      .describe('The size that the places of the items are for'),
    theme: z.enum(['dark', 'day', 'night-red']),
    items: z
      .array(z.discriminatedUnion('kind', [textItem, boxItem, qrItem, barItem, shapeItem, teamItem]))
      .readonly()
      .describe('To be drawn in this order'),
    touch: z
      .array(z.object({ x: pixels, y: pixels, width: pixels, height: pixels, action }))
      .readonly()
      .describe('What a finger does there'),
    buttons: z
      .object({ first: action.exactOptional(), second: action.exactOptional() })
      .describe('What ● and ■ do'),
    requestId: z.string().exactOptional().describe('The pairing request that is asked about'),
  })
  .openapi('Scene');

const sceneRoute = createRoute({
  method: 'get',
  path: '/api/display',
  tags,
  summary: 'What the display of the kit shows now',
  description:
    'A short list of things to draw. Without what only people at the kit may know: claim, recovery and request ' +
    'codes and passphrases are dots, QR codes have no text.',
  responses: jsonAnswer(scene, 'The scene'),
});

const pictureRoute = createRoute({
  method: 'get',
  path: '/api/display/picture',
  tags,
  summary: 'The same as a picture',
  responses: fileAnswer('image/svg+xml', 'SVG'),
});

const hideRoute = createRoute({
  method: 'delete',
  path: '/api/display/invitation',
  tags,
  summary: 'Take the invitation of a phone off the display',
  responses: { 204: { description: 'It is not on it any more' }, default: refusal },
});

export function registerDisplayRoutes(router: Router, { display }: Pick<AppDeps, 'display'>) {
  router.api(LOOKING, sceneRoute, (c) => c.json(display.scene() as z.infer<typeof scene>, 200));

  router.api(
    LOOKING,
    pictureRoute,
    (c) =>
      // A picture that is opened by itself is a document: nothing in it may act.
      c.body(sceneToSvg(display.scene()), 200, {
        'content-type': 'image/svg+xml',
        'content-security-policy': "default-src 'none'; sandbox",
      }) as never,
  );

  router.api(ADMINISTRATION, hideRoute, (c) => {
    display.hideInvitation();
    return c.body(null, 204);
  });
}
