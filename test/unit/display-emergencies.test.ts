import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { OpenEmergencies } from '../../src/app/open-emergencies.ts';
import { CotEvent } from '../../src/cot/event.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR_MS = 3_600_000;
let clock: FakeClock;
let emergencies: OpenEmergencies;

beforeEach(() => {
  clock = new FakeClock();
  emergencies = new OpenEmergencies(clock);
});

/** As ATAK-CIV writes it, with a stale time of ten seconds. */
function event({
  uid = 'ANDROID-1-9-1-1',
  type = 'b-a-o-tbl',
  lat = 47.1,
  lon = 8.2,
  detail = '',
} = {}): CotEvent {
  const made = CotEvent.fromXml(
    Buffer.from(
      `<event version="2.0" uid="${uid}" type="${type}" how="h-e" time="2026-10-12T12:00:00Z"` +
        ` start="2026-10-12T12:00:00Z" stale="2026-10-12T12:00:10Z">` +
        `<point lat="${lat}" lon="${lon}" hae="0" ce="10" le="10"/>` +
        `<detail><contact callsign="MEDIC-1-Alert"/>${detail}</detail></event>`,
    ),
  );
  assert.equal(made.kind, 'event');
  return made as CotEvent;
}

const ALERT = '<emergency type="911 Alert">MEDIC-1</emergency>';
const CANCEL = { type: 'b-a-o-can', detail: '<emergency cancel="true">MEDIC-1</emergency>' };

test('an emergency stands until it is cancelled, however short its stale time', () => {
  assert.equal(emergencies.note(event({ detail: ALERT }), ['Blue']), true);
  clock.advance(HOUR_MS);
  const [open] = emergencies.list();
  assert.deepEqual(
    [open?.callsign, open?.what, open?.agoMs, open?.position],
    ['MEDIC-1', '911 alert', HOUR_MS, { lat: 47.1, lon: 8.2 }],
  );
  assert.equal(emergencies.note(event(CANCEL), ['Blue']), true);
  assert.deepEqual(emergencies.list(), []);
});

test('what is repeated is the same one, where it is now; what is raised anew is another', () => {
  emergencies.note(event({ detail: ALERT }), ['Blue']);
  clock.advance(20_000);
  emergencies.note(event({ detail: ALERT, lat: 48 }), ['Blue']);
  const [first, ...others] = emergencies.list();
  assert.deepEqual([first?.agoMs, first?.position?.lat, others.length], [20_000, 48, 0]);
  emergencies.note(event({ type: 'b-a-o-opn' }), ['Blue']);
  const [worse] = emergencies.list();
  assert.deepEqual([worse?.what, worse?.agoMs], ['Troops in contact', 0]);
  assert.notEqual(worse?.uid, first?.uid);
  emergencies.note(event(CANCEL), ['Blue']);
  emergencies.note(event({ type: 'b-a-o-opn' }), ['Blue']);
  assert.notEqual(emergencies.list()[0]?.uid, worse?.uid, 'whoever put the last one aside sees this one');
});

test('the newest comes first, and after a day nobody waits for a cancel', () => {
  emergencies.note(event({ uid: 'a' }), ['Blue']);
  clock.advance(HOUR_MS);
  emergencies.note(event({ uid: 'b', type: 'b-a-x', detail: '<emergency type="Man overboard"/>' }), ['Blue']);
  assert.deepEqual(
    emergencies.list().map(({ what }) => what),
    ['Man overboard', '911 alert'],
  );
  clock.advance(23 * HOUR_MS);
  assert.equal(emergencies.list().length, 1);
  clock.advance(HOUR_MS);
  assert.equal(emergencies.list().length, 0);
});

test('only somebody whom its receivers could hear ends it', () => {
  emergencies.note(event(), ['Blue', 'Medics']);
  assert.equal(emergencies.note(event(CANCEL), ['__ANON__']), false);
  assert.equal(emergencies.list().length, 1);
  const deletes = event({
    uid: 'x',
    type: 't-x-d-d',
    detail: '<link uid="ANDROID-1-9-1-1" relation="p-p"/>',
  });
  assert.equal(emergencies.note(deletes, ['Red']), false);
  assert.equal(emergencies.note(deletes, ['Medics']), true);
  assert.deepEqual(emergencies.list(), []);
});

test('nobody hides or moves an emergency from people whom he does not reach', () => {
  emergencies.note(event({ detail: ALERT }), ['Blue']);
  emergencies.note(event({ detail: ALERT, lat: 12 }), ['Red']);
  assert.deepEqual(
    ['Blue', 'Red'].map((channel) => emergencies.list([channel]).map(({ position }) => position?.lat)),
    [[47.1], [12]],
  );
  emergencies.note(event(CANCEL), ['Red']);
  assert.equal(emergencies.list(['Blue']).length, 1);
  assert.equal(emergencies.list().length, 1);
  // Whoever speaks into no channel at all does not fill the list by himself.
  for (let n = 0; n < 3; n += 1) emergencies.note(event({ uid: 'viewer' }), []);
  assert.equal(emergencies.list().length, 2);
});

test('what is for few, or no emergency, is not for the display', () => {
  const toOne = event({ detail: '<marti><dest callsign="BRAVO-2"/></marti>' });
  assert.equal(emergencies.note(toOne, ['Blue']), false);
  assert.equal(emergencies.note(event({ type: 'a-f-G-U-C' }), ['Blue']), false);
  assert.equal(emergencies.note(event(CANCEL), ['Blue']), false, 'nothing was open');
  assert.deepEqual(emergencies.list(), []);
});

test('a device without a fix has no place, and a thousand of them do not fill the memory', () => {
  for (let n = 0; n < 1_000; n += 1) emergencies.note(event({ uid: `u${n}`, lat: 0, lon: 0 }), ['Blue']);
  const open = emergencies.list();
  assert.equal(open.length, 50);
  assert.equal(open[0]?.position, undefined);
});
