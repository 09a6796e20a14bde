import assert from 'node:assert/strict';
import { test } from 'node:test';
import jsqr from 'jsqr';
import { renderText } from '../../src/display/text/render-text.ts';
import { stoppedText, textSceneOf } from '../../src/display/text/text-scene.ts';
import { BUTTONS, CALM, LONG_NAMES, SITUATIONS, view } from '../support/display-states.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
const COLOURS = /\x1b\[[0-9;]*m/g;
// jsqr is CommonJS with a default export of its own.
const readQr = jsqr as unknown as typeof jsqr.default;

function plain(text: string): string {
  return text.replaceAll(COLOURS, '');
}

test('every screen has its words on a terminal of 80 columns', () => {
  for (const [name, state] of Object.entries({ ...SITUATIONS, LONG_NAMES })) {
    for (const page of [0, 1, 2, 3]) {
      const lines = plain(renderText(textSceneOf(state, view(BUTTONS, page)))).split('\n');
      for (const line of lines) assert.ok([...line].length <= 80, `${name}: ${line}`);
    }
  }
  const words = (name: keyof typeof SITUATIONS) => plain(renderText(textSceneOf(SITUATIONS[name], view())));
  assert.match(words('first-boot'), /H Q R T - X D L M/);
  assert.match(words('first-boot'), /lark-fern-9204/);
  assert.match(words('first-boot'), /CA 3FA2 91C0/);
  assert.match(words('pairing'), /K 7 M/);
  assert.match(words('approval'), /Ops tent, Chrome[\s\S]*a allow {3}r refuse/);
  assert.match(words('emergency'), /MEDIC-1[\s\S]*1\.6 km north-east 039°/);
  assert.match(words('idle'), /12 on the map, 3 quiet[\s\S]*Clock set from a phone/);
  assert.match(plain(renderText(stoppedText())), /Stopped/);
  assert.match(plain(renderText(textSceneOf(undefined, view()))), /Starting/);
});

test('its QR codes can be read', () => {
  const text = plain(renderText(textSceneOf(SITUATIONS.onboarding, view())));
  const rows = text.split('\n').filter((line) => /[▀▄█]/.test(line));
  // The quiet zone of the first and last rows has no ink; the code has four modules around it on each side.
  const ink = rows.flatMap((row) => [
    [...row].map((half) => '▀█'.includes(half)),
    [...row].map((half) => '▄█'.includes(half)),
  ]);
  const scale = 4;
  const width = (Math.max(...ink.map((row) => row.length)) + 8) * scale;
  const height = (ink.length + 8) * scale;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [y, row] of ink.entries()) {
    for (const [x, isDark] of row.entries()) {
      if (!isDark) continue;
      for (let dy = 0; dy < scale; dy += 1) {
        const at = (((y + 4) * scale + dy) * width + (x + 2) * scale) * 4;
        pixels.fill(0, at, at + scale * 4);
      }
    }
  }
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  assert.equal(readQr(pixels, width, height)?.data, SITUATIONS.onboarding.onboarding?.qr);
});

test('a name cannot move the cursor, change the title or hide what follows', () => {
  const evil = 'nice\x1b[2J\x1b]0;owned\x07\x9b31m\r\nAllowed';
  const state = {
    ...SITUATIONS.approval,
    request: { ...SITUATIONS.approval.request, name: evil },
  };
  const text = renderText(textSceneOf(state, view()));
  assert.ok(
    !text.includes('\x1b[2J') && !text.includes('\x07') && !text.includes('\x9b') && !text.includes('\r'),
  );
  assert.match(plain(text), /nice\[2J\]0;owned31mAllowed/);
});

test('a state without Wi-Fi, team or place still has words', () => {
  const bare = {
    ...CALM,
    wifi: undefined,
    addresses: [],
    position: undefined,
    team: { connectedCount: 0, quietCount: 0, roster: [] },
  };
  assert.match(plain(renderText(textSceneOf(bare, view()))), /0 on the map[\s\S]*Nobody has joined yet/);
  const alarm = { ...bare, emergencies: [{ uid: 'x', callsign: 'LOST', what: 'Alert', agoMs: 0 }] };
  assert.match(plain(renderText(textSceneOf(alarm, view()))), /Position not known/);
});
