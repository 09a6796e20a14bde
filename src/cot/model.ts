/**
 * The words of Cursor on Target as the rest of the house uses them. This room is pure: bytes in, bytes out,
 * no sockets, no clock, no files.
 */

/** How a stream carries events: XML text, or TAK protocol version 1 (protobuf). */
export type Protocol = 'xml' | 'proto';

/** How a receiver gets events: in one of the protocols, or, for screens, as JSON in WebSocket messages. */
export type Form = Protocol | 'json';

/** What hae, ce and le are when they are unknown, as ATAK writes it. */
export const UNKNOWN_METRES = 9_999_999;

/** Older programs write 999999 for "unknown": from there on no hae, ce or le is a measurement. */
const FIRST_UNKNOWN_METRES = 999_999;

/** Is this hae, ce or le a measurement? */
export function isKnownMetres(metres: number): boolean {
  return metres < FIRST_UNKNOWN_METRES;
}

/**
 * ATAK's receive buffer is 65,536 bytes: a message (header included) that does not fit is thrown away and the
 * stream loses sync [ATAK-CIV 5.5 streamingsocketmanagement.cpp]. Nothing of this size or more goes to a client.
 */
export const CLIENT_MESSAGE_LIMIT_BYTES = 65_536;

/** One `<dest>` of `<marti>`: where its sender wants an event to go. */
export type Dest =
  | { readonly kind: 'callsign'; readonly value: string }
  | { readonly kind: 'uid'; readonly value: string }
  | { readonly kind: 'group'; readonly value: string }
  | {
      readonly kind: 'mission' | 'mission-guid';
      readonly value: string;
      readonly path?: string;
      readonly after?: string;
    };

/** `<takv>`: which program on which device speaks. */
export interface TakVersion {
  readonly device: string;
  readonly platform: string;
  readonly os: string;
  readonly version: string;
}

/** What a GeoChat (`b-t-f`) says of its room. */
export interface ChatEnvelope {
  /** `__chat/@chatroom`, '' when absent. */
  readonly room: string;
  /** `__chat/@id`, '' when absent. */
  readonly id: string;
  /** `chatgrp/@uid0`, `@uid1`, … in order; the first is the sender. */
  readonly memberUids: readonly string[];
}

/**
 * What routing, presence and history need of an event, read in one pass. Strings are decoded and unescaped.
 * Angles are degrees WGS-84, `hae`/`ce`/`le` metres, times milliseconds since the Unix epoch.
 */
export interface Envelope {
  readonly uid: string;
  readonly type: string;
  /** '' when absent. */
  readonly how: string;
  readonly timeMs: number;
  readonly startMs: number;
  readonly staleMs: number;
  readonly lat: number;
  readonly lon: number;
  readonly hae: number;
  readonly ce: number;
  readonly le: number;
  /** `contact/@callsign`, '' when absent. */
  readonly callsign: string;
  /** `contact/@endpoint`; undefined when absent, which means "not addressable". */
  readonly endpoint: string | undefined;
  /** `__group/@name`: the team colour, not the security channel. '' when absent. */
  readonly team: string;
  /** `__group/@role`, '' when absent. */
  readonly role: string;
  readonly takv: TakVersion | undefined;
  /** `status/@battery`, per cent; undefined when absent or not a number. */
  readonly battery: number | undefined;
  /** Explicit recipients; empty for a broadcast (no `marti`, an empty one, or `All Streaming`). */
  readonly dests: readonly Dest[];
  /** For `b-t-f` and its receipts. */
  readonly chat: ChatEnvelope | undefined;
  /** `<archive/>` in detail: to be kept after its stale time. */
  readonly isArchived: boolean;
  /** `link/@uid` of the first `link` in detail; what a `t-x-d-d` deletes. '' when absent. */
  readonly linkUid: string;
  /** `emergency/@cancel` = "true", or type `b-a-o-can`. */
  readonly isEmergencyCancel: boolean;
}

/** Why bytes from a peer were not taken as an event. The names are stable: logs, metrics and docs use them. */
export type RefusalCode =
  | 'xml_malformed'
  | 'xml_dtd'
  | 'xml_entity'
  | 'xml_encoding'
  | 'xml_too_deep'
  | 'event_attribute_missing'
  | 'event_attribute_invalid'
  | 'event_point_missing'
  | 'event_too_large'
  | 'auth_too_large'
  | 'auth_malformed'
  | 'proto_magic'
  | 'proto_length'
  | 'proto_malformed'
  | 'proto_no_event';

/** A refused piece of a stream. After a fatal one the stream cannot be trusted any more and must be closed. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: RefusalCode;
  readonly isFatal: boolean;
  /** For a person, at most 200 characters, no control characters, never credentials. */
  readonly detail: string;
}

/** The `<auth><cot username password uid/></auth>` document that a client sends as its first bytes. */
export interface AuthElement {
  readonly kind: 'auth';
  readonly username: string;
  readonly password: string;
  /** '' when absent. */
  readonly uid: string;
}
