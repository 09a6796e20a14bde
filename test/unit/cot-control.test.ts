import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  disconnectNotice,
  pong,
  protocolOffer,
  protocolRequest,
  protocolResponse,
} from '../../src/cot/control.ts';
import { CotEvent } from '../../src/cot/event.ts';
import { cotFixture } from '../support/cot-fixtures.ts';

const NOW_MS = Date.UTC(2026, 2, 14, 9, 26, 53, 589);

const xmlOf = (event: CotEvent) => event.bytes('xml')!.toString();

function eventOf(xml: string): CotEvent {
  const event = CotEvent.fromXml(Buffer.from(xml));
  if (event.kind !== 'event') throw new Error(event.detail);
  return event;
}

test('a pong is a fresh takPong that holds for 20 s', () => {
  assert.equal(
    xmlOf(pong(NOW_MS)),
    '<event version="2.0" uid="takPong" type="t-x-c-t-r" how="h-g-i-g-o" time="2026-03-14T09:26:53.589Z"' +
      ' start="2026-03-14T09:26:53.589Z" stale="2026-03-14T09:27:13.589Z"><point lat="0.0" lon="0.0"' +
      ' hae="9999999.0" ce="9999999.0" le="9999999.0"/><detail></detail></event>',
  );
});

test('the offer names version 1, support for all extensions, and the server', () => {
  const offer = protocolOffer('T-1', NOW_MS, 'Bivouac "0.1" & more');
  assert.equal(offer.envelope.type, 't-x-takp-v');
  assert.equal(offer.envelope.staleMs, NOW_MS + 60_000);
  assert.match(
    xmlOf(offer),
    /<detail><TakControl><TakProtocolSupport version="1"><DetailExt supportsAll="true"\/><\/TakProtocolSupport><TakServerVersionInfo serverVersion="Bivouac &quot;0\.1&quot; &amp; more" apiVersion="3"\/><\/TakControl><\/detail>/,
  );
});

test('the response says exactly true or false, in the transaction of the offer', () => {
  assert.match(xmlOf(protocolResponse('T-1', NOW_MS, true)), /<TakResponse status="true"\/>/);
  assert.match(xmlOf(protocolResponse('T-1', NOW_MS, false)), /<TakResponse status="false"\/>/);
  const { uid, type, how } = protocolResponse('T-1', NOW_MS, true).envelope;
  assert.deepEqual([uid, type, how], ['T-1', 't-x-takp-r', 'm-g']);
});

test('a disconnect notice links the client that is gone', () => {
  const notice = disconnectNotice('N-1', NOW_MS, 'ANDROID-"1"', 'a-f-G-U-C');
  assert.deepEqual(
    [notice.envelope.uid, notice.envelope.type, notice.envelope.linkUid],
    ['N-1', 't-x-d-d', 'ANDROID-"1"'],
  );
  assert.match(xmlOf(notice), /<link relation="p-p" uid="ANDROID-&quot;1&quot;" type="a-f-G-U-C"\/>/);
});

test('each of our own events has a protobuf form that says the same', () => {
  const made = [
    pong(NOW_MS),
    protocolOffer('T-1', NOW_MS, '1'),
    protocolResponse('T-1', NOW_MS, true),
    disconnectNotice('N-1', NOW_MS, 'U', 'a-f-G'),
  ];
  for (const event of made) {
    const back = CotEvent.fromProto(event.bytes('proto')!);
    assert.ok(back.kind === 'event');
    assert.deepEqual(back.envelope, event.envelope);
  }
});

test('a request for a protocol tells its transaction and version', () => {
  const xml = cotFixture('atak-5.5-takp-request.xml').toString();
  const uid = '4f3d2c1b-0a09-4807-8605-040302010099';
  assert.deepEqual(protocolRequest(eventOf(xml)), { uid, version: 1 });
  assert.deepEqual(
    protocolRequest(eventOf(xml.replace('TakRequest version="1"', 'TakRequest version="2"'))),
    {
      uid,
      version: 2,
    },
  );
  assert.equal(protocolRequest(eventOf(xml.replace('t-x-takp-q', 't-x-takp-r'))), undefined);
  assert.equal(protocolRequest(pong(NOW_MS)), undefined);
});

test('a request counts only in its place', () => {
  const xml = cotFixture('atak-5.5-takp-request.xml').toString();
  const control = /<TakControl>.*<\/TakControl>/;
  const places = [
    '<TakRequest version="1"/>',
    '<x><TakControl><TakRequest version="1"/></TakControl></x>',
    '<TakControl><x><TakRequest version="1"/></x></TakControl>',
    '<TakControl/><x><TakRequest version="1"/></x>',
    '<TakControl><TakRequest/></TakControl>',
    '<TakControl><TakRequest version="one"/></TakControl>',
    '',
  ];
  for (const place of places) {
    assert.ok(Number.isNaN(protocolRequest(eventOf(xml.replace(control, place)))?.version), place);
  }
  const second = '<x/><TakControl><y/><TakRequest version="1"/></TakControl>';
  assert.equal(protocolRequest(eventOf(xml.replace(control, second)))?.version, 1);
});
