import { type Envelope, type Refusal, UNKNOWN_METRES } from '../model.ts';
import { refuse } from '../refusal.ts';
import { encodingFault } from './characters.ts';
import { TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from './cursor.ts';
import { parseDecimal } from './decimal.ts';
import { DetailReader } from './detail.ts';
import { faultCode, faultSentence } from './faults.ts';
import { parseIsoTime } from './iso-time.ts';
import { type XmlName, xmlName } from './name.ts';

const EVENT = xmlName('event');
const UID = xmlName('uid');
const TYPE = xmlName('type');
const HOW = xmlName('how');
const TIME = xmlName('time');
const START = xmlName('start');
const STALE = xmlName('stale');
const POINT = xmlName('point');
const LAT = xmlName('lat');
const LON = xmlName('lon');
const HAE = xmlName('hae');
const CE = xmlName('ce');
const LE = xmlName('le');
const DETAIL = xmlName('detail');

// Scanning is synchronous and never enters itself, so one set of scratch objects serves every stream.
const cursor = new XmlCursor();
const detail = new DetailReader();
/** What an otherwise well-formed event lacks; the first such fault is told. */
let lack: Refusal | undefined;

/**
 * Checks that `frame` (`<event …>…</event>`, nothing around it) is well-formed XML in UTF-8 without a DTD,
 * to its last byte, and reads the envelope in the same pass.
 */
export function scanXmlEvent(frame: Buffer): Envelope | Refusal {
  const encoding = encodingFault(frame);
  if (encoding === 'not_utf8') return refuse('xml_encoding', 'the event is not valid UTF-8');
  if (encoding === 'noncharacter') return refuse('xml_malformed', 'the event holds U+FFFE or U+FFFF');

  cursor.begin(frame, 0, frame.length, 'document');
  detail.reset();
  lack = undefined;
  if (cursor.next() !== TOKEN_OPEN) return malformed();
  if (!cursor.isNamed(EVENT)) return refuse('xml_malformed', 'the root element is not event');

  const uid = requiredText(UID);
  const type = requiredText(TYPE);
  const how = cursor.attributes.get(HOW) ?? '';
  const timeMs = requiredTime(TIME);
  const startMs = requiredTime(START);
  const staleMs = requiredTime(STALE);
  let hasPoint = false;
  let lat = 0;
  let lon = 0;
  let hae = UNKNOWN_METRES;
  let ce = UNKNOWN_METRES;
  let le = UNKNOWN_METRES;
  let hasDetail = false;
  let isInDetail = false;

  let token = cursor.next();
  for (; token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (token !== TOKEN_OPEN) continue;
    const { depth } = cursor;
    if (depth === 3) {
      if (isInDetail) detail.child(cursor);
    } else if (depth === 4) {
      if (isInDetail) detail.grandchild(cursor);
    } else if (depth === 2) {
      isInDetail = !hasDetail && cursor.isNamed(DETAIL);
      if (isInDetail) {
        hasDetail = true;
      } else if (!hasPoint && cursor.isNamed(POINT)) {
        hasPoint = true;
        lat = requiredAngle(LAT, 90);
        lon = requiredAngle(LON, 180);
        hae = optionalMetres(HAE);
        ce = optionalMetres(CE);
        le = optionalMetres(LE);
      }
    }
  }
  if (token === TOKEN_FAULT) return malformed();
  if (lack !== undefined) return lack;
  if (!hasPoint) return refuse('event_point_missing', 'the event has no point');

  return {
    uid,
    type,
    how,
    timeMs,
    startMs,
    staleMs,
    lat,
    lon,
    hae,
    ce,
    le,
    callsign: detail.callsign,
    endpoint: detail.endpoint,
    team: detail.team,
    role: detail.role,
    takv: detail.takv,
    battery: detail.battery,
    dests: detail.dests(),
    chat: detail.chatOf(type),
    isArchived: detail.isArchived,
    linkUid: detail.linkUid,
    isEmergencyCancel: detail.isCancel || type === 'b-a-o-can',
  };
}

function malformed(): Refusal {
  return refuse(faultCode(cursor.fault), faultSentence(cursor.fault));
}

function requiredText(name: XmlName): string {
  const value = cursor.attributes.get(name);
  if (value === undefined) {
    lack ??= refuse('event_attribute_missing', `the event has no ${name.text}`);
    return '';
  }
  if (value === '') lack ??= refuse('event_attribute_invalid', `the event's ${name.text} is empty`);
  return value;
}

function requiredTime(name: XmlName): number {
  const index = cursor.attributes.find(name);
  if (index < 0) {
    lack ??= refuse('event_attribute_missing', `the event has no ${name.text}`);
    return 0;
  }
  const timeMs = parseIsoTime(
    cursor.bytes,
    cursor.attributes.valueStart(index),
    cursor.attributes.valueEnd(index),
  );
  if (Number.isNaN(timeMs)) {
    lack ??= refuse('event_attribute_invalid', `the event's ${name.text} is no time`);
  }
  return timeMs;
}

function requiredAngle(name: XmlName, limit: number): number {
  const index = cursor.attributes.find(name);
  if (index < 0) {
    lack ??= refuse('event_attribute_missing', `the point has no ${name.text}`);
    return 0;
  }
  const angle = parseDecimal(
    cursor.bytes,
    cursor.attributes.valueStart(index),
    cursor.attributes.valueEnd(index),
  );
  if (!(angle >= -limit && angle <= limit)) {
    lack ??= refuse('event_attribute_invalid', `the point's ${name.text} is no angle within ±${limit}`);
  }
  return angle;
}

/** ATAK drops an event whose hae, ce or le is no number, but others do not: to us it is just unknown. */
function optionalMetres(name: XmlName): number {
  const index = cursor.attributes.find(name);
  if (index < 0) return UNKNOWN_METRES;
  const metres = parseDecimal(
    cursor.bytes,
    cursor.attributes.valueStart(index),
    cursor.attributes.valueEnd(index),
  );
  return Number.isNaN(metres) ? UNKNOWN_METRES : metres;
}
