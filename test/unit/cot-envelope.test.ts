import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CotEvent } from '../../src/cot/event.ts';
import type { Envelope } from '../../src/cot/model.ts';
import { isKnownMetres, UNKNOWN_METRES } from '../../src/cot/model.ts';
import { cotFixture, cotFixtures } from '../support/cot-fixtures.ts';

function envelopeOf(xml: Buffer | string): Envelope {
  const event = CotEvent.fromXml(Buffer.from(xml));
  if (event.kind !== 'event') throw new Error(`${event.code}: ${event.detail}`);
  return event.envelope;
}

const fixture = (name: string) => envelopeOf(cotFixture(name));
const TIME_MS = Date.UTC(2026, 2, 14, 9, 26, 53, 589);

test('an ATAK position: everything that routing and presence need', () => {
  assert.deepEqual(fixture('atak-5.5-pli.xml'), {
    uid: 'ANDROID-589520ccfcd20f01',
    type: 'a-f-G-U-C',
    how: 'm-g',
    timeMs: TIME_MS,
    startMs: TIME_MS,
    staleMs: Date.UTC(2026, 2, 14, 9, 33, 8, 589),
    lat: 47.376887,
    lon: 8.541694,
    hae: 455.338,
    ce: 9.7,
    le: UNKNOWN_METRES,
    callsign: 'BRAVO-1',
    endpoint: '*:-1:stcp',
    team: 'Cyan',
    role: 'Team Member',
    takv: {
      device: 'GOOGLE PIXEL 8',
      platform: 'ATAK-CIV',
      os: '34',
      version: '5.5.0.5 (f2a7b8c1).1741910400-CIV',
    },
    battery: 78,
    dests: [],
    chat: undefined,
    isArchived: false,
    linkUid: '',
    isEmergencyCancel: false,
  });
});

test('positions of other clients', () => {
  const itak = fixture('itak-2.8-pli.xml');
  assert.deepEqual(
    [itak.callsign, itak.team, itak.role, itak.takv?.platform, itak.lat],
    ['KILO 7', 'Dark Green', 'Team Lead', 'iTAK', 47.37699999999999],
  );
  const wintak = fixture('wintak-5.2-pli.xml');
  assert.deepEqual(
    [wintak.callsign, wintak.takv?.os, wintak.ce, wintak.staleMs],
    ['HQ', 'Microsoft Windows 11 Pro', UNKNOWN_METRES, Date.UTC(2026, 2, 14, 9, 28, 8)],
  );
  assert.equal(fixture('webtak-pli.xml').callsign, 'Dispatch "Nord" & Süd');
  assert.equal(fixture('atak-5.5-pli-multibyte.xml').callsign, 'Ärzte-救援-🚑');
});

test('of several status elements the first with a battery counts', () => {
  assert.equal(fixture('atak-5.5-pli-readiness.xml').battery, 12);
});

test('references, line ends and odd number forms are read as XML means them', () => {
  const odd = fixture('synthetic-byte-for-byte.xml');
  assert.equal(odd.uid, 'odd-1');
  assert.equal(odd.callsign, "O'Brien & Söhne\nline 2");
  assert.equal(odd.role, 'Team Member');
  assert.deepEqual([odd.lat, odd.lon, odd.ce, odd.le], [47.376887, 8.541694, 10, 1]);
  assert.deepEqual([odd.timeMs, odd.startMs], [TIME_MS, TIME_MS - 589]);
  assert.equal(odd.staleMs, TIME_MS - 589 + 60_500);
});

test('chat: room, id and members in the order of their numbers', () => {
  assert.deepEqual(fixture('atak-5.5-chat-all.xml').chat, {
    room: 'All Chat Rooms',
    id: 'All Chat Rooms',
    memberUids: ['ANDROID-589520ccfcd20f01', 'All Chat Rooms'],
  });
  const group = fixture('atak-5.5-chat-group.xml');
  assert.deepEqual(group.chat, {
    room: 'Search North',
    id: '6f1c',
    memberUids: ['ANDROID-589520ccfcd20f01', 'ANDROID-b', 'ANDROID-c', 'ANDROID-k'],
  });
  // The contact inside the group's hierarchy is not the sender.
  assert.equal(group.callsign, '');
  const receipt = fixture('atak-5.5-chat-receipt.xml');
  assert.equal(receipt.chat?.id, 'ANDROID-589520ccfcd20f01');
  assert.deepEqual(receipt.dests, [{ kind: 'callsign', value: 'BRAVO-1' }]);
});

test('dests: of each the first of callsign, publish, uid, mission, mission-guid, group', () => {
  assert.deepEqual(fixture('atak-5.5-mission-dest.xml').dests, [
    { kind: 'mission', value: 'Search & Rescue', path: 'layers/finds', after: '9999' },
    { kind: 'mission-guid', value: '0b0c0d0e-1111-4222-8333-444455556666' },
    { kind: 'uid', value: 'ANDROID-352413144004760' },
    { kind: 'uid', value: 'ANDROID-old' },
    { kind: 'group', value: 'Blue' },
    { kind: 'callsign', value: 'HQ' },
  ]);
});

test('All Streaming cancels the callsigns, and an empty marti addresses nobody', () => {
  assert.deepEqual(fixture('atak-5.5-all-streaming.xml').dests, []);
  const chat = cotFixture('atak-5.5-chat-direct.xml').toString();
  assert.deepEqual(envelopeOf(chat.replace(/<marti>.*<\/marti>/, '<marti/>')).dests, []);
  const mixed = '<marti><dest uid="U"/><dest callsign="C"/><dest callsign="All Streaming"/></marti>';
  assert.deepEqual(envelopeOf(chat.replace(/<marti>.*<\/marti>/, mixed)).dests, [
    { kind: 'uid', value: 'U' },
  ]);
});

test('emergency, archive and link', () => {
  assert.equal(fixture('atak-5.5-emergency.xml').isEmergencyCancel, false);
  assert.equal(fixture('atak-5.5-emergency-cancel.xml').isEmergencyCancel, true);
  assert.equal(fixture('atak-5.5-casevac.xml').isArchived, true);
  assert.equal(fixture('atak-5.5-pli.xml').isArchived, false);
  assert.equal(fixture('atak-5.5-delete-marker.xml').linkUid, 'b7a3f0d2-1c2d-4e3f-8a9b-0c1d2e3f4a5b');
});

test('only direct children of the first detail count', () => {
  const xml = cotFixture('atak-5.5-pli.xml').toString();
  const nested =
    '<group><contact callsign="NESTED"/><marti><dest callsign="X"/></marti><archive/>' +
    '<link uid="nested"/><__group name="Red" role="HQ"/><emergency cancel="true"/></group>';
  const outside = '<marti><dest callsign="Y"/></marti><x><marti><dest callsign="Z"/></marti></x>';
  const second = '<detail><marti><dest callsign="W"/></marti></detail>';
  const changed = xml
    .replace('<detail>', `${outside}<detail>${nested}`)
    .replace('</event>', `${second}</event>`);
  assert.deepEqual(envelopeOf(changed), envelopeOf(xml));
  const deepDest = '<marti><x><dest callsign="X"/></x></marti><y><dest callsign="X"/></y>';
  assert.deepEqual(envelopeOf(xml.replace('<detail>', `<detail>${deepDest}`)).dests, []);
});

test('how, hae, ce and le may be absent or no numbers: unknown', () => {
  const xml = cotFixture('atak-5.5-pli.xml').toString();
  const bare = envelopeOf(xml.replace(' how="m-g"', '').replace(/ (hae|ce)="[^"]*"/g, ''));
  assert.deepEqual([bare.how, bare.hae, bare.ce, bare.le], ['', UNKNOWN_METRES, UNKNOWN_METRES, 9_999_999]);
  const words = envelopeOf(xml.replace(/ hae="[^"]*"/, ' hae="NaN"').replace(/ ce="[^"]*"/, ' ce=""'));
  assert.deepEqual([words.hae, words.ce], [UNKNOWN_METRES, UNKNOWN_METRES]);
  assert.deepEqual(
    [isKnownMetres(999_999), isKnownMetres(UNKNOWN_METRES), isKnownMetres(8_848)],
    [false, false, true],
  );
});

test('an event without detail or without contact is nobody', () => {
  const xml = cotFixture('atak-5.5-pli.xml').toString();
  const bare = envelopeOf(xml.replace(/<detail>.*<\/detail>/, ''));
  assert.deepEqual(
    [bare.callsign, bare.endpoint, bare.team, bare.takv, bare.battery, bare.chat],
    ['', undefined, '', undefined, undefined, undefined],
  );
  assert.equal(envelopeOf(xml.replace(' endpoint="*:-1:stcp"', '')).endpoint, undefined);
});

test('every fixture is relayed byte for byte', () => {
  for (const [name, bytes] of cotFixtures()) {
    const event = CotEvent.fromXml(bytes);
    assert.ok(event.kind === 'event', name);
    assert.equal(event.bytes('xml'), bytes, name);
  }
});
