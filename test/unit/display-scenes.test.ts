import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DESIGNS, type Design } from '../../src/display/designs.ts';
import type { Item, Scene, TextItem } from '../../src/display/scene.ts';
import { sceneOf } from '../../src/display/screens/scene-of.ts';
import { TEAM_COLOURS } from '../../src/display/team-colours.ts';
import { paletteOf, THEMES } from '../../src/display/theme.ts';
import { widthOf } from '../../src/display/type.ts';
import { PICTURES } from '../support/display-pictures.ts';
import {
  BUTTONS,
  CALM,
  LONG_NAMES,
  NO_CONTROLS,
  SITUATIONS,
  TOUCH,
  view,
  WITHOUT_WIFI,
} from '../support/display-states.ts';

const ALL_STATES = [...Object.values(SITUATIONS), LONG_NAMES, WITHOUT_WIFI];
const ALL_SCENES = ALL_STATES.flatMap((state) =>
  DESIGNS.flatMap((design) =>
    [BUTTONS, TOUCH, NO_CONTROLS].flatMap((controls) =>
      [0, 1, 2, 3, 4].map((page) => sceneOf(state, view(controls, page), design)),
    ),
  ),
);

function texts(scene: Scene): readonly TextItem[] {
  return scene.items.filter((item) => item.kind === 'text');
}

function nameOf({ screen, design }: Scene): string {
  return `${screen} at ${design.id}`;
}

/** Upper left and lower right corner. */
function bounds(item: Item): readonly [number, number, number, number] {
  switch (item.kind) {
    case 'text': {
      const width = Math.min(widthOf(item.text, item), item.maxWidth);
      const left = item.x - { left: 0, center: width / 2, right: width }[item.align];
      return [left, item.baseline - item.size * 0.7, left + width, item.baseline];
    }
    case 'qr': {
      const size = item.modules * item.modulePx;
      return [item.x, item.y, item.x + size, item.y + size];
    }
    case 'shape':
    case 'team':
      return [item.x - item.size / 2, item.y - item.size / 2, item.x + item.size / 2, item.y + item.size / 2];
    default:
      return [item.x, item.y, item.x + item.width, item.y + item.height];
  }
}

test('nothing is drawn beyond the edge, whatever people are called', () => {
  for (const scene of ALL_SCENES) {
    const { width, height } = scene.design;
    for (const item of scene.items) {
      const [left, top, right, bottom] = bounds(item);
      const what = `${nameOf(scene)}: ${JSON.stringify(item)}`;
      assert.ok(left >= -1 && top >= -1 && right <= width + 1 && bottom <= height + 1, what);
    }
  }
});

test('names of usual length are never cut, and no code ever is', () => {
  for (const { name, scene } of PICTURES) {
    if (name.includes('long-names')) continue;
    for (const { text } of texts(scene)) {
      if (text === '3FA2 91C0 77DE 0B15 …') continue;
      assert.ok(!text.endsWith('…'), `${name}: ${text}`);
    }
  }
  for (const scene of ALL_SCENES) {
    for (const { text, face, role } of texts(scene)) {
      if (face === 'mono' && role === 'accent') assert.ok(!text.includes('…'), `${nameOf(scene)}: ${text}`);
    }
  }
});

test('letters are no smaller than 14 pixels, and QR modules no smaller than 3', () => {
  for (const scene of ALL_SCENES) {
    for (const item of scene.items) {
      if (item.kind === 'text') assert.ok(item.size >= 14, `${nameOf(scene)}: ${item.text} at ${item.size}`);
      if (item.kind === 'qr') assert.ok(item.modulePx >= 3, nameOf(scene));
    }
  }
});

test('words do not stand on each other', () => {
  for (const { name, scene } of PICTURES) {
    // Names on the plot may touch a ring; they keep clear of each other by themselves.
    const boxes = texts(scene).map((item) => ({ item, box: bounds(item) }));
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const [left, top, right, bottom] = one.box;
        const [x, y, x2, y2] = other.box;
        const isApart = x2 <= left + 1 || right <= x + 1 || y2 <= top + 1 || bottom <= y + 1;
        assert.ok(isApart, `${name}: "${one.item.text}" and "${other.item.text}"`);
      }
    }
  }
});

test('nothing is laid over words', () => {
  for (const scene of ALL_SCENES) {
    for (const [index, item] of scene.items.entries()) {
      if (item.kind !== 'text') continue;
      const [left, top, right, bottom] = bounds(item);
      for (const later of scene.items.slice(index + 1)) {
        if (later.kind !== 'box' && later.kind !== 'qr' && later.kind !== 'bar') continue;
        const [x, y, x2, y2] = bounds(later);
        const isApart = x2 <= left || right <= x || y2 <= top || bottom <= y;
        assert.ok(isApart, `${nameOf(scene)}: ${later.kind} over "${item.text}"`);
      }
    }
  }
});

test('what fingers meet is at least 48 pixels high and wide, and only there with a touch screen', () => {
  for (const scene of ALL_SCENES) {
    for (const { width, height } of scene.touch) assert.ok(width >= 48 && height >= 48, nameOf(scene));
  }
  const [, , design] = DESIGNS;
  assert.ok(design);
  assert.deepEqual(sceneOf(SITUATIONS.approval, view(BUTTONS), design).touch, []);
  const touchable = sceneOf(SITUATIONS.approval, view(TOUCH), design);
  assert.deepEqual(
    touchable.touch.map(({ action }) => action),
    ['approve', 'refuse'],
  );
  assert.deepEqual(touchable.buttons, {});
  assert.equal(touchable.requestId, 'r1');
});

test('without buttons no screen speaks of them', () => {
  for (const state of ALL_STATES) {
    for (const design of DESIGNS) {
      const scene = sceneOf(state, view(NO_CONTROLS), design);
      const marks = scene.items.filter(
        (item) => item.kind === 'shape' && item.shape === 'square' && item.role === 'text',
      );
      assert.deepEqual(marks, [], nameOf(scene));
      assert.deepEqual(scene.buttons, {}, nameOf(scene));
      for (const { text } of texts(scene)) {
        assert.doesNotMatch(text, /press|touch|button|Pair a screen$/i, nameOf(scene));
      }
    }
  }
});

test('no screen offers what does not exist', () => {
  for (const scene of ALL_SCENES) {
    for (const { text } of texts(scene)) assert.doesNotMatch(text, /update|reset|please|success/i);
  }
});

test('each screen of each design shows its one thing', () => {
  const things: readonly (readonly [state: (typeof SITUATIONS)[keyof typeof SITUATIONS], text: RegExp])[] = [
    [SITUATIONS.pairing, /K7M 42P/],
    [SITUATIONS.approval, /BVRT-XWQK/],
    [SITUATIONS.recovery, /WKPT-GNRC/],
    [SITUATIONS.emergency, /MEDIC-1/],
    [SITUATIONS.idle, /^12$/],
    [SITUATIONS.onboarding, /MEDIC-1/],
  ];
  for (const design of DESIGNS) {
    for (const [state, thing] of things) {
      const scene = sceneOf(state, view(), design);
      assert.ok(
        texts(scene).some(({ text }) => thing.test(text)),
        `${nameOf(scene)} lacks ${thing}`,
      );
    }
    const firstBoot = [0, 1, 2, 3, 4].flatMap((page) =>
      texts(sceneOf(SITUATIONS['first-boot'], view(BUTTONS, page), design)).map(({ text }) => text),
    );
    const all = firstBoot.join(' ');
    for (const thing of [/HQRT[- ]XDLM/, /lark-fern-9204/, /bivouac\.local/, /3FA2/])
      assert.match(all, thing);
  }
});

test('the same state gives the same scene', () => {
  for (const design of DESIGNS) {
    assert.deepEqual(sceneOf(CALM, view(), design), sceneOf(structuredClone(CALM), view(), design));
  }
});

test('any names, counts and times give a scene', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 80 });
  const position = fc.record({
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  const member = fc.record({
    callsign: name,
    team: fc.option(fc.constantFrom(...(Object.keys(TEAM_COLOURS) as (keyof typeof TEAM_COLOURS)[])), {
      nil: undefined,
    }),
    heardAgoMs: fc.nat(),
    position: fc.option(position, { nil: undefined }),
  });
  const state = fc.record({
    kitName: name,
    wifi: fc.option(fc.record({ isOn: fc.boolean(), name, passphrase: name }), { nil: undefined }),
    team: fc.record({
      connectedCount: fc.nat(),
      quietCount: fc.nat(),
      roster: fc.array(member, { maxLength: 30 }),
    }),
    position: fc.option(position, { nil: undefined }),
    emergencies: fc.array(
      fc.record({
        uid: name,
        callsign: name,
        what: name,
        agoMs: fc.nat(),
        position: fc.option(position, { nil: undefined }),
      }),
      { maxLength: 3 },
    ),
    notice: fc.option(name, { nil: undefined }),
  });
  fc.assert(
    fc.property(state, fc.constantFrom(...DESIGNS), fc.nat({ max: 9 }), (given, design: Design, page) => {
      const scene = sceneOf({ ...CALM, ...given }, view(BUTTONS, page), design);
      for (const item of scene.items) {
        for (const value of Object.values(item)) {
          if (typeof value === 'number') assert.ok(Number.isFinite(value), JSON.stringify(item));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('text reaches 4.5 : 1 and large figures 3 : 1 in every theme', () => {
  for (const [name, { colours, qr }] of Object.entries(THEMES)) {
    for (const ground of ['background', 'panel'] as const) {
      for (const role of ['text', 'quiet', 'accent', 'well', 'careful', 'bad'] as const) {
        const ratio = contrast(colours[role], colours[ground]);
        assert.ok(ratio >= 4.5, `${name}: ${role} on ${ground} is ${ratio.toFixed(2)}`);
      }
    }
    for (const role of ['well', 'bad'] as const) {
      assert.ok(contrast(colours.onFill, colours[role]) >= 4.5, `${name}: words on ${role}`);
    }
    assert.ok(contrast(colours.text, colours.line) >= 4.5, `${name}: words on a button`);
    assert.ok(contrast(qr.dark, qr.light) >= 4.5, `${name}: QR`);
  }
});

test('one-bit screens are black and white whatever the theme', () => {
  for (const theme of ['dark', 'day', 'night-red'] as const) {
    for (const palette of [
      paletteOf('paper', theme, true),
      paletteOf('oled', theme, true),
      paletteOf('colour', theme, true),
    ]) {
      for (const colour of Object.values(palette.colours)) assert.match(colour, /^#(000000|ffffff)$/);
    }
  }
});

/** WCAG 2 contrast of two colours. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.039_28 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
