/** What the kit tells screens (docs/api.md), as far as tests look at it. */
export interface ScreenMessage {
  readonly type: 'snapshot' | 'position' | 'chat' | 'alert' | 'gone';
  readonly uid?: string;
  readonly callsign?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly text?: string;
  readonly isOver?: boolean;
  readonly isFirst?: boolean;
  readonly isLast?: boolean;
  readonly agoMs?: number;
  readonly events?: readonly ScreenMessage[];
  readonly [member: string]: unknown;
}

/** Takes whole server frames apart (RFC 6455, 5.2); throws at anything but complete, unmasked text messages. */
export function messagesIn(bytes: Buffer): ScreenMessage[] {
  const messages: ScreenMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0x81) throw new Error(`byte ${at} begins no text message: ${bytes[at]}`);
    const short = bytes[at + 1]!;
    if (short > 127) throw new Error('a server must not mask');
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start + length > bytes.length) throw new Error('half a message was written');
    messages.push(JSON.parse(bytes.toString('utf8', start, start + length)) as ScreenMessage);
    at = start + length;
  }
  return messages;
}
