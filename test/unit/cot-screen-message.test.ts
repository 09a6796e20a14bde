import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CotEvent } from '../../src/cot/event.ts';
import { snapshotFrame } from '../../src/cot/json/screen-message.ts';
import { CLIENT_MESSAGE_LIMIT_BYTES } from '../../src/cot/model.ts';
import { cotFixture, cotFixtures } from '../support/cot-fixtures.ts';
import { messagesIn, type ScreenMessage } from '../support/screen-frames.ts';
import { eventXml } from '../support/tak-events.ts';

function xmlEvent(xml: string | Buffer): CotEvent {
  const event = CotEvent.fromXml(Buffer.from(xml));
  if (event.kind === 'refusal') throw new Error(event.detail);
  return event;
}

/** The same event as a client that speaks protocol version 1 sends it. */
function protoEvent(xml: Buffer): CotEvent {
  const event = CotEvent.fromProto(xmlEvent(xml).bytes('proto')!);
  if (event.kind === 'refusal') throw new Error(event.detail);
  return event;
}

function messageOf(event: CotEvent): ScreenMessage | undefined {
  const frame = event.bytes('json');
  if (frame === undefined) return undefined;
  const messages = messagesIn(frame);
  assert.equal(messages.length, 1);
  return messages[0];
}

test("a device's report: who, where, how fast, how much battery", () => {
  assert.deepEqual(messageOf(xmlEvent(cotFixture('atak-5.5-pli.xml'))), {
    type: 'position',
    uid: 'ANDROID-589520ccfcd20f01',
    cot: 'a-f-G-U-C',
    timeMs: Date.parse('2026-03-14T09:26:53.589Z'),
    lifeMs: 375_000,
    callsign: 'BRAVO-1',
    isSelf: true,
    team: 'Cyan',
    role: 'Team Member',
    how: 'm-g',
    lat: 47.376887,
    lon: 8.541694,
    hae: 455.338,
    ce: 9.7,
    course: 271.3492,
    speed: 1.38,
    battery: 78,
  });
});

test('an emergency and its end', () => {
  const alert = messageOf(xmlEvent(cotFixture('atak-5.5-emergency.xml')));
  assert.deepEqual(
    [alert?.type, alert?.callsign, alert?.['alert'], alert?.isOver, alert?.['ofUid']],
    ['alert', 'BRAVO-1', '911 Alert', false, 'ANDROID-589520ccfcd20f01'],
  );
  const over = messageOf(xmlEvent(cotFixture('atak-5.5-emergency-cancel.xml')));
  assert.deepEqual([over?.type, over?.isOver, over?.uid], ['alert', true, alert?.uid]);
});

test('chat: the words as they were typed', () => {
  const chat = messageOf(xmlEvent(cotFixture('atak-5.5-chat-all.xml')));
  assert.deepEqual(
    [chat?.type, chat?.['room'], chat?.callsign, chat?.['fromUid'], chat?.text],
    [
      'chat',
      'All Chat Rooms',
      'BRAVO-1',
      'ANDROID-589520ccfcd20f01',
      'Bridge is passable & clear, 5 < 10 t only',
    ],
  );
});

test('text in CDATA, with comments and line ends', () => {
  const remarks = '<remarks>a &#x41;<!-- not this -->\r\n<![CDATA[5 < 6 & more]]>&lt;end</remarks>';
  const chat = '<__chat chatroom="x" senderCallsign="&quot;Q&quot;"><chatgrp uid0="u"/></__chat>';
  const message = messageOf(xmlEvent(eventXml({ uid: 'c', type: 'b-t-f', detail: chat + remarks })));
  assert.equal(message?.text, 'a A\n5 < 6 & more<end');
  assert.equal(message?.callsign, '"Q"');
});

test('who leaves and what is deleted is gone', () => {
  assert.deepEqual(messageOf(xmlEvent(cotFixture('atak-5.5-delete-marker.xml'))), {
    type: 'gone',
    uid: 'b7a3f0d2-1c2d-4e3f-8a9b-0c1d2e3f4a5b',
  });
});

test('a device without a fix has no place', () => {
  const message = messageOf(xmlEvent(eventXml({ uid: 'u', type: 'a-f-G', lat: 0, lon: 0 })));
  assert.equal(message?.type, 'position');
  assert.ok(message !== undefined && !('lat' in message) && !('lon' in message));
});

test('what screens are not told has no form for them, and is not looked into', () => {
  for (const name of ['atak-5.5-ping.xml', 'atak-5.5-route.xml', 'atak-5.5-fileshare.xml']) {
    const event = xmlEvent(cotFixture(name));
    assert.equal(event.bytes('json'), undefined, name);
    assert.equal(event.conversionError, undefined);
  }
});

test('both protocols say the same to a screen', () => {
  let compared = 0;
  for (const [name, xml] of cotFixtures()) {
    const fromXml = messageOf(xmlEvent(xml));
    assert.deepEqual(messageOf(protoEvent(xml)), fromXml, name);
    if (fromXml !== undefined) compared += 1;
  }
  assert.ok(compared >= 10, `only ${compared} fixtures have a form for screens`);
});

test('the form is made once and shared', () => {
  const event = xmlEvent(cotFixture('atak-5.5-pli.xml'));
  assert.equal(event.bytes('json'), event.bytes('json'));
  assert.notEqual(event.bytes('json'), undefined);
});

test('whatever a client writes, a message is JSON, one, and small', () => {
  const escaped = (text: string) =>
    text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\p{Cc}\ufffe\uffff]/gu, '?');
  const raw = fc.string({ unit: 'grapheme', maxLength: 40 });
  const words = raw.map(escaped);
  const long = fc
    .tuple(raw, fc.integer({ min: 1, max: 3_000 }))
    .map(([text, n]) => escaped(text.repeat(n).slice(0, 60_000).toWellFormed()));
  fc.assert(
    fc.property(
      fc.constantFrom('a-f-G', 'b-t-f', 'b-a-o-tbl', 't-x-d-d'),
      words,
      long,
      (type, name, text) => {
        const detail =
          `<contact callsign="${name}" endpoint="x"/><__chat chatroom="${name}" senderCallsign="${name}"/>` +
          `<link uid="${name}x"/><remarks>${text}</remarks><emergency type="${name}">${name}</emergency>`;
        const frame = xmlEvent(eventXml({ uid: 'u', type, detail })).bytes('json')!;
        assert.ok(frame.length < CLIENT_MESSAGE_LIMIT_BYTES);
        assert.equal(messagesIn(frame).length, 1);
      },
    ),
    { numRuns: 200 },
  );
});

test('a snapshot holds the messages with their ages, in frames of every length', () => {
  const frame = xmlEvent(cotFixture('atak-5.5-pli.xml')).bytes('json')!;
  for (const count of [0, 1, 100, 1_000]) {
    const known = Array.from({ length: count }, (_, i) => ({ frame, agoMs: i + 0.4 }));
    const [snapshot, ...others] = messagesIn(snapshotFrame(known, { isFirst: true, isLast: false }));
    assert.equal(others.length, 0);
    assert.deepEqual([snapshot?.type, snapshot?.isFirst, snapshot?.isLast], ['snapshot', true, false]);
    assert.equal(snapshot?.events?.length, count);
    const last = snapshot?.events?.at(-1);
    if (count > 0)
      assert.deepEqual([last?.type, last?.agoMs, last?.callsign], ['position', count - 1, 'BRAVO-1']);
  }
});
