import type { RecordedEvent } from './recorded-event.ts';

/**
 * Events in the form in which they cross to the worker: one buffer that is transferred and not copied, and
 * one text. A structured clone of event objects would copy each socket chunk that an event's bytes are a piece
 * of, and clones strings one by one: 25 µs for the nine of an event, where JSON takes two.
 */
export interface PackedBatch {
  readonly count: number;
  /** `NUMBERS` doubles for each event, then the events' bytes, both in order. */
  readonly buffer: ArrayBuffer;
  /** JSON: `STRINGS` strings for each event, in order. */
  readonly strings: string;
}

/** timeMs, staleMs, receivedMs, lat, lon, byte length, flags. */
const NUMBERS = 7;
/** uid, type, how, principalId, username, callsign, groups (JSON), dests, deletesUid. */
const STRINGS = 9;

const FLAG_POSITION = 1;
const FLAG_REPLAYABLE = 2;
const FLAG_ARCHIVED = 4;
const FLAG_PROTO = 8;

/** The last instant that a JavaScript Date knows; keeps a hostile time within SQLite's integers. */
const TIME_MAX_MS = 8.64e15;

/** An event as it comes out of a batch: `groups` is still JSON, because that is what the table holds. */
export type UnpackedEvent = Omit<RecordedEvent, 'groups'> & { readonly groupsJson: string };

export function pack(events: readonly RecordedEvent[]): PackedBatch {
  const numbersBytes = events.length * NUMBERS * Float64Array.BYTES_PER_ELEMENT;
  const bytesTotal = events.reduce((total, event) => total + event.bytes.length, 0);
  const buffer = new ArrayBuffer(numbersBytes + bytesTotal);
  const numbers = new Float64Array(buffer, 0, events.length * NUMBERS);
  const bytes = new Uint8Array(buffer, numbersBytes);
  const strings: string[] = [];
  let at = 0;
  let offset = 0;
  // A session's events share one array of groups: its JSON is made once per run of them.
  let groups: readonly string[] | undefined;
  let groupsJson = '[]';
  for (const event of events) {
    numbers[at] = instant(event.timeMs);
    numbers[at + 1] = instant(event.staleMs);
    numbers[at + 2] = instant(event.receivedMs);
    numbers[at + 3] = event.lat;
    numbers[at + 4] = event.lon;
    numbers[at + 5] = event.bytes.length;
    numbers[at + 6] = flagsOf(event);
    at += NUMBERS;
    bytes.set(event.bytes, offset);
    offset += event.bytes.length;
    if (event.groups !== groups) {
      groups = event.groups;
      groupsJson = JSON.stringify(groups);
    }
    strings.push(
      event.uid,
      event.type,
      event.how,
      event.principalId,
      event.username,
      event.callsign,
      groupsJson,
      event.dests ?? '',
      event.deletesUid,
    );
  }
  return { count: events.length, buffer, strings: JSON.stringify(strings) };
}

/** The events of a batch; their bytes are views on its buffer. */
export function* unpack({ count, buffer, strings: json }: PackedBatch): Generator<UnpackedEvent> {
  const strings = JSON.parse(json) as string[];
  const numbers = new Float64Array(buffer, 0, count * NUMBERS);
  let offset = numbers.byteLength;
  for (let i = 0; i < count; i += 1) {
    const n = i * NUMBERS;
    const s = i * STRINGS;
    const length = numbers[n + 5]!;
    const flags = numbers[n + 6]!;
    yield {
      uid: strings[s]!,
      type: strings[s + 1]!,
      how: strings[s + 2]!,
      timeMs: numbers[n]!,
      staleMs: numbers[n + 1]!,
      receivedMs: numbers[n + 2]!,
      lat: numbers[n + 3]!,
      lon: numbers[n + 4]!,
      principalId: strings[s + 3]!,
      username: strings[s + 4]!,
      callsign: strings[s + 5]!,
      groupsJson: strings[s + 6]!,
      isPosition: (flags & FLAG_POSITION) !== 0,
      isReplayable: (flags & FLAG_REPLAYABLE) !== 0,
      isArchived: (flags & FLAG_ARCHIVED) !== 0,
      deletesUid: strings[s + 8]!,
      format: (flags & FLAG_PROTO) === 0 ? 'xml' : 'proto',
      bytes: new Uint8Array(buffer, offset, length),
      dests: strings[s + 7] || undefined,
    };
    offset += length;
  }
}

function flagsOf(event: RecordedEvent): number {
  return (
    (event.isPosition ? FLAG_POSITION : 0) |
    (event.isReplayable ? FLAG_REPLAYABLE : 0) |
    (event.isArchived ? FLAG_ARCHIVED : 0) |
    (event.format === 'proto' ? FLAG_PROTO : 0)
  );
}

/** Whole milliseconds within what the table takes: one odd time must not cost its whole batch. */
function instant(ms: number): number {
  if (Number.isNaN(ms)) return 0;
  return Math.trunc(Math.min(Math.max(ms, -TIME_MAX_MS), TIME_MAX_MS));
}
