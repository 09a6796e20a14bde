import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamDecoder, type StreamPiece } from '../../src/cot/stream-decoder.ts';
import { cotFixture, cotFixtures } from '../support/cot-fixtures.ts';

const MIB = 1_048_576;
const PLI = cotFixture('atak-5.5-pli.xml');
const MULTIBYTE = cotFixture('atak-5.5-pli-multibyte.xml');
const CHAT = cotFixture('atak-5.5-chat-group.xml');
const PROLOG = Buffer.from('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n');

function decode(chunks: readonly Buffer[], acceptsAuth = false, maxEventBytes = MIB): StreamPiece[] {
  const decoder = new StreamDecoder({ maxEventBytes, acceptsAuth });
  const pieces: StreamPiece[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) pieces.push(piece);
  }
  return pieces;
}

/** A piece in short: the bytes of an event, the code of a refusal, the words of an auth element. */
function inShort(piece: StreamPiece): string {
  if (piece.kind === 'event') return piece.bytes(piece.origin)!.toString('latin1');
  if (piece.kind === 'auth') return `auth ${piece.username} ${piece.password} ${piece.uid}`;
  return `${piece.isFatal ? 'fatal ' : ''}${piece.code}`;
}

const decoded = (chunks: readonly Buffer[], acceptsAuth = false) => decode(chunks, acceptsAuth).map(inShort);
const text = (bytes: Buffer) => bytes.toString('latin1');

test('an event comes out the same at every byte split, prolog and multi-byte characters included', () => {
  const streams = [
    Buffer.concat([PROLOG, MULTIBYTE]),
    Buffer.concat([PLI, Buffer.from('\n'), CHAT]),
    Buffer.concat([MULTIBYTE, PROLOG, PLI, PROLOG]),
  ];
  for (const stream of streams) {
    const whole = decoded([stream]);
    for (let cut = 0; cut <= stream.length; cut++) {
      assert.deepEqual(decoded([stream.subarray(0, cut), stream.subarray(cut)]), whole, `cut at ${cut}`);
    }
  }
});

test('events come out byte by byte, in order and unchanged', () => {
  const frames = [...cotFixtures().values()];
  const stream = Buffer.concat(frames.flatMap((frame) => [PROLOG, frame, Buffer.from(' \n')]));
  const bytes = Array.from(stream, (_, at) => stream.subarray(at, at + 1));
  assert.deepEqual(decoded(bytes), frames.map(text));
});

test('many events in one chunk come out one by one', () => {
  const stream = Buffer.concat([PLI, CHAT, MULTIBYTE, PLI]);
  assert.deepEqual(decoded([stream]), [PLI, CHAT, MULTIBYTE, PLI].map(text));
});

test('chunks that are pushed before the last one was read up wait in line', () => {
  const decoder = new StreamDecoder({ maxEventBytes: MIB });
  const stream = Buffer.concat([PLI, CHAT]);
  for (let at = 0; at < stream.length; at += 100) decoder.push(stream.subarray(at, at + 100));
  assert.equal(decoder.bufferedBytes, stream.length);
  assert.equal(inShort(decoder.read()!), text(PLI));
  assert.equal(inShort(decoder.read()!), text(CHAT));
  assert.equal(decoder.read(), undefined);
  assert.equal(decoder.bufferedBytes, 0);
});

test('whatever the chunks are, the pieces are those of the whole stream', () => {
  const parts = fc.constantFrom(
    PLI,
    MULTIBYTE,
    CHAT,
    PROLOG,
    Buffer.from('\r\n \t'),
    Buffer.from('</event>'),
    Buffer.from('<events><eventful><even><!-- <event-x> -->'),
    Buffer.from('<event/>'),
    Buffer.from('<event><detail></event>'),
    Buffer.from('<event'),
    Buffer.from('<'),
    Buffer.from('<<event>&</event>'),
    Buffer.from('<auth><cot username="a" password="b"/></auth>'),
    Buffer.from('救<'),
  );
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (stream, sizes, acceptsAuth) => {
        const bytes = Buffer.concat(stream);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(decoded(chunks, acceptsAuth), decoded([bytes], acceptsAuth));
        if (!acceptsAuth) assert.deepEqual(acceptedFrames(chunks), referenceFrames(bytes));
      },
    ),
    { numRuns: 2_000, seed: 7 },
  );
});

/** The frames of a stream as ATAK's rule says it, on the whole text at once: those that are real events. */
function referenceFrames(stream: Buffer): string[] {
  const whole = stream.toString('latin1');
  const frames: string[] = [];
  const begin = /<event(?=[ \t\r\n>/])/g;
  for (let found = begin.exec(whole); found !== null; found = begin.exec(whole)) {
    const end = whole.indexOf('</event>', found.index);
    if (end < 0) break;
    frames.push(whole.slice(found.index, end + 8));
    begin.lastIndex = end + 8;
  }
  const known = [PLI, MULTIBYTE, CHAT].map(text);
  return frames.filter((frame) => known.includes(frame));
}

function acceptedFrames(chunks: readonly Buffer[]): string[] {
  return decode(chunks)
    .filter((piece) => piece.kind === 'event')
    .map(inShort);
}

/** Of this process alone: what others do on the machine meanwhile does not count. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test('a megabyte in chunks of one byte takes linear time', () => {
  const padding = 'x'.repeat(MIB - PLI.length - 40);
  const frame = Buffer.from(PLI.toString().replace('</detail>', `<remarks>${padding}</remarks></detail>`));
  const before = process.cpuUsage();
  const pieces = decode(Array.from(frame, (_, at) => frame.subarray(at, at + 1)));
  assert.equal(pieces.length, 1);
  assert.equal(inShort(pieces[0]!), text(frame));
  // Looking at bytes again would take minutes.
  assert.ok(cpuMsSince(before) < 4_000);
});

test('a chunk of a megabyte full of < takes linear time', () => {
  const before = process.cpuUsage();
  assert.deepEqual(decoded([Buffer.alloc(MIB, '<'), PLI]), [text(PLI)]);
  assert.deepEqual(decoded([Buffer.from('<even'.repeat(200_000)), PLI]), [text(PLI)]);
  assert.ok(cpuMsSince(before) < 2_000);
});

test('an event larger than the limit ends the stream, complete or not', () => {
  const limit = PLI.length;
  const larger = Buffer.concat([PLI.subarray(0, -8), Buffer.from(' '), PLI.subarray(-8)]);
  assert.deepEqual(decode([PLI], false, limit).map(inShort), [text(PLI)]);
  assert.deepEqual(decode([larger], false, limit).map(inShort), ['fatal event_too_large']);
  const split = [larger.subarray(0, 300), larger.subarray(300), PLI];
  assert.deepEqual(decode(split, false, limit).map(inShort), ['fatal event_too_large']);
});

test('a stream without </event> ends at the limit, and nothing of it is kept', () => {
  const decoder = new StreamDecoder({ maxEventBytes: MIB });
  decoder.push(Buffer.from('<event '));
  assert.equal(decoder.read(), undefined);
  const chunk = Buffer.alloc(16_384, 'a');
  let piece: StreamPiece | undefined;
  let pushed = 0;
  for (; piece === undefined && pushed < 2 * MIB; pushed += chunk.length) {
    decoder.push(chunk);
    piece = decoder.read();
    assert.ok(decoder.bufferedBytes <= MIB + chunk.length);
  }
  assert.equal(inShort(piece!), 'fatal event_too_large');
  assert.ok(pushed <= MIB + chunk.length);
  assert.equal(decoder.bufferedBytes, 0);
  decoder.push(PLI);
  assert.equal(decoder.read(), undefined);
  assert.equal(decoder.bufferedBytes, 0);
});

test('junk before an event is skipped, but not without end', () => {
  assert.deepEqual(decoded([Buffer.from('GET / HTTP/1.1\r\n\r\n'), PLI]), [text(PLI)]);
  const decoder = new StreamDecoder({ maxEventBytes: 10_000 });
  const codes: string[] = [];
  for (let round = 0; round < 30; round++) {
    decoder.push(Buffer.alloc(1_000, 'junk '));
    const piece = decoder.read();
    if (piece !== undefined) codes.push(inShort(piece));
    assert.equal(decoder.bufferedBytes, 0);
  }
  assert.deepEqual(codes, ['fatal xml_malformed']);
});

test('after a malformed event the stream goes on with the next one', () => {
  const broken = Buffer.from('<event uid="1"><detail></event>');
  assert.deepEqual(decoded([broken, PLI]), ['xml_malformed', text(PLI)]);
});

test('an empty event element ends nothing, as in ATAK: the next one is lost with it', () => {
  assert.deepEqual(decoded([Buffer.from('<event uid="1"/>'), PLI, CHAT]), ['xml_malformed', text(CHAT)]);
});

test('names that only begin like event are skipped', () => {
  assert.deepEqual(decoded([Buffer.from('<events>'), PLI, Buffer.from('</events>')]), [text(PLI)]);
  assert.deepEqual(decoded([Buffer.from('<event-list a="1"/>'), PLI]), [text(PLI)]);
});

test('a document type declaration before an event ends the stream, at every byte split', () => {
  const streams = ['<!DOCTYPE lolz [<!ENTITY lol "lol">]>', '<?xml version="1.0"?><!ENTITY a "b">'];
  for (const declaration of streams) {
    const stream = Buffer.concat([Buffer.from(declaration), PLI]);
    for (let cut = 0; cut <= 40; cut++) {
      assert.deepEqual(decoded([stream.subarray(0, cut), stream.subarray(cut)]), ['fatal xml_dtd']);
    }
  }
});

test('an auth element is given out once, before any event, where the caller accepts it', () => {
  const auth = Buffer.from(
    '<?xml version="1.0"?>\n<auth><cot username="alice" password="p&amp;&quot;&#x3c;ö" uid="ANDROID-1"/></auth>',
  );
  const stream = Buffer.concat([auth, PLI, auth, CHAT]);
  const words = 'auth alice p&"<ö ANDROID-1';
  for (let cut = 0; cut <= stream.length; cut++) {
    const pieces = decoded([stream.subarray(0, cut), stream.subarray(cut)], true);
    assert.deepEqual(pieces, [words, text(PLI), text(CHAT)], `cut at ${cut}`);
  }
  assert.deepEqual(decoded([stream]), [text(PLI), text(CHAT)]);
  assert.deepEqual(decoded([PLI, auth, CHAT], true), [text(PLI), text(CHAT)]);
});

test('an auth element without uid is complete, and single quotes do as well', () => {
  const auth = Buffer.from("<auth><cot username='a' password=''></cot></auth>");
  assert.deepEqual(decoded([auth], true), ['auth a  ']);
});

test('an auth element that cannot be read ends the stream', () => {
  const elements = [
    '<auth></auth>',
    '<auth><cot username="a"/></auth>',
    '<auth><cot password="b"/></auth>',
    '<auth><cot username="" password="b"/></auth>',
    '<auth><cot username="a" password="b & c"/></auth>',
    '<auth><cot username="a" password="&bogus;"/></auth>',
    '<auth><cot username="a" password="b"/><cot username="c" password="d"/></auth>',
    '<auth><cot username="a" username="b" password="c"/></auth>',
    '<auth><other username="a" password="b"/></auth>',
    '<auth><cot username="a" password="b"></auth>',
    '<auth><!DOCTYPE x><cot username="a" password="b"/></auth>',
  ];
  for (const element of elements) {
    assert.deepEqual(decoded([Buffer.from(element), PLI], true), ['fatal auth_malformed'], element);
  }
  const notUtf8 = Buffer.from('<auth><cot username="\xff" password="b"/></auth>', 'latin1');
  assert.deepEqual(decoded([notUtf8], true), ['fatal auth_malformed']);
});

test('an auth element of more than 8 KiB ends the stream, complete or not', () => {
  const long = Buffer.from(`<auth><cot username="a" password="${'x'.repeat(8_192)}"/></auth>`);
  assert.deepEqual(decoded([long], true), ['fatal auth_too_large']);
  assert.deepEqual(decoded([long.subarray(0, 5_000), long.subarray(5_000, 8_200)], true), [
    'fatal auth_too_large',
  ]);
});

test('no refusal of an auth element repeats what it holds', () => {
  const decoder = new StreamDecoder({ maxEventBytes: MIB, acceptsAuth: true });
  decoder.push(Buffer.from('<auth><cot username="kestrel" password="s3cr3t & more"/></auth>'));
  assert.doesNotMatch(JSON.stringify(decoder.read()), /kestrel|s3cr3t/);
});

test('the rest of a chunk belongs to the other protocol after the switch', () => {
  const request = cotFixture('atak-5.5-takp-request.xml');
  const position = decode([PLI])[0]!;
  assert.ok(position.kind === 'event');
  const message = position.bytes('proto')!;
  for (const between of ['', '\n', ' \r\n']) {
    const stream = Buffer.concat([request, Buffer.from(between), message, message]);
    for (let cut = 0; cut <= stream.length; cut += 7) {
      const decoder = new StreamDecoder({ maxEventBytes: MIB });
      const pieces: StreamPiece[] = [];
      for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
        decoder.push(chunk);
        for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) {
          pieces.push(piece);
          if (piece.kind === 'event' && piece.envelope.type === 't-x-takp-q') decoder.switchToProto();
        }
      }
      assert.equal(decoder.protocol, 'proto');
      assert.deepEqual(pieces.map(inShort), [text(request), text(message), text(message)], `cut at ${cut}`);
    }
  }
});
