import type { AuthElement, Refusal } from './model.ts';
import { refuse } from './refusal.ts';
import { encodingFault } from './xml/characters.ts';
import { TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from './xml/cursor.ts';
import { decodeAttributeValue } from './xml/decode.ts';
import { type XmlName, xmlName } from './xml/name.ts';

/** Names and passwords are short; without a limit a stranger could make us hold memory before he is known. */
export const MAX_AUTH_BYTES = 8_192;

const AUTH = xmlName('auth');
const COT = xmlName('cot');
const USERNAME = xmlName('username');
const PASSWORD = xmlName('password');
const UID = xmlName('uid');

/** Reads `<auth><cot username="…" password="…" uid="…"/></auth>`. A refusal never quotes the bytes. */
export function readAuthElement(bytes: Buffer): AuthElement | Refusal {
  if (encodingFault(bytes) !== undefined) return malformed('it is not valid UTF-8');
  const cursor = new XmlCursor();
  cursor.begin(bytes, 0, bytes.length, 'document');
  if (cursor.next() !== TOKEN_OPEN || !cursor.isNamed(AUTH)) return malformed('it is not well-formed');
  if (cursor.next() !== TOKEN_OPEN || !cursor.isNamed(COT)) return malformed('it has no cot element');
  const username = credential(cursor, USERNAME);
  const password = credential(cursor, PASSWORD);
  const uid = credential(cursor, UID) ?? '';
  for (let token: number = TOKEN_OPEN; token !== TOKEN_END; ) {
    token = cursor.next();
    if (token === TOKEN_FAULT) return malformed('it is not well-formed');
    if (token === TOKEN_OPEN) return malformed('it has more than one element');
    if (token === TOKEN_CLOSE) continue;
  }
  if (username === undefined || username === '') return malformed('it has no user name');
  if (password === undefined) return malformed('it has no password');
  return { kind: 'auth', username, password, uid };
}

function malformed(why: string): Refusal {
  return refuse('auth_malformed', `the auth element cannot be read: ${why}`);
}

/** Not by `cursor.attributes.get()`, which remembers short texts: a password must not stay in memory. */
function credential(cursor: XmlCursor, name: XmlName): string | undefined {
  const index = cursor.attributes.find(name);
  if (index < 0) return undefined;
  const raw = cursor.bytes.toString(
    'utf8',
    cursor.attributes.valueStart(index),
    cursor.attributes.valueEnd(index),
  );
  return cursor.attributes.isEscaped(index) ? decodeAttributeValue(raw) : raw;
}
