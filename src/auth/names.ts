import { BivouacError } from '../core/errors.ts';
import type { GroupName } from '../store/repositories/groups.ts';

/** Longest name of a user or a channel, code points: fits a certificate's common name (64, RFC 5280). */
export const NAME_MAX_CHARS = 64;

/** Longer input cannot become a name of 64 by normalising; do not even look at it. UTF-16 units. */
const NAME_INPUT_MAX_UNITS = 512;

/** Longest e-mail address (RFC 5321: 64 + @ + 255, less the brackets of a path), characters. */
const EMAIL_MAX_CHARS = 254;

/** No dot or hyphen in front: `..` and `-x` would mean something to file systems and command lines. */
const USER_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*$/u;

/** Other systems use mail addresses for names. */
const EXTERNAL_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.@-]*$/u;

/** As a user's name, with spaces inside. */
const GROUP_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_. -]*(?<! )$/u;

/** One @ with something on both sides, a dot in the domain, nothing that would leave a mail header. */
const EMAIL = /^[^\s@<>",;:\\()[\]]+@[^\s@<>",;:\\()[\]]+\.[^\s@<>",;:\\()[\].]+$/u;

/** They stand for somebody else in logs and on the plain socket. */
const RESERVED_NAMES = new Set(['anonymous', 'console']);

/** The form in which names are compared: without regard to case and to Unicode's compatible forms. */
export function foldName(name: string): string {
  // Upper case first: it brings together what lower case keeps apart (ß and ss, σ and ς).
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/**
 * The name as it is kept, and folded.
 * @throws BivouacError `user.name_invalid`
 */
export function parseUserName(raw: string): { readonly name: string; readonly nameKey: string } {
  const name = normalise(raw);
  if (name === undefined || !USER_NAME.test(name)) {
    throw new BivouacError(
      'user.name_invalid',
      `A user name has 1 to ${NAME_MAX_CHARS} letters, digits, "_", "." or "-", and starts with a letter, a digit or "_"`,
    );
  }
  const nameKey = foldName(name);
  if (RESERVED_NAMES.has(nameKey)) {
    throw new BivouacError('user.name_invalid', `The name "${name}" has a meaning of its own here`);
  }
  return { name, nameKey };
}

/** A name that another system gave: taken as it is, or not at all (undefined), for it is found by it there. */
export function parseExternalName(
  raw: string,
): { readonly name: string; readonly nameKey: string } | undefined {
  if (normalise(raw) !== raw || !EXTERNAL_NAME.test(raw)) return undefined;
  const nameKey = foldName(raw);
  return RESERVED_NAMES.has(nameKey) ? undefined : { name: raw, nameKey };
}

/** @throws BivouacError `group.name_invalid` */
export function parseGroupName(raw: string): GroupName {
  const name = normalise(raw);
  if (name === undefined || !GROUP_NAME.test(name)) {
    throw new BivouacError(
      'group.name_invalid',
      `A channel name has 1 to ${NAME_MAX_CHARS} letters, digits, spaces, "_", "." or "-", and starts with a letter, a digit or "_"`,
    );
  }
  return { name, key: foldName(name) };
}

/** @throws BivouacError `user.email_invalid` */
export function parseEmail(raw: string): string {
  const email = raw.trim();
  if (email.length > EMAIL_MAX_CHARS || !EMAIL.test(email)) throw new BivouacError('user.email_invalid');
  return email;
}

function normalise(raw: string): string | undefined {
  if (raw.length > NAME_INPUT_MAX_UNITS || !raw.isWellFormed()) return undefined;
  const name = raw.normalize('NFKC');
  const { length } = [...name];
  return length >= 1 && length <= NAME_MAX_CHARS ? name : undefined;
}
