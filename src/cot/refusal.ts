import type { Refusal, RefusalCode } from './model.ts';

/**
 * After one of these the rest of the stream cannot be trusted: where the next event begins is unknown, or the
 * sender is hostile. After any other one the stream goes on with the next event.
 */
const FATAL_CODES: ReadonlySet<RefusalCode> = new Set([
  'xml_dtd',
  'xml_encoding',
  'event_too_large',
  'auth_too_large',
  'auth_malformed',
  'proto_magic',
  'proto_length',
]);

/** Logs and pages show the detail: long enough for a sentence, too short to flood. */
const MAX_DETAIL_CHARS = 200;

/**
 * Makes a refusal. `detail` is a sentence of ours; pieces of a peer's bytes in it lose their control
 * characters here. Credentials must never be in it.
 */
export function refuse(code: RefusalCode, detail: string, isFatal = FATAL_CODES.has(code)): Refusal {
  return { kind: 'refusal', code, isFatal, detail: printable(detail).slice(0, MAX_DETAIL_CHARS) };
}

/** C0, DEL, C1 and the line separators become `?`, so that no log line or terminal can be forged. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?');
}
