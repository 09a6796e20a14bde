import { CotEvent } from './event.ts';
import { UNKNOWN_METRES } from './model.ts';
import { TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from './xml/cursor.ts';
import { escapeAttribute } from './xml/escape.ts';
import { formatIsoTime } from './xml/iso-time.ts';
import { xmlName } from './xml/name.ts';

/** The version of the TAK protocol that we offer and speak: protobuf. */
export const TAK_PROTOCOL_VERSION = 1;

/** What `/Marti/api/version/config` says too. */
const MARTI_API_VERSION = 3;

/** How long our own events are valid: what the official server 5.7 gives them. */
const NOTICE_STALE_MS = 20_000;
const PROTOCOL_STALE_MS = 60_000;

/** How the official server says that a machine made the event. */
const HOW_MACHINE = 'h-g-i-g-o';
/** How it marks the events of the protocol negotiation. */
const HOW_NEGOTIATION = 'm-g';

interface ServerEvent {
  readonly uid: string;
  readonly type: string;
  readonly how: string;
  readonly timeMs: number;
  readonly staleMs: number;
  /** Well-formed XML; '' for none. */
  readonly detail: string;
}

/** The answer to a ping (`t-x-c-t`). ATAK looks at the type only. */
export function pong(timeMs: number): CotEvent {
  return serverEvent({
    uid: 'takPong',
    type: 't-x-c-t-r',
    how: HOW_MACHINE,
    timeMs,
    staleMs: NOTICE_STALE_MS,
    detail: '',
  });
}

/**
 * Offers TAK protocol version 1. `uid` names the whole negotiation of one connection. `supportsAll`: unknown
 * extensions pass through us byte for byte.
 */
export function protocolOffer(uid: string, timeMs: number, serverVersion: string): CotEvent {
  return serverEvent({
    uid,
    type: 't-x-takp-v',
    how: HOW_NEGOTIATION,
    timeMs,
    staleMs: PROTOCOL_STALE_MS,
    detail:
      `<TakControl><TakProtocolSupport version="${TAK_PROTOCOL_VERSION}"><DetailExt supportsAll="true"/>` +
      `</TakProtocolSupport><TakServerVersionInfo serverVersion="${escapeAttribute(serverVersion)}"` +
      ` apiVersion="${MARTI_API_VERSION}"/></TakControl>`,
  });
}

/**
 * Answers a request for a protocol. After one that accepts, each byte of this connection in both directions is
 * TAK protocol version 1; `uid` is that of the offer.
 */
export function protocolResponse(uid: string, timeMs: number, isAccepted: boolean): CotEvent {
  return serverEvent({
    uid,
    type: 't-x-takp-r',
    how: HOW_NEGOTIATION,
    timeMs,
    staleMs: PROTOCOL_STALE_MS,
    detail: `<TakControl><TakResponse status="${isAccepted}"/></TakControl>`,
  });
}

/**
 * Tells that a client is gone: ATAK greys the contact out. `uid` is fresh for each notice, `clientType` the
 * type of the client's last position.
 */
export function disconnectNotice(
  uid: string,
  timeMs: number,
  clientUid: string,
  clientType: string,
): CotEvent {
  return serverEvent({
    uid,
    type: 't-x-d-d',
    how: HOW_MACHINE,
    timeMs,
    staleMs: NOTICE_STALE_MS,
    detail:
      `<link relation="p-p" uid="${escapeAttribute(clientUid)}"` + ` type="${escapeAttribute(clientType)}"/>`,
  });
}

/** A file that a client is told to fetch. `sha256` (hex) and `sizeInBytes` are of exactly what `url` gives. */
export interface OfferedFile {
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
  readonly sizeInBytes: number;
  /** Device uid and callsign of whoever the file comes from; ATAK ignores an offer without them. */
  readonly senderUid: string;
  readonly senderCallsign: string;
}

/** What TAK Server 5.7 gives a file transfer request. */
const FILE_STALE_MS = 10_000;

/**
 * Offers a file (`b-f-t-r`), as ATAK's own file transfer does. Nobody is asked to acknowledge it: nobody waits.
 */
export function fileTransferRequest(uid: string, timeMs: number, file: OfferedFile): CotEvent {
  const name = escapeAttribute(file.name);
  return serverEvent({
    uid,
    type: 'b-f-t-r',
    how: HOW_MACHINE,
    timeMs,
    staleMs: FILE_STALE_MS,
    detail:
      `<fileshare filename="${name}" senderUrl="${escapeAttribute(file.url)}" sizeInBytes="${file.sizeInBytes}"` +
      ` sha256="${file.sha256}" senderUid="${escapeAttribute(file.senderUid)}"` +
      ` senderCallsign="${escapeAttribute(file.senderCallsign)}" name="${name}"/>` +
      `<ackrequest uid="${escapeAttribute(uid)}" ackrequested="false" tag="${name}"/>`,
  });
}

/** A client's request to change the protocol of its connection (`t-x-takp-q`). */
export interface ProtocolRequest {
  /** The uid of the negotiation, as in our offer. */
  readonly uid: string;
  /** NaN when the request names none. */
  readonly version: number;
}

const DETAIL = xmlName('detail');
const TAK_CONTROL = xmlName('TakControl');
const TAK_REQUEST = xmlName('TakRequest');
const VERSION = xmlName('version');

/** The request that an event makes; undefined when it is no `t-x-takp-q`. */
export function protocolRequest(event: CotEvent): ProtocolRequest | undefined {
  const { uid, type } = event.envelope;
  if (type !== 't-x-takp-q') return undefined;
  const xml = event.bytes('xml');
  return { uid, version: xml === undefined ? Number.NaN : requestedVersion(xml) };
}

/** `event/detail/TakControl/TakRequest/@version`. */
function requestedVersion(xml: Buffer): number {
  const cursor = new XmlCursor();
  const path = [DETAIL, TAK_CONTROL];
  let matched = 0;
  cursor.begin(xml, 0, xml.length, 'document');
  for (let token = cursor.next(); token !== TOKEN_END && token !== TOKEN_FAULT; token = cursor.next()) {
    if (token !== TOKEN_OPEN || cursor.depth < 2) continue;
    matched = Math.min(matched, cursor.depth - 2);
    if (matched !== cursor.depth - 2) continue;
    if (matched === path.length) {
      if (cursor.isNamed(TAK_REQUEST)) return Number(cursor.attributes.get(VERSION) ?? Number.NaN);
    } else if (cursor.isNamed(path[matched]!)) {
      matched++;
    }
  }
  return Number.NaN;
}

function serverEvent(event: ServerEvent): CotEvent {
  const time = formatIsoTime(event.timeMs);
  const made = CotEvent.fromXml(
    Buffer.from(
      `<event version="2.0" uid="${escapeAttribute(event.uid)}" type="${event.type}" how="${event.how}"` +
        ` time="${time}" start="${time}" stale="${formatIsoTime(event.timeMs + event.staleMs)}">` +
        `<point lat="0.0" lon="0.0" hae="${UNKNOWN_METRES}.0" ce="${UNKNOWN_METRES}.0" le="${UNKNOWN_METRES}.0"/>` +
        `<detail>${event.detail}</detail></event>`,
    ),
  );
  if (made.kind === 'refusal') throw new Error(`our own ${event.type} is not valid: ${made.detail}`);
  return made;
}
