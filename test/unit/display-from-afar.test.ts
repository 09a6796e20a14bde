import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaxesParser } from 'saxes';
import { concealed, withoutCodes } from '../../src/display/concealed.ts';
import { DESIGNS } from '../../src/display/designs.ts';
import { sceneToSvg } from '../../src/display/scene-svg.ts';
import { sceneOf } from '../../src/display/screens/scene-of.ts';
import type { DisplayState, Theme } from '../../src/display/state.ts';
import { CALM, LONG_NAMES, SITUATIONS, TOUCH, view } from '../support/display-states.ts';

/** What a page shows of the display: everything but what proves that somebody stands at the kit. */

const SECRETS = ['HQRT', 'XDLM', 'BVRT', 'XWQK', 'WKPT', 'GNRC', 'lark-fern', '9204', 'Zk3fQ0'];

function seen(state: DisplayState, design = DESIGNS[2]!, page = 0) {
  return withoutCodes(sceneOf(concealed(state), view(undefined, page), design));
}

test('no code, no passphrase and no link is seen from afar, on any screen of any size', () => {
  const situations = Object.entries(SITUATIONS);
  let told = 0;
  for (const [name, state] of situations) {
    for (const design of DESIGNS) {
      for (const page of [0, 1, 2, 3, 4, 5]) {
        const text = JSON.stringify(seen(state, design, page)) + sceneToSvg(seen(state, design, page));
        for (const secret of SECRETS) assert.ok(!text.includes(secret), `${name} at ${design.id}: ${secret}`);
        // The same at the kit tells them, or this test would tell nothing.
        const there = JSON.stringify(sceneOf(state, view(undefined, page), design));
        if (SECRETS.some((secret) => there.includes(secret))) told += 1;
      }
    }
  }
  assert.ok(told > 50, `${told} scenes at the kit have secrets`);
});

test('the code for a watch is seen: whoever may look may open one himself', () => {
  assert.match(JSON.stringify(seen(SITUATIONS.pairing)), /K7M 42P/);
});

/** Names of the elements; throws when it is no well-formed document. */
function elementsOf(svg: string): string[] {
  const parser = new SaxesParser({ xmlns: true });
  const names: string[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => names.push(name));
  parser.write(svg).close();
  return names;
}

test('a scene as SVG has everything that the scene has', () => {
  const scene = sceneOf(SITUATIONS.idle, view(TOUCH), DESIGNS[1]!);
  const names = elementsOf(sceneToSvg(scene));
  const count = (kind: string) => scene.items.filter((item) => item.kind === kind).length;
  assert.equal(names.filter((name) => name === 'text').length, count('text'));
  // One path for each QR code, whose text is known here.
  assert.equal(names.filter((name) => name === 'path').length, count('qr'));
  assert.ok(count('team') > 0 && names.filter((name) => name === 'circle').length >= count('team'));
  assert.deepEqual(
    [...new Set(names)].filter((name) => !KNOWN.includes(name)),
    [],
  );
});

const KNOWN = ['svg', 'title', 'rect', 'text', 'circle', 'path', 'polygon'];

test('every screen is a document that can only be looked at, in every theme', () => {
  for (const state of [...Object.values(SITUATIONS), LONG_NAMES]) {
    for (const design of DESIGNS) {
      for (const theme of ['dark', 'day', 'night-red'] as const satisfies readonly Theme[]) {
        const svg = sceneToSvg(sceneOf(state, { ...view(), theme }, design));
        for (const name of elementsOf(svg)) assert.ok(KNOWN.includes(name), name);
        assert.doesNotMatch(svg, /NaN|undefined/);
      }
    }
  }
});

test('a name is a name and no markup', () => {
  const roster = ['</text><a>', '&"\'\u0000\ud800'].map((callsign) => ({ callsign, heardAgoMs: 0 }));
  const scene = sceneOf({ ...CALM, team: { ...CALM.team, roster } }, view(), DESIGNS[0]!);
  const svg = sceneToSvg(scene);
  assert.ok(elementsOf(svg).every((name) => KNOWN.includes(name)));
  assert.ok(svg.includes('>&lt;/text&gt;&lt;a&gt;</text>'));
  assert.ok(svg.includes(">&amp;&quot;'\ufffd</text>"));
});
