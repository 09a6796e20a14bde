/**
 * A small DER writer (ITU-T X.690) for the structures that no library of ours writes: PKCS#12 in both of its
 * profiles and encrypted PKCS#8. It only writes; what strangers send is parsed by @peculiar/x509 and OpenSSL.
 */

const TAG_INTEGER = 0x02;
const TAG_OCTET_STRING = 0x04;
const TAG_NULL = 0x05;
const TAG_OBJECT_IDENTIFIER = 0x06;
const TAG_BMP_STRING = 0x1e;
const TAG_SEQUENCE = 0x30;
const TAG_SET = 0x31;
const TAG_CONTEXT_PRIMITIVE = 0x80;
const TAG_CONTEXT_CONSTRUCTED = 0xa0;
/** Lengths below 128 are one byte; longer ones are a count of length bytes, then these. */
const LONG_FORM_LENGTH = 0x80;

export function sequence(...items: readonly Buffer[]): Buffer {
  return tagged(TAG_SEQUENCE, Buffer.concat(items));
}

/** A SET OF: DER wants the elements in the order of their encodings. */
export function setOf(...items: readonly Buffer[]): Buffer {
  return tagged(TAG_SET, Buffer.concat([...items].sort(Buffer.compare)));
}

export function octetString(content: Uint8Array): Buffer {
  return tagged(TAG_OCTET_STRING, content);
}

export function nullValue(): Buffer {
  return tagged(TAG_NULL, Buffer.alloc(0));
}

/** `[number] EXPLICIT`. */
export function context(number: number, content: Uint8Array): Buffer {
  return tagged(TAG_CONTEXT_CONSTRUCTED | number, content);
}

/** `[number] IMPLICIT` of a primitive type, an OCTET STRING for one. */
export function contextPrimitive(number: number, content: Uint8Array): Buffer {
  return tagged(TAG_CONTEXT_PRIMITIVE | number, content);
}

/** A non-negative INTEGER. */
export function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A leading bit of 1 would make it negative.
  const isSignNeeded = bytes.readUInt8(0) >= 0x80;
  return tagged(TAG_INTEGER, isSignNeeded ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** `1.2.840.…` → OBJECT IDENTIFIER. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    bytes.push(...groups);
  }
  return tagged(TAG_OBJECT_IDENTIFIER, Buffer.from(bytes));
}

/** UTF-16, big-endian: what PKCS#12 wants for names, and (with two zero bytes) for passwords. */
export function bmpString(text: string): Buffer {
  return tagged(TAG_BMP_STRING, utf16BigEndian(text));
}

export function utf16BigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

function length(count: number): Buffer {
  if (count < LONG_FORM_LENGTH) return Buffer.of(count);
  const hex = count.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(LONG_FORM_LENGTH | bytes.length), bytes]);
}
