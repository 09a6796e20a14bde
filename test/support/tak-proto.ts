import protobuf from 'protobufjs';

/**
 * TAK protocol v1 for tests, made from the public schema by reflection: on purpose not the server's own codec,
 * so that a fault there does not hide itself here. Field 8 of Detail is in newer clients only.
 */
const SCHEMA = `
syntax = "proto3";
package tak;
message TakControl { uint32 minProtoVersion = 1; uint32 maxProtoVersion = 2; string contactUid = 3; repeated uint32 extensionIds = 4; }
message TakMessage { TakControl takControl = 1; CotEvent cotEvent = 2; uint64 submissionTime = 3; uint64 creationTime = 4; }
message CotEvent {
  string type = 1; string access = 2; string qos = 3; string opex = 4; string uid = 5;
  uint64 sendTime = 6; uint64 startTime = 7; uint64 staleTime = 8; string how = 9;
  double lat = 10; double lon = 11; double hae = 12; double ce = 13; double le = 14;
  Detail detail = 15; string caveat = 16; string releasableTo = 17;
}
message Detail {
  string xmlDetail = 1; Contact contact = 2; Group group = 3; PrecisionLocation precisionLocation = 4;
  Status status = 5; Takv takv = 6; Track track = 7; repeated ExtensionEncodedDetail extensionDetails = 8;
}
message ExtensionEncodedDetail { uint32 extensionId = 1; bytes data = 2; }
message Contact { string endpoint = 1; string callsign = 2; string altendpoints = 3; }
message Group { string name = 1; string role = 2; }
message PrecisionLocation { string geopointsrc = 1; string altsrc = 2; }
message Status { uint32 battery = 1; }
message Takv { string device = 1; string platform = 2; string os = 3; string version = 4; }
message Track { double speed = 1; double course = 2; }
`;
const TakMessage = protobuf.parse(SCHEMA).root.lookupType('tak.TakMessage');

const FRAME_MAGIC = 0xbf;
const VARINT_BYTES_MAX = 10;

/** Fields as in the schema; 64-bit integers and doubles are numbers here. */
export interface ProtoEvent {
  readonly type: string;
  readonly uid: string;
  readonly how?: string;
  readonly sendTime?: number;
  readonly startTime?: number;
  readonly staleTime?: number;
  readonly lat?: number;
  readonly lon?: number;
  readonly hae?: number;
  readonly ce?: number;
  readonly le?: number;
  readonly detail?: ProtoDetail;
}

export interface ProtoDetail {
  readonly xmlDetail?: string;
  readonly contact?: { readonly callsign: string; readonly endpoint?: string };
  readonly group?: { readonly name: string; readonly role: string };
  readonly status?: { readonly battery: number };
  readonly takv?: {
    readonly device: string;
    readonly platform: string;
    readonly os: string;
    readonly version: string;
  };
  readonly track?: { readonly speed: number; readonly course: number };
  readonly extensionDetails?: readonly { readonly extensionId: number; readonly data: Uint8Array }[];
}

/** One stream frame: magic, varint length, TakMessage. */
export function encodeFrame(event: ProtoEvent): Buffer {
  return frameOf(TakMessage.encode(TakMessage.fromObject({ cotEvent: event })).finish());
}

export function frameOf(payload: Uint8Array): Buffer {
  const head = [FRAME_MAGIC];
  for (let rest = payload.length; ; rest >>>= 7) {
    head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from(head), payload]);
}

/** The event of one frame; throws when the frame holds none. */
export function decodeFrame(frame: Uint8Array): ProtoEvent {
  const header = frameHeader(frame);
  if (header === undefined) throw new Error('not a whole frame');
  const message = TakMessage.toObject(TakMessage.decode(frame.subarray(header.payloadStart)), {
    longs: Number,
  });
  const event = message['cotEvent'] as ProtoEvent | undefined;
  if (event === undefined) throw new Error('a TakMessage without an event');
  return event;
}

/** Where the payload of the frame at the start of `bytes` begins and ends; undefined while its head is cut. */
export function frameHeader(bytes: Uint8Array): { payloadStart: number; end: number } | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== FRAME_MAGIC) throw new Error(`a frame starts with 0x${bytes[0]!.toString(16)}`);
  let length = 0;
  for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
    const byte = bytes[1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { payloadStart: i + 2, end: i + 2 + length };
  }
  throw new Error('a length of more than ten bytes');
}
