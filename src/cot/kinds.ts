import type { Envelope } from './model.ts';

/** What an event of some type is to the server. */
export type KindName =
  | 'ping'
  | 'pong'
  | 'protocol'
  | 'metrics'
  | 'filter'
  | 'incognito'
  | 'subscription'
  | 'server_notice'
  | 'delete'
  | 'tasking'
  | 'position'
  | 'chat'
  | 'file_transfer'
  | 'emergency_cancel'
  | 'emergency'
  | 'map_item'
  | 'other';

/** How events of a kind are treated. */
export interface Kind {
  readonly name: KindName;
  /** The server takes it itself; it never goes to another client. */
  readonly isConsumed: boolean;
  /** The latest event per uid is a state of the map that late joiners get. */
  readonly isReplayable: boolean;
}

/**
 * All kinds, first match wins. `x-*` stands for every type that begins so, anything else for itself. The
 * types are those of docs/protocol.md.
 */
const TABLE: readonly (readonly [types: string, name: KindName, handling: 'consume' | 'pass' | 'replay'])[] =
  [
    // Positions and markers of things: the newest of a uid says all.
    ['a-*', 'position', 'replay'],

    // Answered or taken by the server; to other clients they mean nothing, or would confuse their connection.
    ['t-x-c-t', 'ping', 'consume'],
    ['t-x-c-t-r', 'pong', 'consume'],
    ['t-x-takp-v', 'protocol', 'consume'],
    ['t-x-takp-q', 'protocol', 'consume'],
    ['t-x-takp-r', 'protocol', 'consume'],
    ['t-x-c-m', 'metrics', 'consume'],
    ['t-x-c-f', 'filter', 'consume'],
    ['t-x-c-i-e', 'incognito', 'consume'],
    ['t-x-c-i-d', 'incognito', 'consume'],
    ['t-b', 'subscription', 'consume'],
    ['t-b-*', 'subscription', 'consume'],
    // Only a server may say these: passed on from a client they would make others fetch channels in a loop, or
    // show a forged invitation to a mission.
    ['t-x-g-c', 'server_notice', 'consume'],
    ['t-x-m-*', 'server_notice', 'consume'],

    // Deletes the linked uid: receivers act on it at once, nobody keeps it.
    ['t-x-d-d', 'delete', 'pass'],
    ['t-*', 'tasking', 'pass'],

    // Said once to those who are there (or stored for one recipient): never a state of the map.
    ['b-t-f', 'chat', 'pass'],
    ['b-t-f-*', 'chat', 'pass'],
    ['b-f-t-*', 'file_transfer', 'pass'],
    // The end of an emergency is the absence of one; the emergency itself must reach late joiners.
    ['b-a-o-can', 'emergency_cancel', 'pass'],
    ['b-a-*', 'emergency', 'replay'],

    // Markers, routes, casevacs (b-r-f-h-c), video feeds (b-i-v), quick pics, drawings, range and bearing lines.
    ['b-*', 'map_item', 'replay'],
    ['u-*', 'map_item', 'replay'],
  ];

interface Row {
  readonly text: string;
  readonly isPrefix: boolean;
  readonly kind: Kind;
}

const ROWS: readonly Row[] = TABLE.map(([types, name, handling]) => ({
  text: types.replace('*', ''),
  isPrefix: types.endsWith('*'),
  kind: { name, isConsumed: handling === 'consume', isReplayable: handling === 'replay' },
}));

/** Types of plugins that we know nothing of: passed on, not kept. */
const OTHER: Kind = { name: 'other', isConsumed: false, isReplayable: false };

/** The kind of an event by its type. */
export function kindOf(type: string): Kind {
  for (const row of ROWS) {
    if (row.isPrefix ? type.startsWith(row.text) : type === row.text) return row.kind;
  }
  return OTHER;
}

/** Taken by the server, never routed. */
export function isConsumed(envelope: Envelope): boolean {
  return kindOf(envelope.type).isConsumed;
}

/** `t-x-c-t`: to be answered at once. */
export function isPing(envelope: Envelope): boolean {
  return envelope.type === 't-x-c-t';
}

/** `a-*`: a newer one of the same uid replaces it, in a queue too. */
export function isPosition(envelope: Envelope): boolean {
  return envelope.type.startsWith('a-');
}

/** Must not wait for company: everything but positions. */
export function isUrgent(envelope: Envelope): boolean {
  return !isPosition(envelope);
}

/** An open emergency or its end; both go to everybody, whatever they filter. */
export function isEmergency(envelope: Envelope): boolean {
  return envelope.type.startsWith('b-a-');
}

/** A chat message or a receipt for one. */
export function isChat(envelope: Envelope): boolean {
  return kindOf(envelope.type).name === 'chat';
}

/** A file offered or acknowledged (`b-f-t-r`, `b-f-t-a`). Its stale time is too short to mean anything. */
export function isFileTransfer(envelope: Envelope): boolean {
  return envelope.type.startsWith('b-f-t-');
}

/** Removes `envelope.linkUid` from maps. */
export function isDelete(envelope: Envelope): boolean {
  return envelope.type === 't-x-d-d';
}

/** Kept as the latest state of its uid and given to late joiners. A cancelled emergency is no state. */
export function isReplayable(envelope: Envelope): boolean {
  return kindOf(envelope.type).isReplayable && !envelope.isEmergencyCancel;
}

/** A client tells who and where it is itself, as ATAK, WinTAK and iTAK do. */
export function isClientSa(envelope: Envelope): boolean {
  return (
    isPosition(envelope) &&
    envelope.callsign !== '' &&
    envelope.endpoint !== undefined &&
    (envelope.takv !== undefined || envelope.team !== '')
  );
}
