/** A text message in one frame, not masked, as servers send it (RFC 6455, 5.2). */
const FINAL_TEXT = 0x81;

/** Payload lengths from here on stand in 16 bits behind the first two bytes, and these in 64. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const LENGTH_16_MAX = 0xffff;

/**
 * A text as one whole WebSocket message. Messages can be joined to one buffer and written as they are, which is
 * what delivery does with all other forms: nobody frames an event again for each screen.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = headerLengthOf(length);
  // Not `Buffer.from`: an event that is kept long must not keep a slab of Node's buffer pool.
  const frame = Buffer.allocUnsafeSlow(headerLength + length);
  frame[0] = FINAL_TEXT;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength);
  return frame;
}

/** The text of a frame that `textFrame` made. */
export function framedText(frame: Buffer): string {
  const length = frame[1]!;
  const headerLength = length < LENGTH_16 ? 2 : length === LENGTH_16 ? 4 : 10;
  return frame.toString('utf8', headerLength);
}

function headerLengthOf(length: number): 2 | 4 | 10 {
  if (length < LENGTH_16) return 2;
  return length <= LENGTH_16_MAX ? 4 : 10;
}
