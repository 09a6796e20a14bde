import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CotEvent } from '../../src/cot/event.ts';
import { StreamDecoder } from '../../src/cot/stream-decoder.ts';
import { cotFixture } from '../support/cot-fixtures.ts';

const MIB = 1_048_576;
const PLI = cotFixture('atak-5.5-pli.xml').toString();
const HEAD = PLI.slice(0, PLI.indexOf('<detail>'));

/** An event that is fine but for what stands in its detail. */
const withDetail = (detail: string) => `${HEAD}<detail>${detail}</detail></event>`;

/** What a stream says to these bytes: `event`, or the codes of its refusals, fatal ones with `!`. */
function verdicts(bytes: Buffer | string, protocol: 'xml' | 'proto' = 'xml'): string[] {
  const decoder = new StreamDecoder({ maxEventBytes: MIB });
  if (protocol === 'proto') decoder.switchToProto();
  decoder.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  const pieces: string[] = [];
  for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) {
    pieces.push(piece.kind === 'refusal' ? `${piece.code}${piece.isFatal ? '!' : ''}` : piece.kind);
  }
  return pieces;
}

const hostile: Readonly<Record<string, readonly [bytes: Buffer | string, verdict: string]>> = {
  'document type inside the event': [withDetail('<!DOCTYPE a>'), 'xml_dtd!'],
  'entity declaration inside the event': [withDetail('<!ENTITY a "b">'), 'xml_dtd!'],
  'billion laughs': [
    `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${withDetail('&b;')}`,
    'xml_dtd!',
  ],
  'external entity': [
    `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${withDetail('&e;')}`,
    'xml_dtd!',
  ],
  'unknown entity in text': [withDetail('<remarks>&nbsp;</remarks>'), 'xml_entity'],
  'unknown entity in an attribute': [withDetail('<contact callsign="&copy;"/>'), 'xml_entity'],
  'reference to NUL': [withDetail('<remarks>&#0;</remarks>'), 'xml_entity'],
  'reference to a surrogate': [withDetail('<remarks>&#xD800;</remarks>'), 'xml_entity'],
  'reference beyond Unicode': [withDetail('<remarks>&#x110000;</remarks>'), 'xml_entity'],
  'reference of many digits': [withDetail(`<remarks>&#${'9'.repeat(400)};</remarks>`), 'xml_entity'],
  'upper-case X in a reference': [withDetail('<remarks>&#X41;</remarks>'), 'xml_entity'],
  'ampersand alone': [withDetail('<remarks>a & b</remarks>'), 'xml_malformed'],
  'NUL in text': [withDetail('<remarks>a\0b</remarks>'), 'xml_malformed'],
  'NUL in an attribute': [withDetail('<contact callsign="a\0"/>'), 'xml_malformed'],
  'NUL in a comment': [withDetail('<!-- \0 -->'), 'xml_malformed'],
  'escape character in CDATA': [withDetail('<![CDATA[\x1b[2J]]>'), 'xml_malformed'],
  'noncharacter U+FFFF': [withDetail('<remarks>\uffff</remarks>'), 'xml_malformed'],
  'lone continuation byte': [Buffer.from(withDetail('<remarks>\xa0</remarks>'), 'latin1'), 'xml_encoding!'],
  'overlong slash': [Buffer.from(withDetail('<remarks>\xc0\xaf</remarks>'), 'latin1'), 'xml_encoding!'],
  'UTF-8 of a surrogate': [Buffer.from(withDetail('<a b="\xed\xa0\x80"/>'), 'latin1'), 'xml_encoding!'],
  'sequence cut by the end tag': [Buffer.from(withDetail('<a>\xe2\x82</a>'), 'latin1'), 'xml_encoding!'],
  '</event> in CDATA': [withDetail('<remarks><![CDATA[</event>'), 'xml_malformed'],
  '</event> in a comment': [withDetail('<!-- </event>'), 'xml_malformed'],
  'attribute twice': [withDetail('<contact callsign="A" endpoint="x" callsign="B"/>'), 'xml_malformed'],
  'root attribute twice': [PLI.replace(' how=', ' uid="other" how='), 'xml_malformed'],
  'attribute without quotes': [withDetail('<contact callsign=A/>'), 'xml_malformed'],
  'attribute without value': [withDetail('<contact callsign/>'), 'xml_malformed'],
  'attributes without space': [withDetail('<contact a="1"b="2"/>'), 'xml_malformed'],
  '< in an attribute': [withDetail('<contact callsign="<"/>'), 'xml_malformed'],
  'crossed tags': [withDetail('<a><b></a></b>'), 'xml_malformed'],
  'end tag of another case': [withDetail('<a></A>'), 'xml_malformed'],
  'name that begins with a digit': [withDetail('<1a/>'), 'xml_malformed'],
  'name with a character that names cannot have': [withDetail('<a×b/>'), 'xml_malformed'],
  ']]> in text': [withDetail('<remarks>a ]]> b</remarks>'), 'xml_malformed'],
  '-- in a comment': [withDetail('<!-- a -- b -->'), 'xml_malformed'],
  'second declaration inside': [withDetail('<?xml version="1.0"?>'), 'xml_malformed'],
  'two root elements': [`${PLI.slice(0, -8)}</event ><event>${'</event>'}`, 'xml_malformed'],
  'very deep': [withDetail('<a>'.repeat(20_000) + '</a>'.repeat(20_000)), 'xml_too_deep'],
  'no uid': [PLI.replace(/ uid="[^"]*"/, ''), 'event_attribute_missing'],
  'no type': [PLI.replace(/ type="[^"]*"/, ''), 'event_attribute_missing'],
  'no stale': [PLI.replace(/ stale="[^"]*"/, ''), 'event_attribute_missing'],
  'empty uid': [PLI.replace(/ uid="[^"]*"/, ' uid=""'), 'event_attribute_invalid'],
  'time that is none': [PLI.replace(/ time="[^"]*"/, ' time="yesterday"'), 'event_attribute_invalid'],
  'no point': [PLI.replace(/<point[^>]*>/, ''), 'event_point_missing'],
  'point in the detail only': [PLI.replace(/(<point[^>]*>)<detail>/, '<detail>$1'), 'event_point_missing'],
  'no lat': [PLI.replace(/ lat="[^"]*"/, ''), 'event_attribute_missing'],
  'lat beyond the pole': [PLI.replace(/ lat="[^"]*"/, ' lat="90.1"'), 'event_attribute_invalid'],
  'lat NaN': [PLI.replace(/ lat="[^"]*"/, ' lat="NaN"'), 'event_attribute_invalid'],
  'lon with a comma': [PLI.replace(/ lon="[^"]*"/, ' lon="8,54"'), 'event_attribute_invalid'],
  'lon infinite': [PLI.replace(/ lon="[^"]*"/, ' lon="1e999"'), 'event_attribute_invalid'],
};

for (const [name, [bytes, verdict]] of Object.entries(hostile)) {
  test(`refused: ${name}`, () => {
    assert.equal(verdicts(bytes)[0], verdict);
    assert.ok(!verdicts(bytes).includes('event'));
  });
}

test('what follows a fatal refusal is not read', () => {
  assert.deepEqual(verdicts(`${withDetail('<!DOCTYPE a>')}${PLI}`), ['xml_dtd!']);
  assert.deepEqual(verdicts(`${withDetail('&nope;')}${PLI}`), ['xml_entity', 'event']);
});

test('an event that carries another one in CDATA does not bring it to anybody', () => {
  const inner = PLI.replace('BRAVO-1', 'FORGED');
  const outer = withDetail(`<remarks><![CDATA[${inner}]]></remarks>`);
  const decoder = new StreamDecoder({ maxEventBytes: MIB });
  decoder.push(Buffer.from(outer));
  const first = decoder.read();
  // Cut at the inner </event>, as a receiver would: what came before it is malformed, what comes after is junk.
  assert.ok(first?.kind === 'refusal' && first.code === 'xml_malformed');
  assert.equal(decoder.read(), undefined);
});

test('an event of 70 KB is taken, and one of a megabyte without an end is not', () => {
  assert.deepEqual(verdicts(withDetail(`<remarks>${'x'.repeat(70_000)}</remarks>`)), ['event']);
  assert.deepEqual(verdicts(`<event ${'x'.repeat(MIB)}`), ['event_too_large!']);
});

test('a hundred thousand attributes are checked for twins without comparing all pairs', () => {
  const many = Array.from({ length: 60_000 }, (_, at) => ` a${at}=""`).join('');
  const started = performance.now();
  assert.deepEqual(verdicts(withDetail(`<x${many}/>`)), ['event']);
  assert.deepEqual(verdicts(withDetail(`<x${many} a7=""/>`)), ['xml_malformed']);
  assert.ok(performance.now() - started < 2_000);
});

test('refusals tell why in a few printable characters', () => {
  for (const [bytes] of Object.values(hostile)) {
    const decoder = new StreamDecoder({ maxEventBytes: MIB });
    decoder.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    const piece = decoder.read();
    assert.ok(piece?.kind === 'refusal');
    assert.match(piece.detail, /^[\x20-\x7e±]{1,200}$/);
  }
});

const frame = (...payload: number[]) => Buffer.from([0xbf, payload.length, ...payload]);

const hostileMessages: Readonly<Record<string, readonly [bytes: Buffer, verdict: string]>> = {
  'a length of 2 TiB in 7 bytes': [
    Buffer.from([0xbf, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]),
    'event_too_large!',
  ],
  'a length of 2^63': [Buffer.from([0xbf, ...Array<number>(9).fill(0x80), 0x01]), 'event_too_large!'],
  'a length of eleven bytes': [Buffer.from([0xbf, ...Array<number>(11).fill(0x80), 0x01]), 'proto_length!'],
  'a length that never ends': [Buffer.from([0xbf, ...Array<number>(64).fill(0xff)]), 'proto_length!'],
  'another magic': [Buffer.from('<event uid="1"></event>'), 'proto_magic!'],
  'nothing in it': [frame(), 'proto_no_event'],
  'a TakControl only': [frame(0x0a, 0x02, 0x08, 0x01), 'proto_no_event'],
  'an event without anything': [frame(0x12, 0x00), 'event_attribute_missing'],
  'a field longer than its message': [frame(0x12, 0x7f, 0x0a, 0x01, 0x41), 'proto_malformed'],
  'a text longer than its message': [frame(0x12, 0x03, 0x0a, 0x7f, 0x41), 'proto_malformed'],
  'a length of 2^64 - 1 inside': [frame(0x12, ...Array<number>(9).fill(0xff), 0x01), 'proto_malformed'],
  'a group': [frame(0x13, 0x14), 'proto_malformed'],
  'field number 0': [frame(0x02, 0x00), 'proto_malformed'],
  'wire type 7': [frame(0x17, 0x00), 'proto_malformed'],
  'an event that is a number': [frame(0x10, 0x01), 'proto_malformed'],
  'a uid that is a number': [frame(0x12, 0x02, 0x28, 0x01), 'proto_malformed'],
  'a type that is not UTF-8': [frame(0x12, 0x03, 0x0a, 0x01, 0xff), 'proto_malformed'],
  'a type with a control character': [frame(0x12, 0x03, 0x0a, 0x01, 0x07), 'proto_malformed'],
  'a time of 2^63 ms': [frame(0x12, 0x0b, 0x30, ...Array<number>(9).fill(0x80), 0x01), 'proto_malformed'],
  'a cut varint': [frame(0x12, 0x02, 0x30, 0x80), 'proto_malformed'],
  'a cut double': [frame(0x12, 0x03, 0x51, 0x00, 0x00), 'proto_malformed'],
};

for (const [name, [bytes, verdict]] of Object.entries(hostileMessages)) {
  test(`refused message: ${name}`, () => assert.equal(verdicts(bytes, 'proto')[0], verdict));
}

test('an announced length takes no memory before its bytes come', () => {
  const decoders = Array.from({ length: 2_000 }, () => {
    const decoder = new StreamDecoder({ maxEventBytes: MIB });
    decoder.switchToProto();
    return decoder;
  });
  const before = process.memoryUsage().arrayBuffers;
  for (const decoder of decoders) {
    // 1,000,000 bytes are announced, within the limit.
    decoder.push(Buffer.from([0xbf, 0xc0, 0x84, 0x3d, 0x12]));
    assert.equal(decoder.read(), undefined);
    assert.equal(decoder.bufferedBytes, 5);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * MIB);
});

test('bytes of every value at every place of an event never crash the reader', () => {
  const xml = cotFixture('atak-5.5-pli-multibyte.xml');
  const event = CotEvent.fromXml(xml);
  assert.ok(event.kind === 'event');
  const message = event.bytes('proto')!;
  let accepted = 0;
  for (const original of [xml, message]) {
    for (let at = 0; at < original.length; at++) {
      for (const value of [0x00, 0x01, 0x22, 0x26, 0x3c, 0x3e, 0x7f, 0x80, 0xbf, 0xff]) {
        const changed = Buffer.from(original);
        changed[at] = value;
        const taken = original === xml ? CotEvent.fromXml(changed) : CotEvent.fromProto(changed);
        if (taken.kind !== 'event') continue;
        accepted++;
        taken.bytes('xml');
        taken.bytes('proto');
      }
    }
  }
  assert.ok(accepted > 100);
});
