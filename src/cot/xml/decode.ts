import { isCharacter } from './characters.ts';

const REFERENCES = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));/g;

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The value of an attribute as XML 1.0 (3.3.3) normalises it: literal tabs and line ends become spaces, then
 * references are replaced. Give it only values that the cursor has accepted.
 */
export function decodeAttributeValue(raw: string): string {
  return decodeReferences(raw.replace(/\r\n|[\t\n\r]/g, ' '));
}

/** Text without its references. Give it only text that the cursor has accepted. */
export function decodeReferences(raw: string): string {
  return raw.replace(REFERENCES, replaceReference);
}

function replaceReference(_whole: string, hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return PREDEFINED[name]!;
  return String.fromCodePoint(hex === undefined ? Number.parseInt(decimal!, 10) : Number.parseInt(hex, 16));
}

/** Is `reference`, the text between `&` and `;`, one that a document without a DTD may use? */
export function isReference(reference: string): boolean {
  if (Object.hasOwn(PREDEFINED, reference)) return true;
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(reference);
  if (digits === null) return false;
  const codePoint =
    digits[1] === undefined ? Number.parseInt(digits[2]!, 10) : Number.parseInt(digits[1], 16);
  return isCharacter(codePoint);
}
