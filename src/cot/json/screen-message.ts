import { isClientSa, isEmergency, isPosition } from '../kinds.ts';
import { type Envelope, isKnownMetres } from '../model.ts';
import { readScreenDetail } from './screen-detail.ts';
import { framedText, textFrame } from './text-frame.ts';

/** Names and rooms are cut here, UTF-16 units: no screen has room for more, and a message must stay small. */
const LABEL_MAX_UNITS = 256;
const UID_MAX_UNITS = 512;
/** A long chat message, UTF-16 units: what a phone's keyboard is worth. */
const TEXT_MAX_UNITS = 4_000;

/** Does an event of this type have anything to say to a screen? */
export function isForScreens(envelope: Envelope): boolean {
  const { type } = envelope;
  return (
    isPosition(envelope) || isMarker(type) || isEmergency(envelope) || type === 'b-t-f' || type === 't-x-d-d'
  );
}

/**
 * The form of an event that screens get (docs/api.md): one WebSocket message with JSON in it. `xml` is the
 * event in XML. Undefined for events that screens are not told.
 */
export function toScreenFrame(envelope: Envelope, xml: Buffer): Buffer | undefined {
  const message = messageOf(envelope, xml);
  return message === undefined ? undefined : textFrame(JSON.stringify(message));
}

/** An event that was known before the screen came, and how long ago it was heard. */
export interface KnownEvent {
  readonly frame: Buffer;
  readonly agoMs: number;
}

/** A part of what was known before the screen came, as one message; the first part begins anew. */
export function snapshotFrame(
  events: readonly KnownEvent[],
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): Buffer {
  // The texts are JSON objects already: the age goes in front of their members.
  const objects = events.map(
    ({ frame, agoMs }) => `{"agoMs":${Math.round(agoMs)},${framedText(frame).slice(1)}`,
  );
  return textFrame(
    `{"type":"snapshot","isFirst":${isFirst},"isLast":${isLast},"events":[${objects.join(',')}]}`,
  );
}

function messageOf(envelope: Envelope, xml: Buffer): object | undefined {
  const { type } = envelope;
  if (type === 't-x-d-d') {
    return envelope.linkUid === '' ? undefined : { type: 'gone', uid: clip(envelope.linkUid, UID_MAX_UNITS) };
  }
  if (type === 'b-t-f') return chatOf(envelope, xml);
  if (isEmergency(envelope)) return alertOf(envelope, xml);
  return isPosition(envelope) || isMarker(type) ? positionOf(envelope, xml) : undefined;
}

/** Waypoints and spots of a map, and casualties to be fetched: things with a place that a team must see. */
function isMarker(type: string): boolean {
  return type.startsWith('b-m-p-') || type === 'b-r-f-h-c';
}

function positionOf(envelope: Envelope, xml: Buffer): object {
  const { callsign, team, role, battery, how } = envelope;
  const { course, speed } = readScreenDetail(xml);
  return {
    type: 'position',
    ...headOf(envelope),
    callsign: label(callsign),
    /** A device that reports itself; else a marker that somebody placed, or a gateway's contact. */
    isSelf: isClientSa(envelope),
    ...(team === '' ? {} : { team: label(team) }),
    ...(role === '' ? {} : { role: label(role) }),
    ...(how === '' ? {} : { how: label(how) }),
    ...placeOf(envelope),
    ...(Number.isFinite(course) ? { course } : {}),
    ...(Number.isFinite(speed) ? { speed } : {}),
    ...(battery === undefined || !Number.isFinite(battery) ? {} : { battery }),
  };
}

function alertOf(envelope: Envelope, xml: Buffer): object {
  const { emergencyType, emergencyText, remarks } = readScreenDetail(xml);
  return {
    type: 'alert',
    ...headOf(envelope),
    // ATAK's contact is called `BRAVO-1-Alert`; whose alert it is stands in the element's text.
    callsign: label(emergencyText.trim() || envelope.callsign),
    alert: label(emergencyType),
    isOver: envelope.isEmergencyCancel,
    ...(envelope.linkUid === '' ? {} : { ofUid: clip(envelope.linkUid, UID_MAX_UNITS) }),
    ...(remarks === '' ? {} : { text: clip(remarks, TEXT_MAX_UNITS) }),
    ...placeOf(envelope),
  };
}

function chatOf(envelope: Envelope, xml: Buffer): object {
  const { remarks, senderCallsign } = readScreenDetail(xml);
  return {
    type: 'chat',
    ...headOf(envelope),
    room: label(envelope.chat?.room ?? ''),
    callsign: label(senderCallsign || envelope.callsign),
    fromUid: clip(envelope.chat?.memberUids[0] ?? envelope.linkUid, UID_MAX_UNITS),
    text: clip(remarks, TEXT_MAX_UNITS),
  };
}

function headOf({ uid, type, timeMs, startMs, staleMs }: Envelope): object {
  return { uid: clip(uid, UID_MAX_UNITS), cot: label(type), timeMs, lifeMs: Math.max(0, staleMs - startMs) };
}

/** Degrees and metres. A device without a fix says 0/0, off the coast of Ghana: that is no place. */
function placeOf({ lat, lon, hae, ce }: Envelope): object {
  if (lat === 0 && lon === 0) return {};
  return { lat, lon, ...(isKnownMetres(hae) ? { hae } : {}), ...(isKnownMetres(ce) ? { ce } : {}) };
}

function label(text: string): string {
  return clip(text, LABEL_MAX_UNITS);
}

function clip(text: string, maxUnits: number): string {
  return text.length <= maxUnits ? text : `${text.slice(0, maxUnits - 1).toWellFormed()}…`;
}
