import { encodingFault, WHITE } from '../../cot/xml/characters.ts';
import { TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../../cot/xml/cursor.ts';
import { decodeReferences } from '../../cot/xml/decode.ts';
import { faultSentence } from '../../cot/xml/faults.ts';

/** A small XML document, flattened: its root, and the elements below that have no elements in them. */
export interface XmlLeaves {
  readonly root: {
    /** Without its prefix. */
    readonly name: string;
    readonly prefix: string;
    /** What its prefix (or its absence) stands for; undefined when nothing says so. */
    readonly namespace: string | undefined;
    readonly attributes: ReadonlyMap<string, string>;
  };
  readonly leaves: readonly XmlLeaf[];
}

export interface XmlLeaf {
  /** Local names from below the root on: `Contents/Key`. A name of another prefix stands with it: `{x}Key`. */
  readonly path: string;
  readonly text: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The same number for leaves of the same parent element. */
  readonly parent: number;
}

const DECLARATION = /^(?:\u{FEFF})?\s*<\?xml\s[^<>]*\?>\s*/u;
const UTF8_DECLARED = /\sencoding\s*=\s*(["'])utf-8\1/i;

/** Strict: UTF-8 only, no DTD, no entities. A text says what is wrong; it quotes nothing of the document. */
export function readXmlLeaves(document: Buffer): XmlLeaves | string {
  const bytes = withoutSurroundings(document);
  if (bytes === undefined || encodingFault(bytes) !== undefined) return 'it is not valid UTF-8';
  const cursor = new XmlCursor();
  cursor.begin(bytes, 0, bytes.length, 'document');
  const first = cursor.next();
  if (first !== TOKEN_OPEN) return first === TOKEN_FAULT ? faultOf(cursor) : 'it is empty';
  const [prefix, name] = splitName(cursor.name());
  const attributes = attributesOf(cursor);
  const leaves = leavesOf(cursor, prefix);
  if (typeof leaves === 'string') return leaves;
  const namespace = attributes.get(prefix === '' ? 'xmlns' : `xmlns:${prefix}`);
  return { root: { name, prefix, namespace, attributes }, leaves };
}

function leavesOf(cursor: XmlCursor, prefix: string): XmlLeaf[] | string {
  const leaves: XmlLeaf[] = [];
  const names: string[] = [];
  /** Numbers of the open elements, the root first. */
  const numbers: number[] = [0];
  let count = 0;
  let attributes: ReadonlyMap<string, string> = new Map();
  /** Where the text of the element opened last begins; -1 once it has shown to have elements in it. */
  let textStart = -1;

  function close(text: string | undefined): void {
    numbers.pop();
    if (text !== undefined)
      leaves.push({ path: names.join('/'), text, attributes, parent: numbers.at(-1) ?? 0 });
    names.pop();
    textStart = -1;
  }

  for (;;) {
    if (cursor.isEmptyElement && names.length > 0) close('');
    const token = cursor.next();
    if (token === TOKEN_END) return leaves;
    if (token === TOKEN_FAULT) return faultOf(cursor);
    if (token === TOKEN_OPEN) {
      const [itsPrefix, name] = splitName(cursor.name());
      names.push(itsPrefix === prefix ? name : `{${itsPrefix}}${name}`);
      count += 1;
      numbers.push(count);
      attributes = attributesOf(cursor);
      textStart = cursor.tagEnd;
    } else if (token === TOKEN_CLOSE && names.length > 0) {
      const raw = textStart < 0 ? undefined : cursor.bytes.toString('utf8', textStart, cursor.tagStart);
      close(raw === undefined ? undefined : decodeReferences(raw).trim());
    }
  }
}

function attributesOf({ attributes }: XmlCursor): ReadonlyMap<string, string> {
  const rows = Array.from({ length: attributes.count }, (_, index): [string, string] => [
    attributes.name(index),
    attributes.value(index),
  ]);
  return new Map(rows);
}

function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/**
 * Without declaration, byte order mark, and the line ends that programs write around a document. Undefined
 * when it says that it is written in something other than UTF-8.
 */
function withoutSurroundings(document: Buffer): Buffer | undefined {
  const head = document.toString('utf8', 0, 300);
  const skipped = DECLARATION.exec(head)?.[0] ?? /^\u{FEFF}?\s*/u.exec(head)?.[0] ?? '';
  if (/\sencoding\s*=/i.test(skipped) && !UTF8_DECLARED.test(skipped)) return undefined;
  let end = document.length;
  while (end > 0 && WHITE[document[end - 1] ?? 0] === 1) end -= 1;
  return document.subarray(Buffer.byteLength(skipped), end);
}

function faultOf(cursor: XmlCursor): string {
  return `it is not well-formed: ${faultSentence(cursor.fault)}`;
}
