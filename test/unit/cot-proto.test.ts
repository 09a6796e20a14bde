import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { CotEvent } from '../../src/cot/event.ts';
import { UNKNOWN_METRES } from '../../src/cot/model.ts';
import { ProtoReader } from '../../src/cot/proto/reader.ts';
import { ProtoWriter } from '../../src/cot/proto/writer.ts';
import { StreamDecoder } from '../../src/cot/stream-decoder.ts';
import { cotFixtures } from '../support/cot-fixtures.ts';

/* Our reader and writer against protobufjs with the schema file: an independent implementation. */

const SCHEMA = new URL('../../src/cot/proto/tak-message.proto', import.meta.url);
const { root } = protobuf.parse(readFileSync(SCHEMA, 'utf8'), { keepCase: true });
const TakMessage = root.lookupType('atakmap.commoncommo.protobuf.v1.TakMessage');

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))];
}

/** A tag of one byte (or a frame's magic), a length, and what it counts. */
function fieldOf(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...varint(content.length)]), content]);
}

const frameOf = (payload: Uint8Array) => fieldOf(0xbf, payload);

function encode(message: object): Buffer {
  assert.equal(TakMessage.verify(message), null);
  return frameOf(TakMessage.encode(TakMessage.create(message)).finish());
}

function payloadOf(frame: Buffer): Buffer {
  let at = 1;
  while (frame[at]! >= 0x80) at++;
  return frame.subarray(at + 1);
}

// biome-ignore lint/suspicious/noExplicitAny: a plain object of the schema's shape
function decode(frame: Buffer): any {
  return TakMessage.toObject(TakMessage.decode(payloadOf(frame)), { longs: Number, bytes: Buffer });
}

function eventOf(frame: Buffer): CotEvent {
  const event = CotEvent.fromProto(frame);
  if (event.kind !== 'event') throw new Error(`${event.code}: ${event.detail}`);
  return event;
}

const BASE = {
  type: 'a-f-G-U-C',
  uid: 'U-1',
  how: 'm-g',
  sendTime: 1_773_480_413_589,
  startTime: 1_773_480_413_589,
  staleTime: 1_773_480_473_589,
  lat: 47.376887,
  lon: -8.541694,
  hae: 455.5,
  ce: 9.7,
  le: UNKNOWN_METRES,
};

test('an event with typed fields has the envelope of its XML form', () => {
  const detail = {
    xmlDetail: '<uid Droid="B"/><archive/><marti><dest callsign="HQ"/></marti>',
    contact: { endpoint: '*:-1:stcp', callsign: 'Ärzte 救援' },
    group: { name: 'Cyan', role: 'Medic' },
    status: { battery: 41 },
    takv: { device: 'D', platform: 'ATAK-CIV', os: '34', version: '5.5' },
    track: { speed: 1.5, course: 271.25 },
    precisionLocation: { geopointsrc: 'GPS', altsrc: 'DTED0' },
  };
  const { envelope } = eventOf(encode({ cotEvent: { ...BASE, detail } }));
  assert.deepEqual(envelope, {
    uid: 'U-1',
    type: 'a-f-G-U-C',
    how: 'm-g',
    timeMs: BASE.sendTime,
    startMs: BASE.startTime,
    staleMs: BASE.staleTime,
    lat: 47.376887,
    lon: -8.541694,
    hae: 455.5,
    ce: 9.7,
    le: UNKNOWN_METRES,
    callsign: 'Ärzte 救援',
    endpoint: '*:-1:stcp',
    team: 'Cyan',
    role: 'Medic',
    takv: { device: 'D', platform: 'ATAK-CIV', os: '34', version: '5.5' },
    battery: 41,
    dests: [{ kind: 'callsign', value: 'HQ' }],
    chat: undefined,
    isArchived: true,
    linkUid: '',
    isEmergencyCancel: false,
  });
});

test('an element in xmlDetail wins over the typed field, in the envelope and in the XML form', () => {
  const detail = {
    xmlDetail:
      '<contact callsign="FROM-XML" phone="1"/><status readiness="true"/><__group name="Red"/>' +
      '<takv platform="X"/><track speed="9"/><precisionlocation altsrc="A"/>',
    contact: { endpoint: 'x', callsign: 'TYPED' },
    group: { name: 'Cyan', role: 'Medic' },
    status: { battery: 41 },
    takv: { device: 'D', platform: 'TYPED', os: '34', version: '5.5' },
    track: { speed: 1.5, course: 2 },
    precisionLocation: { geopointsrc: 'GPS', altsrc: 'DTED0' },
  };
  const event = eventOf(encode({ cotEvent: { ...BASE, detail } }));
  const { callsign, endpoint, team, role, takv, battery } = event.envelope;
  assert.deepEqual([callsign, endpoint, team, role, battery], ['FROM-XML', undefined, 'Red', '', undefined]);
  assert.equal(takv?.platform, 'X');
  assert.match(event.bytes('xml')!.toString(), new RegExp(`<detail>${detail.xmlDetail}</detail>`));
});

test('a nested element in xmlDetail is no reason to leave a typed field out', () => {
  const detail = { xmlDetail: '<x><contact callsign="N"/></x>', contact: { callsign: 'TYPED' } };
  const event = eventOf(encode({ cotEvent: { ...BASE, detail } }));
  assert.equal(event.envelope.callsign, 'TYPED');
  assert.match(event.bytes('xml')!.toString(), /<contact callsign="TYPED"\/><x>/);
});

test('fields and messages that come twice are merged as protobuf has it', () => {
  const one = payloadOf(
    encode({ cotEvent: { ...BASE, detail: { contact: { callsign: 'ONE', endpoint: 'e' } } } }),
  );
  const two = payloadOf(
    encode({ cotEvent: { uid: 'U-2', lat: 1, detail: { contact: { callsign: 'TWO' } } } }),
  );
  const frame = frameOf(Buffer.concat([one, two]));
  const merged = decode(frame).cotEvent;
  const { envelope } = eventOf(frame);
  assert.deepEqual([merged.uid, merged.lat, merged.detail.contact.callsign], ['U-2', 1, 'TWO']);
  assert.deepEqual([envelope.uid, envelope.lat, envelope.callsign], ['U-2', 1, 'TWO']);
  assert.deepEqual([envelope.type, envelope.endpoint, envelope.lon], ['a-f-G-U-C', 'e', BASE.lon]);
});

test('unknown fields at every level survive, because the original bytes are relayed', () => {
  const extension = Buffer.from([0x42, 0x06, 0x08, 0x07, 0x12, 0x02, 0xca, 0xfe]);
  const unknown = Buffer.from([0xfa, 0x7f, 0x03, 0x61, 0x62, 0x63]);
  const detail = Buffer.concat([Buffer.from([0x12, 0x03, 0x12, 0x01, 0x41]), extension, unknown]);
  const CotEventType = root.lookupType('atakmap.commoncommo.protobuf.v1.CotEvent');
  const cotEvent = Buffer.concat([
    CotEventType.encode(CotEventType.create(BASE)).finish(),
    fieldOf(0x7a, detail),
    unknown,
    Buffer.from([0xf9, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]),
    Buffer.from([0xf5, 0x01, 1, 2, 3, 4]),
  ]);
  const frame = frameOf(Buffer.concat([fieldOf(0x12, cotEvent), Buffer.from([0x18, 0x05]), unknown]));
  const decoder = new StreamDecoder({ maxEventBytes: 65_536 });
  decoder.switchToProto();
  decoder.push(frame);
  const event = decoder.read();
  assert.ok(event?.kind === 'event');
  assert.equal(event.envelope.callsign, 'A');
  assert.deepEqual(event.bytes('proto'), frame);
  assert.match(event.bytes('xml')!.toString(), /<contact callsign="A"\/>/);
});

test('a TakControl beside an event does not hide it', () => {
  const frame = encode({ takControl: { minProtoVersion: 1, contactUid: 'U-1' }, cotEvent: BASE });
  assert.equal(eventOf(frame).envelope.uid, 'U-1');
});

test('numbers that are none: a position is refused, anything else is unknown', () => {
  const verdict = (change: object) => {
    const taken = CotEvent.fromProto(encode({ cotEvent: { ...BASE, ...change } }));
    return taken.kind === 'refusal' ? taken.code : taken.envelope;
  };
  for (const change of [
    { lat: Number.NaN },
    { lon: Number.POSITIVE_INFINITY },
    { lat: 90.5 },
    { lon: -181 },
  ]) {
    assert.equal(verdict(change), 'event_attribute_invalid');
  }
  const event = eventOf(encode({ cotEvent: { ...BASE, hae: Number.NaN, ce: Number.NEGATIVE_INFINITY } }));
  assert.deepEqual([event.envelope.hae, event.envelope.ce], [UNKNOWN_METRES, UNKNOWN_METRES]);
  assert.match(event.bytes('xml')!.toString(), / hae="9999999" ce="9999999" /);
  assert.equal(verdict({ uid: '' }), 'event_attribute_missing');
  assert.equal(verdict({ type: '' }), 'event_attribute_missing');
});

test('xmlDetail that is no well-formed content of one detail is refused', () => {
  const bad = [
    ...[
      '<a>',
      '</detail><detail>',
      '</a>',
      '<a></b>',
      '&',
      '&nope;',
      '<!DOCTYPE a>',
      '<a b="1" b="2"/>',
      '<a',
    ],
    ...['a\u0000b', '\uffff', ']]>', '<?xml version="1.0"?>', '<event></event>', '<![CDATA[</event>]]>'],
    ...['<!--</event><event uid="forged"/>-->', '<a>'.repeat(65) + '</a>'.repeat(65)],
  ];
  for (const xmlDetail of bad) {
    const taken = CotEvent.fromProto(encode({ cotEvent: { ...BASE, detail: { xmlDetail } } }));
    assert.ok(taken.kind === 'refusal', xmlDetail);
    assert.deepEqual([taken.code, taken.isFatal], ['proto_malformed', false], xmlDetail);
  }
  for (const xmlDetail of [' text ', '<a/>b<c/>', '<![CDATA[<]]>', '<!-- c --><?p a?>', '<events/>']) {
    eventOf(encode({ cotEvent: { ...BASE, detail: { xmlDetail } } }));
  }
});

test('every fixture in protobuf decodes with protobufjs to what the XML says', () => {
  for (const [name, bytes] of cotFixtures()) {
    const event = CotEvent.fromXml(bytes);
    assert.ok(event.kind === 'event', name);
    const frame = event.bytes('proto');
    assert.ok(frame !== undefined, name);
    assert.equal(frame[0], 0xbf);
    const { cotEvent } = decode(frame);
    const { envelope } = event;
    assert.deepEqual(
      [cotEvent.uid, cotEvent.type, cotEvent.how, cotEvent.sendTime, cotEvent.staleTime],
      [envelope.uid, envelope.type, envelope.how, envelope.timeMs, envelope.staleMs],
      name,
    );
    assert.deepEqual(
      [cotEvent.lat ?? 0, cotEvent.lon ?? 0, cotEvent.hae ?? 0, cotEvent.ce, cotEvent.le],
      [envelope.lat, envelope.lon, envelope.hae + 0, envelope.ce, envelope.le],
      name,
    );
    // Written once more by protobufjs: our bytes are the canonical ones, field by field.
    assert.deepEqual(encode(decode(frame)), frame, name);
  }
});

test('any message that protobufjs writes is read the same', () => {
  const words = fc.string({
    unit: fc.constantFrom('a', 'B', '7', ' ', 'é', '救', '🚑', '&', '<', '"'),
    maxLength: 90,
  });
  const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
  const part = <T>(shape: fc.Arbitrary<T>) => fc.option(shape, { nil: undefined });
  const message = fc.record({
    type: words.map((word) => `a-${word}`),
    uid: words.map((word) => `u${word}`),
    how: words,
    sendTime: time,
    startTime: time,
    staleTime: time,
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lon: fc.double({ min: -180, max: 180, noNaN: true }),
    hae: fc.double({ noNaN: true, noDefaultInfinity: true }),
    access: words,
    caveat: words,
    detail: fc.record(
      {
        contact: part(fc.record({ endpoint: words, callsign: words, altendpoints: words })),
        group: part(fc.record({ name: words, role: words })),
        status: part(fc.record({ battery: fc.nat() })),
        takv: part(fc.record({ device: words, platform: words, os: words, version: words })),
        track: part(
          fc.record({ speed: fc.double({ noNaN: true, noDefaultInfinity: true }), course: fc.double() }),
        ),
      },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(message, (cotEvent) => {
      const event = eventOf(encode({ cotEvent }));
      const { envelope } = event;
      assert.deepEqual(
        [envelope.uid, envelope.type, envelope.how, envelope.timeMs, envelope.startMs, envelope.staleMs],
        [
          cotEvent.uid,
          cotEvent.type,
          cotEvent.how,
          cotEvent.sendTime,
          cotEvent.startTime,
          cotEvent.staleTime,
        ],
      );
      assert.deepEqual(
        [envelope.lat, envelope.lon, envelope.hae],
        [cotEvent.lat, cotEvent.lon, cotEvent.hae],
      );
      const { contact, group, status, takv } = cotEvent.detail;
      assert.equal(envelope.callsign, contact?.callsign ?? '');
      assert.equal(envelope.endpoint, contact?.endpoint || undefined);
      assert.deepEqual([envelope.team, envelope.role], [group?.name ?? '', group?.role ?? '']);
      assert.equal(envelope.battery, status?.battery);
      assert.deepEqual(envelope.takv, takv && { ...takv });
      // And its XML form says the same again.
      const again = CotEvent.fromXml(event.bytes('xml')!);
      assert.ok(again.kind === 'event');
      const plusZero = { lat: envelope.lat + 0, lon: envelope.lon + 0, hae: envelope.hae + 0 };
      assert.deepEqual(again.envelope, { ...envelope, ...plusZero });
    }),
    { numRuns: 1_500, seed: 21 },
  );
});

test('random bytes and random changes never crash the reader', () => {
  const frames = [...cotFixtures().values()].map((bytes) => {
    const event = CotEvent.fromXml(bytes);
    assert.ok(event.kind === 'event');
    return event.bytes('proto')!;
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...frames),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      (frame, changes) => {
        const payload = Buffer.from(payloadOf(frame));
        for (const [at, value] of changes) payload[at % payload.length] = value;
        const taken = CotEvent.fromProto(frameOf(payload));
        if (taken.kind === 'event') assert.ok(CotEvent.fromXml(taken.bytes('xml')!).kind === 'event');
      },
    ),
    { numRuns: 5_000, seed: 22 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
      CotEvent.fromProto(frameOf(payload));
    }),
    { numRuns: 5_000, seed: 23 },
  );
});

test('the writer and the reader agree on integers up to 2^53', () => {
  const writer = new ProtoWriter();
  const reader = new ProtoReader();
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 20 }), (value, field) => {
      writer.integer(field, value + 1);
      const bytes = writer.take();
      reader.begin(bytes, 0, bytes.length);
      assert.ok(reader.next());
      assert.deepEqual([reader.field, reader.integer], [field, value + 1]);
      assert.ok(!reader.next() && !reader.isBroken);
    }),
    { numRuns: 2_000, seed: 24 },
  );
});

test('a detail larger than the scratch memory is written whole', () => {
  const xml = [...cotFixtures().values()][0]!.toString();
  const remarks = `<remarks>${'é'.repeat(200_000)}</remarks>`;
  const event = CotEvent.fromXml(Buffer.from(xml.replace('</detail>', `${remarks}</detail>`)));
  assert.ok(event.kind === 'event');
  const { cotEvent } = decode(event.bytes('proto')!);
  assert.ok(cotEvent.detail.xmlDetail.endsWith(remarks));
  assert.equal(cotEvent.uid, event.envelope.uid);
});
