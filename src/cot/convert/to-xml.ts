import { UNKNOWN_METRES } from '../model.ts';
import { readTakMessage, type TakFields } from '../proto/fields.ts';
import { payloadStart } from '../proto/frame.ts';
import { TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../xml/cursor.ts';
import { formatDecimal } from '../xml/decimal.ts';
import { escapeAttribute } from '../xml/escape.ts';
import { formatIsoTime } from '../xml/iso-time.ts';
import { typedIndex } from './typed-detail.ts';

const cursor = new XmlCursor();

/**
 * The XML event for a scanned stream frame of TAK protocol version 1, without declaration. xmlDetail is taken
 * over as it stands; a typed field becomes an element unless xmlDetail has one of that name. Unknown fields
 * (Detail field 8 among them) have no XML form and are left out.
 */
export function toXmlFrame(frame: Buffer): Buffer | string {
  const fields = readTakMessage(frame, payloadStart(frame), frame.length);
  if (fields?.hasEvent !== true) return 'the message holds no event';
  const xmlDetail = frame.toString('utf8', fields.xmlDetailStart, fields.xmlDetailEnd);
  const detail = typedElements(fields, namesIn(frame, fields)) + xmlDetail;
  return ownBytes(
    `<event version="2.0"${attribute('uid', fields.uid)}${attribute('type', fields.type)}` +
      `${attribute('how', fields.how)}${time('time', fields.sendMs)}${time('start', fields.startMs)}` +
      `${time('stale', fields.staleMs)}${optional('access', fields.access)}${optional('qos', fields.qos)}` +
      `${optional('opex', fields.opex)}${optional('caveat', fields.caveat)}` +
      `${optional('releasableTo', fields.releasableTo)}>` +
      `<point${number('lat', fields.lat)}${number('lon', fields.lon)}${metres('hae', fields.hae)}` +
      `${metres('ce', fields.ce)}${metres('le', fields.le)}/>` +
      `<detail>${detail}</detail></event>`,
  );
}

/** Not `Buffer.from`: an event that is kept long must not keep a slab of Node's buffer pool. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** Which of TYPED_ELEMENTS stand in xmlDetail, as bits by index. */
function namesIn(frame: Buffer, fields: TakFields): number {
  let names = 0;
  if (fields.xmlDetailStart === fields.xmlDetailEnd) return names;
  cursor.begin(frame, fields.xmlDetailStart, fields.xmlDetailEnd, 'fragment');
  for (let token = cursor.next(); token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (token !== TOKEN_OPEN || cursor.depth !== 1) continue;
    const typed = typedIndex(cursor);
    if (typed >= 0) names |= 1 << typed;
  }
  return names;
}

/** The typed fields as elements, in the order of TYPED_ELEMENTS. */
function typedElements(fields: TakFields, namesInXml: number): string {
  const written = [
    fields.hasContact &&
      `<contact${attribute('callsign', fields.callsign)}${optional('endpoint', fields.endpoint)}` +
        `${optional('altendpoints', fields.altendpoints)}/>`,
    fields.hasGroup && `<__group${attribute('name', fields.team)}${attribute('role', fields.role)}/>`,
    fields.hasPrecision &&
      `<precisionlocation${attribute('geopointsrc', fields.geopointsrc)}${attribute('altsrc', fields.altsrc)}/>`,
    fields.hasStatus && `<status${number('battery', fields.battery)}/>`,
    fields.hasTakv &&
      `<takv${attribute('device', fields.device)}${attribute('platform', fields.platform)}` +
        `${attribute('os', fields.os)}${attribute('version', fields.version)}/>`,
    fields.hasTrack &&
      Number.isFinite(fields.speed) &&
      Number.isFinite(fields.course) &&
      `<track${number('speed', fields.speed)}${number('course', fields.course)}/>`,
  ];
  return written.filter((element, index) => element !== false && (namesInXml & (1 << index)) === 0).join('');
}

function attribute(name: string, value: string): string {
  return ` ${name}="${escapeAttribute(value)}"`;
}

function optional(name: string, value: string): string {
  return value === '' ? '' : attribute(name, value);
}

function time(name: string, timeMs: number): string {
  return ` ${name}="${formatIsoTime(timeMs)}"`;
}

function number(name: string, value: number): string {
  return ` ${name}="${formatDecimal(value)}"`;
}

function metres(name: string, value: number): string {
  return number(name, Number.isFinite(value) ? value : UNKNOWN_METRES);
}
