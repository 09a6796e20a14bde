import { type Envelope, type Refusal, UNKNOWN_METRES } from '../model.ts';
import { refuse } from '../refusal.ts';
import { encodingFault } from '../xml/characters.ts';
import { TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../xml/cursor.ts';
import { DetailReader } from '../xml/detail.ts';
import { faultSentence } from '../xml/faults.ts';
import { readTakMessage } from './fields.ts';
import { payloadStart } from './frame.ts';

const cursor = new XmlCursor();
const detail = new DetailReader();
const EVENT_CLOSE = Buffer.from('</event>');

/** Checks a complete stream frame (0xBF, length, payload) and reads the envelope of the event in it. */
export function scanProtoEvent(frame: Buffer): Envelope | Refusal {
  const fields = readTakMessage(frame, payloadStart(frame), frame.length);
  if (fields === undefined) return refuse('proto_malformed', 'the message is not a valid TakMessage');
  if (!fields.hasEvent) return refuse('proto_no_event', 'the message holds no event');

  detail.reset();
  const fault = scanXmlDetail(frame, fields.xmlDetailStart, fields.xmlDetailEnd);
  if (fault !== undefined) return fault;
  if (fields.uid === '') return refuse('event_attribute_missing', 'the event has no uid');
  if (fields.type === '') return refuse('event_attribute_missing', 'the event has no type');
  if (!(Math.abs(fields.lat) <= 90)) return refuse('event_attribute_invalid', 'lat is no angle within ±90');
  if (!(Math.abs(fields.lon) <= 180)) return refuse('event_attribute_invalid', 'lon is no angle within ±180');

  const hasOwnContact = fields.hasContact && !detail.hasContact;
  const hasOwnGroup = fields.hasGroup && !detail.hasGroup;
  const { device, platform, os, version } = fields;
  return {
    uid: fields.uid,
    type: fields.type,
    how: fields.how,
    timeMs: fields.sendMs,
    startMs: fields.startMs,
    staleMs: fields.staleMs,
    lat: fields.lat,
    lon: fields.lon,
    hae: metresOf(fields.hae),
    ce: metresOf(fields.ce),
    le: metresOf(fields.le),
    callsign: hasOwnContact ? fields.callsign : detail.callsign,
    endpoint: hasOwnContact ? fields.endpoint || undefined : detail.endpoint,
    team: hasOwnGroup ? fields.team : detail.team,
    role: hasOwnGroup ? fields.role : detail.role,
    takv: detail.takv ?? (fields.hasTakv ? { device, platform, os, version } : undefined),
    battery: fields.hasStatus && !detail.hasStatus ? fields.battery : detail.battery,
    dests: detail.dests(),
    chat: detail.chatOf(fields.type),
    isArchived: detail.isArchived,
    linkUid: detail.linkUid,
    isEmergencyCancel: detail.isCancel || fields.type === 'b-a-o-can',
  };
}

/** xmlDetail must be well-formed content of an element, and must not end the frame of an XML stream. */
function scanXmlDetail(frame: Buffer, start: number, end: number): Refusal | undefined {
  if (start === end) return undefined;
  const text = frame.subarray(start, end);
  if (encodingFault(text) !== undefined) return refuse('proto_malformed', 'xmlDetail is not valid UTF-8');
  // In a CDATA section it could be well-formed. XML clients would be cut off there, and would take what
  // follows for an event that nobody has checked.
  if (text.includes(EVENT_CLOSE)) return refuse('proto_malformed', 'xmlDetail holds an </event>');

  cursor.begin(text, 0, text.length, 'fragment');
  let token = cursor.next();
  for (; token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (token !== TOKEN_OPEN) continue;
    if (cursor.depth === 1) detail.child(cursor);
    else if (cursor.depth === 2) detail.grandchild(cursor);
  }
  return token === TOKEN_FAULT
    ? refuse('proto_malformed', `xmlDetail is not well-formed: ${faultSentence(cursor.fault)}`)
    : undefined;
}

function metresOf(value: number): number {
  return Number.isFinite(value) ? value : UNKNOWN_METRES;
}
