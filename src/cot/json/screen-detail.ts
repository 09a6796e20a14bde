import { TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../xml/cursor.ts';
import { parseDecimalText } from '../xml/decimal.ts';
import { decodeReferences } from '../xml/decode.ts';
import { xmlName } from '../xml/name.ts';

const DETAIL = xmlName('detail');
const TRACK = xmlName('track');
const COURSE = xmlName('course');
const SPEED = xmlName('speed');
const REMARKS = xmlName('remarks');
const CHAT = xmlName('__chat');
const SENDER_CALLSIGN = xmlName('senderCallsign');
const EMERGENCY = xmlName('emergency');
const TYPE = xmlName('type');

/** What screens show of an event beyond its envelope. */
export interface ScreenDetail {
  /** `track/@course`, degrees true; NaN when absent. */
  course: number;
  /** `track/@speed`, metres per second; NaN when absent. */
  speed: number;
  /** Text of `remarks`, '' when absent. */
  remarks: string;
  /** `__chat/@senderCallsign`, '' when absent. */
  senderCallsign: string;
  /** `emergency/@type`, '' when absent. */
  emergencyType: string;
  /** Text of `emergency`: whose it is, as ATAK writes it. '' when absent. */
  emergencyText: string;
}

const cursor = new XmlCursor();

/** Reads the children of the first `detail` of a scanned XML event; of each name the first one counts. */
export function readScreenDetail(frame: Buffer): ScreenDetail {
  const detail: ScreenDetail = {
    course: Number.NaN,
    speed: Number.NaN,
    remarks: '',
    senderCallsign: '',
    emergencyType: '',
    emergencyText: '',
  };
  /** Where the text begins that is being waited for, and whose it is. */
  let textStart = -1;
  let textOf: 'remarks' | 'emergencyText' = 'remarks';
  let isInDetail = false;
  let hasDetail = false;
  cursor.begin(frame, 0, frame.length, 'document');
  for (let token = cursor.next(); token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (textStart >= 0) {
      detail[textOf] = decodeText(frame.toString('utf8', textStart, cursor.tagStart));
      textStart = -1;
    }
    if (token === TOKEN_CLOSE) continue;
    if (token !== TOKEN_OPEN || cursor.depth < 2) continue;
    if (cursor.depth === 2) {
      isInDetail = !hasDetail && cursor.isNamed(DETAIL);
      hasDetail ||= isInDetail;
    } else if (cursor.depth === 3 && isInDetail) {
      if (cursor.isNamed(TRACK)) {
        if (Number.isNaN(detail.course)) detail.course = decimal(cursor.attributes.get(COURSE));
        if (Number.isNaN(detail.speed)) detail.speed = decimal(cursor.attributes.get(SPEED));
      } else if (cursor.isNamed(CHAT)) {
        detail.senderCallsign ||= cursor.attributes.get(SENDER_CALLSIGN) ?? '';
      } else if (cursor.isNamed(REMARKS)) {
        textOf = 'remarks';
        if (detail.remarks === '' && !cursor.isEmptyElement) textStart = cursor.tagEnd;
      } else if (cursor.isNamed(EMERGENCY)) {
        detail.emergencyType ||= cursor.attributes.get(TYPE) ?? '';
        textOf = 'emergencyText';
        if (detail.emergencyText === '' && !cursor.isEmptyElement) textStart = cursor.tagEnd;
      }
    }
  }
  return detail;
}

function decimal(text: string | undefined): number {
  return text === undefined ? Number.NaN : parseDecimalText(text);
}

const SECTIONS = /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g;

/** What a person reads of the text between two tags: comments are not text, and CDATA is nothing but. */
function decodeText(raw: string): string {
  let text = '';
  let at = 0;
  for (const section of raw.matchAll(SECTIONS)) {
    text += decodeReferences(raw.slice(at, section.index)) + (section[1] ?? '');
    at = section.index + section[0].length;
  }
  return (text + decodeReferences(raw.slice(at))).replaceAll(/\r\n?/g, '\n');
}
