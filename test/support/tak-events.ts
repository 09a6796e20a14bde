/** Events as TAK clients write them, for tests and load. All texts are what goes on the wire. */

const UNKNOWN = '9999999.0';
/** ATAK's own reports are good for 75 s or more; a minute outlives any test. */
const STALE_MS = 60_000;

export interface EventFields {
  readonly uid: string;
  readonly type: string;
  readonly how?: string;
  readonly timeMs?: number;
  readonly staleMs?: number;
  readonly lat?: number;
  readonly lon?: number;
  /** Inner XML of `<detail>`. */
  readonly detail?: string;
}

export function eventXml(fields: EventFields): string {
  const timeMs = fields.timeMs ?? Date.now();
  const time = new Date(timeMs).toISOString();
  const stale = new Date(timeMs + (fields.staleMs ?? STALE_MS)).toISOString();
  return (
    `<event version="2.0" uid="${fields.uid}" type="${fields.type}" how="${fields.how ?? 'm-g'}" ` +
    `time="${time}" start="${time}" stale="${stale}">` +
    `<point lat="${fields.lat ?? 0}" lon="${fields.lon ?? 0}" hae="${UNKNOWN}" ce="${UNKNOWN}" le="${UNKNOWN}"/>` +
    `<detail>${fields.detail ?? ''}</detail></event>`
  );
}

export interface SaFields {
  readonly uid: string;
  readonly callsign: string;
  readonly team?: string;
  readonly role?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly timeMs?: number;
  readonly staleMs?: number;
  /** More inner XML of `<detail>`. */
  readonly extra?: string;
}

/** A client's own situational awareness report: what makes the server know who it is. */
export function saXml(sa: SaFields): string {
  const { uid, callsign, team = 'Cyan', role = 'Team Member', extra = '', ...rest } = sa;
  return eventXml({
    ...rest,
    uid,
    type: 'a-f-G-U-C',
    detail:
      `<takv os="34" version="5.5.0.7" device="TEST" platform="ATAK-CIV"/>` +
      `<contact callsign="${callsign}" endpoint="*:-1:stcp"/><uid Droid="${callsign}"/>` +
      `<__group name="${team}" role="${role}"/><status battery="88"/>` +
      `<track course="12.5" speed="1.25"/>${extra}`,
  });
}

export interface ChatFields {
  readonly fromUid: string;
  readonly fromCallsign: string;
  readonly text: string;
  readonly messageId: string;
  /** Default: the room of everybody. */
  readonly room?: string;
  /** Uids of the room's other members, for `chatgrp`. */
  readonly members?: readonly string[];
  /** Inner XML of `<marti>`; absent: no `marti` element. */
  readonly marti?: string;
}

export function chatXml(chat: ChatFields): string {
  const { fromUid, fromCallsign, text, messageId, room = 'All Chat Rooms', members = [], marti } = chat;
  const group = [fromUid, ...members].map((uid, i) => `uid${i}="${uid}"`).join(' ');
  return eventXml({
    uid: `GeoChat.${fromUid}.${room}.${messageId}`,
    type: 'b-t-f',
    how: 'h-g-i-g-o',
    detail:
      `<__chat parent="RootContactGroup" groupOwner="false" messageId="${messageId}" chatroom="${room}" ` +
      `id="${room}" senderCallsign="${fromCallsign}"><chatgrp ${group} id="${room}"/></__chat>` +
      `<link uid="${fromUid}" type="a-f-G-U-C" relation="p-p"/>` +
      `<remarks source="BAO.F.ATAK.${fromUid}" to="${room}">${text}</remarks>` +
      (marti === undefined ? '' : `<marti>${marti}</marti>`),
  });
}

/** ATAK's ping: `<device uid>-ping`. */
export function pingXml(deviceUid: string): string {
  return eventXml({ uid: `${deviceUid}-ping`, type: 't-x-c-t', staleMs: 10_000 });
}

/** The client's wish to go on in protocol v1, answering an offer of that transaction uid. */
export function protocolRequestXml(transactionUid: string): string {
  return eventXml({
    uid: transactionUid,
    type: 't-x-takp-q',
    detail: '<TakControl><TakRequest version="1"/></TakControl>',
  });
}

export function authXml(username: string, password: string, uid = ''): string {
  const quoted = (value: string) =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return `<?xml version="1.0"?>\n<auth><cot username="${quoted(username)}" password="${quoted(password)}" uid="${quoted(uid)}"/></auth>`;
}
