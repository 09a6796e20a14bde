import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseScreen, pagesOf } from '../../src/display/choose-screen.ts';
import { DESIGNS, designFor } from '../../src/display/designs.ts';
import type { DisplayState } from '../../src/display/state.ts';
import { BUTTONS, CALM, SITUATIONS, view } from '../support/display-states.ts';

const [, , HVGA] = DESIGNS;
const design = HVGA ?? assert.fail('no designs');

test('a life comes first, then what somebody is just doing, then strangers, then the kit', () => {
  const ranked = ['emergency', 'recovery', 'pairing', 'approval', 'onboarding', 'first-boot'] as const;
  for (const [index, screen] of ranked.entries()) {
    // Everything from here on at once: the first of them is up.
    const all = Object.assign({ ...CALM }, ...ranked.slice(index).map((name) => onlyNew(SITUATIONS[name])));
    assert.equal(chooseScreen(all, view(), design), screen);
  }
  assert.equal(chooseScreen(CALM, view(), design), 'idle');
  assert.equal(chooseScreen(undefined, view(), design), 'starting');
});

/** What a situation adds to the calm state. */
function onlyNew(state: DisplayState): Partial<DisplayState> {
  const { claim, recovery, pairing, request, onboarding, emergencies } = state;
  const added = {
    claim,
    recovery,
    pairing,
    request,
    onboarding,
    ...(emergencies.length > 0 ? { emergencies } : {}),
  };
  return Object.fromEntries(Object.entries(added).filter(([, value]) => value !== undefined));
}

test('an emergency that was put aside gives way; another one takes over again', () => {
  const [first] = SITUATIONS.emergency.emergencies;
  assert.ok(first);
  const aside = { ...view(), setAside: new Set([first.uid]) };
  assert.equal(chooseScreen(SITUATIONS.emergency, aside, design), 'idle');
  const two = { ...SITUATIONS.emergency, emergencies: [{ ...first, uid: 'other' }, first] };
  assert.equal(chooseScreen(two, aside, design), 'emergency');
});

test('pages turn round, and only those that say something are there', () => {
  const screens = [0, 1, 2, 3].map((page) => chooseScreen(SITUATIONS.warnings, view(BUTTONS, page), design));
  assert.deepEqual(screens, ['idle', 'wifi', 'warnings', 'idle']);
  assert.deepEqual(pagesOf(CALM, design), ['idle', 'wifi']);
  assert.deepEqual(pagesOf({ ...CALM, wifi: undefined, addresses: [] }, design), ['idle']);
  assert.deepEqual(pagesOf(SITUATIONS.plaintext, design), ['idle', 'wifi', 'warnings', 'plaintext']);
  assert.deepEqual(pagesOf(SITUATIONS['first-boot'], design), ['first-boot', 'fingerprint']);
});

test('each screen gets the design that uses it best', () => {
  const chosen = (width: number, height: number, isOneBit = false) =>
    designFor({ width, height, isOneBit }).id;
  for (const { id, width, height } of DESIGNS) assert.equal(chosen(width, height), id);
  assert.equal(chosen(3840, 2160), '1920x1080');
  // The screens of QEMU and of common HDMI and DSI panels.
  assert.equal(chosen(1280, 800), '800x480');
  assert.equal(chosen(1280, 720), '800x480');
  assert.equal(chosen(1024, 600), '800x480');
  assert.equal(chosen(640, 480), '480x320');
  assert.equal(chosen(1920, 1200), '1920x1080');
  // Built in upright, without being turned.
  assert.equal(chosen(480, 800), '480x320');
  assert.equal(chosen(240, 320), '250x122');
  assert.equal(chosen(160, 128), '128x64');
  assert.equal(chosen(400, 300, true), '250x122');
  assert.equal(chosen(800, 480, true), '800x480');
  assert.equal(chosen(96, 16, true), '128x64');
});
