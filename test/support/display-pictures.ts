import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Controls } from '../../src/display/choose-screen.ts';
import { DESIGNS, type Design } from '../../src/display/designs.ts';
import { createPainter, type Painter } from '../../src/display/paint.ts';
import { createPng } from '../../src/display/png.ts';
import type { Scene } from '../../src/display/scene.ts';
import { sceneOf, stoppedScene } from '../../src/display/screens/scene-of.ts';
import { loadCanvas } from '../../src/display/sinks/canvas.ts';
import type { DisplayState, Theme } from '../../src/display/state.ts';
import { BUTTONS, LONG_NAMES, NO_CONTROLS, SITUATIONS, TOUCH, view, WITHOUT_WIFI } from './display-states.ts';

/** One golden picture: test/fixtures/display/DESIGN/NAME.png. */
export interface Picture {
  readonly name: string;
  readonly scene: Scene;
}

function design(id: Design['id']): Design {
  return DESIGNS.find((one) => one.id === id) as Design;
}

interface Variant {
  readonly theme?: Theme;
  readonly controls?: Controls;
  readonly page?: number;
}

function picture(
  id: Design['id'],
  name: string,
  state: DisplayState | undefined,
  { theme = 'dark', controls = BUTTONS, page = 0 }: Variant = {},
): Picture {
  const themed = state && { ...state, look: { ...state.look, theme } };
  return { name: `${id}/${name}`, scene: sceneOf(themed, view(controls, page), design(id)) };
}

/** The page on which a screen is, counted from the first. */
const PAGES = {
  large: { wifi: 1, warnings: 2, plaintext: 3 },
  small: { people: 1, wifi: 2, warnings: 3, plaintext: 4 },
} as const;
const COLOUR = ['1920x1080', '800x480', '480x320', '320x240'] as const;

function everyScreen(id: Design['id']): Picture[] {
  const pages = id === '320x240' || id === '250x122' ? PAGES.small : PAGES.large;
  return [
    ...Object.entries(SITUATIONS)
      .filter(([name]) => name !== 'warnings' && name !== 'plaintext')
      .map(([name, state]) => picture(id, name, state)),
    picture(id, 'idle-warned', SITUATIONS.warnings),
    ...('people' in pages ? [picture(id, 'people', SITUATIONS.warnings, { page: pages.people })] : []),
    picture(id, 'wifi', SITUATIONS.warnings, { page: pages.wifi }),
    picture(id, 'warnings', SITUATIONS.warnings, { page: pages.warnings }),
    picture(id, 'plaintext', SITUATIONS.plaintext, { page: pages.plaintext }),
    picture(id, 'fingerprint', SITUATIONS['first-boot'], { page: 1 }),
    picture(id, 'first-boot-no-wifi', WITHOUT_WIFI),
    picture(id, 'idle-long-names', LONG_NAMES),
    picture(id, 'wifi-long-names', LONG_NAMES, { page: pages.wifi }),
    picture(id, 'starting', undefined),
    { name: `${id}/stopped`, scene: stoppedScene(view(), design(id)) },
  ];
}

function leaves(): Picture[] {
  const id = '128x64';
  const special = Object.entries(SITUATIONS).filter(
    ([name]) => !['calm', 'first-boot', 'warnings', 'plaintext'].includes(name),
  );
  return [
    ...special.map(([name, state]) => picture(id, name, state)),
    ...[0, 1, 2, 3, 4].map((page) =>
      picture(id, `first-boot-${page + 1}`, SITUATIONS['first-boot'], { page }),
    ),
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((page) =>
      picture(id, `leaf-${page + 1}`, SITUATIONS.warnings, { page }),
    ),
    picture(id, 'approval-no-buttons', SITUATIONS.approval, { controls: NO_CONTROLS }),
    picture(id, 'starting', undefined),
    { name: `${id}/stopped`, scene: stoppedScene(view(), design(id)) },
  ];
}

function inOtherLight(): Picture[] {
  const shown = ['first-boot', 'idle', 'pairing', 'approval', 'emergency', 'onboarding', 'recovery'] as const;
  return (['day', 'night-red'] as const).flatMap((theme) => [
    ...shown.map((name) => picture('480x320', `${name}.${theme}`, SITUATIONS[name], { theme })),
    picture('480x320', `idle-warned.${theme}`, SITUATIONS.warnings, { theme }),
    ...(['1920x1080', '800x480', '320x240'] as const).flatMap((id) => [
      picture(id, `idle.${theme}`, SITUATIONS.idle, { theme }),
      picture(id, `emergency.${theme}`, SITUATIONS.emergency, { theme }),
    ]),
  ]);
}

/** Screens that say something else to those who have no buttons, or a touch screen instead. */
function byOtherHands(): Picture[] {
  const small = ['800x480', '480x320', '320x240'] as const;
  return [
    picture('1920x1080', 'idle.none', SITUATIONS.idle, { controls: NO_CONTROLS }),
    picture('1920x1080', 'approval.none', SITUATIONS.approval, { controls: NO_CONTROLS }),
    ...small.flatMap((id) => [
      picture(id, 'approval.touch', SITUATIONS.approval, { controls: TOUCH }),
      picture(id, 'wifi.touch', SITUATIONS.calm, {
        controls: TOUCH,
        page: PAGES[id === '320x240' ? 'small' : 'large'].wifi,
      }),
      picture(id, 'recovery.touch', SITUATIONS.recovery, { controls: TOUCH }),
      picture(id, 'idle.none', SITUATIONS.idle, { controls: NO_CONTROLS }),
      picture(id, 'approval.none', SITUATIONS.approval, { controls: NO_CONTROLS }),
      picture(id, 'first-boot.none', SITUATIONS['first-boot'], { controls: NO_CONTROLS }),
    ]),
  ];
}

export const PICTURES: readonly Picture[] = [
  ...[...COLOUR, '250x122' as const].flatMap(everyScreen),
  ...leaves(),
  ...inOtherLight(),
  ...byOtherHands(),
];

/** Red, green, blue, alpha of a whole picture. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

export async function openPainter(): Promise<Painter> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'bivouac-canvas-'));
  try {
    return createPainter(await loadCanvas(cacheDir));
  } finally {
    rmSync(cacheDir, { recursive: true });
  }
}

/** Paints a scene at the size of its design. */
export function pixelsOf(painter: Painter, scene: Scene): Pixels {
  const { width, height, ink } = scene.design;
  const surface = { width, height, rotation: 0, isOneBit: ink !== 'colour' } as const;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (const band of painter.paint(scene, surface, { brightnessPercent: 100, shiftX: 0, shiftY: 0 })) {
    rgba.set(band.rgba, band.y * width * 4);
  }
  return { width, height, rgba };
}

export function pngOf({ width, height, rgba }: Pixels): Buffer {
  const png = createPng(width, height);
  png.add(rgba, height);
  return png.finish();
}
