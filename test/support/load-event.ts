import { encodeFrame } from './tak-proto.ts';

/**
 * The size of an ATAK position report with its usual details. All load events have exactly this length, so
 * that receivers can count deliveries by counting bytes, which costs them almost nothing.
 */
export const LOAD_EVENT_BYTES = 780;

/** `@T` + send time (13 digits of ms, 3 of µs) + sender (4) + sequence (6) + `@`, findable in any encoding. */
const STAMP_MARK = Buffer.from('@T');
export const STAMP_BYTES = 2 + 16 + 4 + 6 + 1;

const STALE_MS = 75_000;

export interface Stamp {
  /** Wall time of sending, milliseconds with a fraction; all processes of a run share the machine's clock. */
  readonly sentMs: number;
  readonly sender: number;
  readonly sequence: number;
}

export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

export function loadUid(sender: number): string {
  return `ANDROID-LOAD-${String(sender).padStart(4, '0')}`;
}

/** One position report in XML, `LOAD_EVENT_BYTES` long; without a prolog, which servers need not pass on. */
export function loadEventXml(sender: number, sequence: number): Buffer {
  const { stamp, timeMs, lat, lon } = facts(sender, sequence);
  const time = new Date(timeMs).toISOString();
  const stale = new Date(timeMs + STALE_MS).toISOString();
  const head =
    `<event version="2.0" uid="${loadUid(sender)}" type="a-f-G-U-C" ` +
    `time="${time}" start="${time}" stale="${stale}" how="m-g" access="Undefined">` +
    `<point lat="${lat.toFixed(7)}" lon="${lon.toFixed(7)}" hae="112.400" ce="4.7" le="9999999.0"/><detail>` +
    `<takv os="34" version="5.5.0.7 (a1b2c3d4).1735689600-CIV" device="SAMSUNG SM-G998B" platform="ATAK-CIV"/>` +
    `<contact callsign="LOAD-${String(sender).padStart(4, '0')}" endpoint="*:-1:stcp"/><uid Droid="LOAD"/>` +
    '<precisionlocation altsrc="GPS" geopointsrc="GPS"/><__group role="Team Member" name="Cyan"/>' +
    '<status battery="87"/><track course="123.45" speed="1.25"/><remarks>';
  const tail = `${stamp}</remarks></detail></event>`;
  const padding = LOAD_EVENT_BYTES - head.length - tail.length;
  if (padding < 0) throw new Error(`the load event is ${-padding} bytes too long`);
  return Buffer.from(head + 'x'.repeat(padding) + tail, 'latin1');
}

/** The same report as a protocol-v1 stream frame; all of these are of one length too. */
export function loadEventProto(sender: number, sequence: number): Buffer {
  const { stamp, timeMs, lat, lon } = facts(sender, sequence);
  return encodeFrame({
    type: 'a-f-G-U-C',
    uid: loadUid(sender),
    how: 'm-g',
    sendTime: timeMs,
    startTime: timeMs,
    staleTime: timeMs + STALE_MS,
    lat,
    lon,
    hae: 112.4,
    ce: 4.7,
    le: 9_999_999,
    detail: {
      takv: {
        os: '34',
        version: '5.5.0.7 (a1b2c3d4).1735689600-CIV',
        device: 'SAMSUNG SM-G998B',
        platform: 'ATAK-CIV',
      },
      contact: { callsign: `LOAD-${String(sender).padStart(4, '0')}`, endpoint: '*:-1:stcp' },
      group: { name: 'Cyan', role: 'Team Member' },
      status: { battery: 87 },
      track: { course: 123.45, speed: 1.25 },
      xmlDetail: `<uid Droid="LOAD"/><precisionlocation altsrc="GPS" geopointsrc="GPS"/><remarks>${stamp}</remarks>`,
    },
  });
}

/** Finds the stamps in a byte stream that arrives in chunks cut anywhere. */
export function createStampFinder(found: (stamp: Stamp) => void): (chunk: Buffer) => void {
  let tail: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    let at = bytes.indexOf(STAMP_MARK);
    while (at >= 0 && at + STAMP_BYTES <= bytes.length) {
      const digits = bytes.toString('latin1', at + 2, at + STAMP_BYTES - 1);
      found({
        sentMs: Number(digits.slice(0, 16)) / 1_000,
        sender: Number(digits.slice(16, 20)),
        sequence: Number(digits.slice(20)),
      });
      at = bytes.indexOf(STAMP_MARK, at + STAMP_BYTES);
    }
    // Shorter than a stamp, so that none is found twice; a cut stamp is kept whole.
    tail = Buffer.from(bytes.subarray(Math.max(0, at >= 0 ? at : bytes.length - 1)));
  };
}

function facts(sender: number, sequence: number) {
  const sentUs = Math.round(wallMs() * 1_000);
  return {
    stamp: `@T${sentUs}${String(sender).padStart(4, '0')}${String(sequence % 1_000_000).padStart(6, '0')}@`,
    timeMs: Math.floor(sentUs / 1_000),
    // A slow walk, always with the same number of digits.
    lat: 47.1 + sender / 10_000 + (sequence % 1_000) / 1_000_000,
    lon: 15.1 + sender / 10_000 + (sequence % 777) / 1_000_000,
  };
}
