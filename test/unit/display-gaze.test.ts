import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESIGNS } from '../../src/display/designs.ts';
import { Gaze } from '../../src/display/gaze.ts';
import { sceneOf } from '../../src/display/screens/scene-of.ts';
import type { DisplayLook, DisplayState } from '../../src/display/state.ts';
import { CALM, SITUATIONS, view } from '../support/display-states.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE_MS = 60_000;
const LOOK: DisplayLook = { theme: 'dark', brightnessPercent: 80, isBlank: false, blankAfterMs: 0 };

function sceneAt(id: string, state: DisplayState = CALM) {
  const design = DESIGNS.find((one) => one.id === id) ?? assert.fail(id);
  return sceneOf(state, view(), design);
}

test('after two minutes without anybody the screen dims, and a touch lights it', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  const brightness = () => gaze.placement(sceneAt('480x320'), LOOK, true).brightnessPercent;
  assert.equal(brightness(), 80);
  clock.advance(2 * MINUTE_MS - 1);
  assert.equal(brightness(), 80);
  clock.advance(1);
  assert.equal(brightness(), 32);
  assert.equal(gaze.wake(), false, 'it was dim, not dark');
  assert.equal(brightness(), 80);
});

test('it goes dark when it is told to, and says so to the first touch', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  const look = { ...LOOK, blankAfterMs: 10 * MINUTE_MS };
  const brightness = () => gaze.placement(sceneAt('480x320'), look, true).brightnessPercent;
  clock.advance(10 * MINUTE_MS);
  assert.equal(brightness(), 0);
  assert.equal(gaze.wake(), true);
  assert.equal(gaze.wake(), false);
  assert.equal(brightness(), 80);
});

test('at night it is dark, but for a glance after a touch', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  const look = { ...LOOK, isBlank: true };
  const brightness = () => gaze.placement(sceneAt('480x320'), look, true).brightnessPercent;
  clock.advance(MINUTE_MS);
  assert.equal(brightness(), 0);
  gaze.wake();
  assert.equal(brightness(), 80);
  clock.advance(15_000);
  assert.equal(brightness(), 0);
});

test('what somebody waits for stays bright, at night too; a kit without owner is never dark', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  const look = { ...LOOK, isBlank: true, blankAfterMs: MINUTE_MS };
  clock.advance(60 * MINUTE_MS);
  for (const name of ['emergency', 'approval', 'pairing', 'onboarding', 'recovery'] as const) {
    const scene = sceneAt('480x320', SITUATIONS[name]);
    assert.equal(gaze.placement(scene, look, true).brightnessPercent, 80, name);
  }
  assert.equal(
    gaze.placement(sceneAt('480x320', SITUATIONS['first-boot']), look, true).brightnessPercent,
    32,
  );
});

test('the picture moves by a few pixels each minute, and comes back', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  const places = new Set<string>();
  for (let minute = 0; minute < 24; minute += 1) {
    const { shiftX, shiftY } = gaze.placement(sceneAt('480x320'), LOOK, true);
    assert.ok(Math.abs(shiftX) <= 2 && Math.abs(shiftY) <= 2);
    places.add(`${shiftX} ${shiftY}`);
    clock.advance(MINUTE_MS);
  }
  assert.equal(places.size, 12);
  assert.deepEqual(gaze.placement(sceneAt('480x320'), LOOK, false), {
    brightnessPercent: 32,
    shiftX: 0,
    shiftY: 0,
  });
});

test('paper neither shines nor burns', () => {
  const clock = new FakeClock();
  const gaze = new Gaze(clock);
  clock.advance(60 * MINUTE_MS);
  const still = { brightnessPercent: 100, shiftX: 0, shiftY: 0 };
  assert.deepEqual(gaze.placement(sceneAt('250x122'), { ...LOOK, isBlank: true }, true), still);
});
