import { encodingFault, FORBIDDEN, HIGH } from '../xml/characters.ts';
import { MAX_TIME_MS } from '../xml/iso-time.ts';
import { textOf } from '../xml/text-memo.ts';
import { ProtoReader, WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from './reader.ts';

const MAX_UINT32 = 2 ** 32 - 1;

/**
 * The fields of one TakMessage that we know, flat. A field or message that comes twice overrides or completes
 * the earlier one, as protobuf has it, so that we read what every other receiver reads.
 */
export class TakFields {
  hasEvent = false;
  type = '';
  access = '';
  qos = '';
  opex = '';
  uid = '';
  sendMs = 0;
  startMs = 0;
  staleMs = 0;
  how = '';
  lat = 0;
  lon = 0;
  hae = 0;
  ce = 0;
  le = 0;
  caveat = '';
  releasableTo = '';
  /** Where the text of xmlDetail begins and ends; equal when there is none. */
  xmlDetailStart = 0;
  xmlDetailEnd = 0;
  hasContact = false;
  endpoint = '';
  callsign = '';
  altendpoints = '';
  hasGroup = false;
  team = '';
  role = '';
  hasPrecision = false;
  geopointsrc = '';
  altsrc = '';
  hasStatus = false;
  battery = 0;
  hasTakv = false;
  device = '';
  platform = '';
  os = '';
  version = '';
  hasTrack = false;
  speed = 0;
  course = 0;
}

// One reader per level: the message, the event, its detail, and what stands in there.
const messageReader = new ProtoReader();
const eventReader = new ProtoReader();
const detailReader = new ProtoReader();
const partReader = new ProtoReader();

/**
 * Reads the payload of a message (without magic and length). Undefined when it is broken: a length beyond its
 * message, a group, a known field of another type, text that is not UTF-8 or that XML cannot hold.
 */
export function readTakMessage(bytes: Buffer, start: number, end: number): TakFields | undefined {
  const fields = new TakFields();
  const reader = messageReader;
  reader.begin(bytes, start, end);
  while (reader.next()) {
    if (reader.field > 4) continue;
    if (reader.wireType !== (reader.field <= 2 ? WIRE_BYTES : WIRE_VARINT)) return undefined;
    if (reader.field !== 2) continue;
    fields.hasEvent = true;
    if (!readEvent(bytes, reader.start, reader.end, fields)) return undefined;
  }
  return reader.isBroken ? undefined : fields;
}

function readEvent(bytes: Buffer, start: number, end: number, fields: TakFields): boolean {
  const reader = eventReader;
  reader.begin(bytes, start, end);
  while (reader.next()) {
    const { field } = reader;
    if (field > 17) continue;
    const wanted =
      field >= 6 && field <= 8 ? WIRE_VARINT : field >= 10 && field <= 14 ? WIRE_FIXED64 : WIRE_BYTES;
    if (reader.wireType !== wanted) return false;
    if (wanted === WIRE_FIXED64) {
      setPoint(fields, field, reader.double());
    } else if (wanted === WIRE_VARINT) {
      if (reader.integer > MAX_TIME_MS) return false;
      setTime(fields, field, reader.integer);
    } else if (field === 15) {
      if (!readDetail(bytes, reader.start, reader.end, fields)) return false;
    } else {
      const text = readText(reader);
      if (text === undefined) return false;
      setText(fields, field, text);
    }
  }
  return !reader.isBroken;
}

function setPoint(fields: TakFields, field: number, value: number): void {
  if (field === 10) fields.lat = value;
  else if (field === 11) fields.lon = value;
  else if (field === 12) fields.hae = value;
  else if (field === 13) fields.ce = value;
  else fields.le = value;
}

function setTime(fields: TakFields, field: number, timeMs: number): void {
  if (field === 6) fields.sendMs = timeMs;
  else if (field === 7) fields.startMs = timeMs;
  else fields.staleMs = timeMs;
}

function setText(fields: TakFields, field: number, text: string): void {
  if (field === 1) fields.type = text;
  else if (field === 2) fields.access = text;
  else if (field === 3) fields.qos = text;
  else if (field === 4) fields.opex = text;
  else if (field === 5) fields.uid = text;
  else if (field === 9) fields.how = text;
  else if (field === 16) fields.caveat = text;
  else fields.releasableTo = text;
}

function readDetail(bytes: Buffer, start: number, end: number, fields: TakFields): boolean {
  const reader = detailReader;
  reader.begin(bytes, start, end);
  while (reader.next()) {
    if (reader.field > 8) continue;
    if (reader.wireType !== WIRE_BYTES) return false;
    if (reader.field === 1) {
      fields.xmlDetailStart = reader.start;
      fields.xmlDetailEnd = reader.end;
    } else if (reader.field < 8 && !readPart(reader.field, bytes, reader.start, reader.end, fields)) {
      return false;
    }
  }
  return !reader.isBroken;
}

const STATUS = 5;
const TRACK = 7;

/** Contact, Group, PrecisionLocation, Status, Takv or Track: the messages in Detail's fields 2 to 7. */
function readPart(part: number, bytes: Buffer, start: number, end: number, fields: TakFields): boolean {
  const reader = partReader;
  const known = PART_SIZES[part]!;
  const wanted = part === STATUS ? WIRE_VARINT : part === TRACK ? WIRE_FIXED64 : WIRE_BYTES;
  markPart(fields, part);
  reader.begin(bytes, start, end);
  while (reader.next()) {
    if (reader.field > known) continue;
    if (reader.wireType !== wanted) return false;
    if (part === STATUS) {
      if (reader.integer > MAX_UINT32) return false;
      fields.battery = reader.integer;
    } else if (part === TRACK) {
      if (reader.field === 1) fields.speed = reader.double();
      else fields.course = reader.double();
    } else {
      const text = readText(reader);
      if (text === undefined) return false;
      setPartText(fields, part, reader.field, text);
    }
  }
  return !reader.isBroken;
}

/** How many fields each of Detail's messages has. */
const PART_SIZES: Readonly<Record<number, number>> = { 2: 3, 3: 2, 4: 2, 5: 1, 6: 4, 7: 2 };

function markPart(fields: TakFields, part: number): void {
  if (part === 2) fields.hasContact = true;
  else if (part === 3) fields.hasGroup = true;
  else if (part === 4) fields.hasPrecision = true;
  else if (part === STATUS) fields.hasStatus = true;
  else if (part === 6) fields.hasTakv = true;
  else fields.hasTrack = true;
}

function setPartText(fields: TakFields, part: number, field: number, text: string): void {
  if (part === 2) {
    if (field === 1) fields.endpoint = text;
    else if (field === 2) fields.callsign = text;
    else fields.altendpoints = text;
  } else if (part === 3) {
    if (field === 1) fields.team = text;
    else fields.role = text;
  } else if (part === 4) {
    if (field === 1) fields.geopointsrc = text;
    else fields.altsrc = text;
  } else if (field === 1) fields.device = text;
  else if (field === 2) fields.platform = text;
  else if (field === 3) fields.os = text;
  else fields.version = text;
}

/** A text field; undefined when it is not UTF-8, or has characters that XML cannot hold. */
function readText(reader: ProtoReader): string | undefined {
  const { bytes, start, end } = reader;
  let union = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (FORBIDDEN[byte] === 1) return undefined;
    union |= byte;
  }
  if (union >= HIGH && encodingFault(bytes.subarray(start, end)) !== undefined) return undefined;
  return textOf(bytes, start, end);
}
