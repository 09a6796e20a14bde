/** The first byte of each message of TAK protocol version 1 on a stream. */
export const MAGIC = 0xbf;

/** Where the payload of a complete stream frame begins: behind the magic byte and the varint length. */
export function payloadStart(frame: Buffer): number {
  let at = 1;
  while (frame[at]! >= 0x80) at++;
  return at + 1;
}
