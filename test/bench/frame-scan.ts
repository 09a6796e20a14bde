/**
 * How many events a second of CPU time frames, checks and reads, beside saxes parsing the same frames in the
 * same run. `node test/bench/frame-scan.ts [--json]`; takes about ten seconds on an idle core.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { SaxesParser } from 'saxes';
import { toProtoFrame } from '../../src/cot/convert/to-proto.ts';
import { toXmlFrame } from '../../src/cot/convert/to-xml.ts';
import { CotEvent } from '../../src/cot/event.ts';
import { StreamDecoder } from '../../src/cot/stream-decoder.ts';
import { cotFixture } from '../support/cot-fixtures.ts';

/** As many senders as a large exercise has: their names must not all fit the last one seen. */
const SENDERS = 200;
/** What a TLS record carries at most. */
const CHUNK_BYTES = 16_384;
const WARM_UP_MS = 250;
const ROUND_MS = 120;
const ROUNDS = 7;

interface Result {
  readonly name: string;
  readonly bytesPerEvent: number;
  /** Per second of CPU time: the median of the rounds, and the best, since others may share the caches. */
  readonly eventsPerSecond: number;
  readonly bestEventsPerSecond: number;
}

/** Position reports of many senders, each in its own place. */
const positions = Array.from({ length: SENDERS }, (_, sender) => {
  const id = (sender * 7_919).toString(16).padStart(5, '0');
  const xml = cotFixture('atak-5.5-pli.xml')
    .toString()
    .replace('589520ccfcd20f01', `589520ccfcd${id}`)
    .replaceAll('BRAVO-1', `BRV-${String(sender).padStart(3, '0')}`)
    .replace('47.376887', `47.${376_000 + sender * 131}`)
    .replace('8.541694', `8.${541_000 + sender * 97}`);
  return Buffer.from(xml);
});
const chats = positions.map(() => cotFixture('atak-5.5-chat-direct.xml'));
const multibyte = positions.map(() => cotFixture('atak-5.5-pli-multibyte.xml'));
const messages = positions.map((xml) => accepted(CotEvent.fromXml(xml)).bytes('proto')!);

function accepted(taken: ReturnType<typeof CotEvent.fromXml>): CotEvent {
  if (taken.kind !== 'event') throw new Error(taken.detail);
  return taken;
}

/** The frames one after another, cut into chunks as a socket gives them. */
function chunksOf(frames: readonly Buffer[], chunkBytes: number): Buffer[] {
  const stream = Buffer.concat(frames);
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += chunkBytes) chunks.push(stream.subarray(at, at + chunkBytes));
  return chunks;
}

function decodeAll(chunks: readonly Buffer[], isProto: boolean): () => number {
  const decoder = new StreamDecoder({ maxEventBytes: 1_048_576 });
  if (isProto) decoder.switchToProto();
  return () => {
    let events = 0;
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) {
        if (piece.kind !== 'event') throw new Error('not an event');
        events++;
      }
    }
    return events;
  };
}

/** With namespaces saxes gives an object for an attribute, otherwise its value. */
const attributeText = (attribute: string | { readonly value: string } | undefined): string =>
  typeof attribute === 'object' ? attribute.value : (attribute ?? '');

/** What a full strict parse costs that only looks at the attributes of event and point. */
function parseWithSaxes(frames: readonly Buffer[], xmlns: boolean): () => number {
  const seen = { uid: '', lat: 0 };
  const parser = new SaxesParser({ position: false, xmlns });
  parser.on('opentag', (tag) => {
    if (tag.name === 'event') seen.uid = attributeText(tag.attributes['uid']);
    else if (tag.name === 'point') seen.lat = Number(attributeText(tag.attributes['lat']));
  });
  return () => {
    for (const frame of frames) parser.write(frame.toString()).close();
    if (seen.uid === '' || seen.lat === 0) throw new Error('nothing was read');
    return frames.length;
  };
}

function convertAll(events: readonly CotEvent[]): () => number {
  return () => {
    for (const event of events) {
      const original = event.bytes(event.origin)!;
      const made = event.origin === 'xml' ? toProtoFrame(original, event.envelope) : toXmlFrame(original);
      if (typeof made === 'string') throw new Error(made);
    }
    return events.length;
  };
}

/** Runs `turn`, which tells how many events it did, for `forMs` of this process's CPU time; events per second. */
function rateOf(turn: () => number, forMs: number): number {
  const started = process.cpuUsage();
  let events = 0;
  let spentMs = 0;
  while (spentMs < forMs) {
    events += turn();
    const { user, system } = process.cpuUsage(started);
    spentMs = (user + system) / 1_000;
  }
  return (events / spentMs) * 1_000;
}

function measure(name: string, frames: readonly Buffer[], turn: () => number): Result {
  rateOf(turn, WARM_UP_MS);
  const rates = Array.from({ length: ROUNDS }, () => rateOf(turn, ROUND_MS)).sort((a, b) => a - b);
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  return {
    name,
    bytesPerEvent: Math.round(bytes / frames.length),
    eventsPerSecond: Math.round(rates[ROUNDS >> 1]!),
    bestEventsPerSecond: Math.round(rates.at(-1)!),
  };
}

const results = [
  measure('XML position: frame and scan', positions, decodeAll(chunksOf(positions, CHUNK_BYTES), false)),
  measure('XML position: one to a chunk', positions, decodeAll(positions, false)),
  measure('XML position: saxes', positions, parseWithSaxes(positions, false)),
  measure('XML position: saxes, namespaces', positions, parseWithSaxes(positions, true)),
  measure('XML position, multi-byte names', multibyte, decodeAll(multibyte, false)),
  measure('XML chat: frame and scan', chats, decodeAll(chats, false)),
  measure('XML chat: saxes', chats, parseWithSaxes(chats, false)),
  measure('v1 position: frame and scan', messages, decodeAll(chunksOf(messages, CHUNK_BYTES), true)),
  measure('v1 position: one to a chunk', messages, decodeAll(messages, true)),
  measure('XML to v1', positions, convertAll(positions.map((xml) => accepted(CotEvent.fromXml(xml))))),
  measure('v1 to XML', messages, convertAll(messages.map((frame) => accepted(CotEvent.fromProto(frame))))),
];

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
if (values.json) {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version };
  process.stdout.write(`${JSON.stringify({ bench: 'frame-scan', ...machine, results }, null, 2)}\n`);
} else {
  const row = (cells: readonly string[]) =>
    `${cells[0]!.padEnd(34)}${cells
      .slice(1)
      .map((cell) => cell.padStart(13))
      .join('')}\n`;
  process.stdout.write(row(['per second of CPU', 'bytes', 'events', 'best', 'best MB/s']));
  for (const { name, bytesPerEvent, eventsPerSecond, bestEventsPerSecond } of results) {
    const megabytes = (bestEventsPerSecond * bytesPerEvent) / 1_000_000;
    process.stdout.write(
      row([
        name,
        String(bytesPerEvent),
        eventsPerSecond.toLocaleString('en'),
        bestEventsPerSecond.toLocaleString('en'),
        megabytes.toFixed(0),
      ]),
    );
  }
}
