import { encodingFault } from '../../../cot/xml/characters.ts';
import { TOKEN_CLOSE, TOKEN_END, TOKEN_FAULT, TOKEN_OPEN, XmlCursor } from '../../../cot/xml/cursor.ts';
import { decodeReferences } from '../../../cot/xml/decode.ts';
import { faultSentence } from '../../../cot/xml/faults.ts';
import { xmlName } from '../../../cot/xml/name.ts';
import { TAXII_11_NAMESPACE } from './message-names.ts';

/** A TAXII 1.1 message that asks for something, as far as the services here look at it. */
export type TaxiiRequest = { readonly messageId: string } & (
  | { readonly kind: 'discovery' }
  | { readonly kind: 'collection_information' }
  | PollRequest
  | {
      readonly kind: 'poll_fulfillment';
      readonly collection: string;
      readonly resultId: string;
      readonly part: number;
    }
  /** A message of TAXII 1.1 that no service here answers. */
  | { readonly kind: 'other'; readonly name: string }
);

export interface PollRequest {
  readonly kind: 'poll';
  readonly collection: string;
  /** Exclusive, milliseconds since 1970. */
  readonly beginMs: number | undefined;
  /** Inclusive. */
  readonly endMs: number | undefined;
  readonly isCountOnly: boolean;
  /** Content bindings that would do; empty: any. */
  readonly bindings: readonly string[];
  readonly subscriptionId: string | undefined;
  readonly hasQuery: boolean;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly problem: string;
  /** `foreign`: well-formed, but of another message binding. */
  readonly cause: 'malformed' | 'foreign';
}

interface Root {
  readonly name: string;
  readonly prefix: string;
  readonly attributes: ReadonlyMap<string, string>;
}

interface Leaf {
  /** Local names from below the root down to this element: `Poll_Parameters/Response_Type`. */
  readonly path: string;
  readonly text: string;
  readonly bindingId: string | undefined;
}

const DECLARATION = /^(?:\u{FEFF})?\s*<\?xml\s[^<>]*\?>\s*/u;
const UTF8_DECLARED = /\sencoding\s*=\s*(["'])utf-8\1/i;
const BINDING_ID = xmlName('binding_id');
/** A time with its zone [XML Schema `dateTime`]: without one nobody knows what is meant. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads a request strictly; no DTD, no entities, UTF-8 only. */
export function readTaxiiRequest(body: Buffer): TaxiiRequest | Unreadable {
  const bytes = withoutDeclaration(body);
  if (bytes === undefined || encodingFault(bytes) !== undefined) return malformed('it is not valid UTF-8');
  const cursor = new XmlCursor();
  cursor.begin(bytes, 0, bytes.length, 'document');
  const first = cursor.next();
  if (first !== TOKEN_OPEN) return malformed(first === TOKEN_FAULT ? faultOf(cursor) : 'it is empty');
  const root = rootOf(cursor);
  const leaves = leavesOf(cursor, root.prefix);
  if (typeof leaves === 'string') return malformed(leaves);
  const namespace = root.attributes.get(root.prefix === '' ? 'xmlns' : `xmlns:${root.prefix}`);
  if (namespace !== TAXII_11_NAMESPACE) {
    return { kind: 'unreadable', cause: 'foreign', problem: 'Only TAXII XML 1.1 messages are understood' };
  }
  const messageId = root.attributes.get('message_id');
  if (messageId === undefined || messageId === '') return malformed('it has no message_id');
  return interpret(root, leaves, messageId);
}

function interpret(
  { name, attributes }: Root,
  leaves: readonly Leaf[],
  messageId: string,
): TaxiiRequest | Unreadable {
  switch (name) {
    case 'Discovery_Request':
      return { kind: 'discovery', messageId };
    case 'Collection_Information_Request':
      return { kind: 'collection_information', messageId };
    case 'Poll_Request':
      return pollOf(attributes, leaves, messageId);
    case 'Poll_Fulfillment': {
      const collection = attributes.get('collection_name') ?? '';
      const resultId = attributes.get('result_id') ?? '';
      const part = attributes.get('result_part_number') ?? '1';
      if (collection === '' || resultId === '' || !/^[1-9]\d{0,8}$/.test(part)) {
        return malformed('it needs collection_name, result_id and a result_part_number');
      }
      return { kind: 'poll_fulfillment', messageId, collection, resultId, part: Number(part) };
    }
    default:
      return { kind: 'other', name, messageId };
  }
}

function pollOf(
  attributes: ReadonlyMap<string, string>,
  leaves: readonly Leaf[],
  messageId: string,
): TaxiiRequest | Unreadable {
  const collection = attributes.get('collection_name') ?? '';
  if (collection === '') return malformed('it has no collection_name');
  const textOf = (path: string) => leaves.find((leaf) => leaf.path === path)?.text;
  const begin = textOf('Exclusive_Begin_Timestamp');
  const end = textOf('Inclusive_End_Timestamp');
  for (const text of [begin, end]) {
    if (text !== undefined && !isDateTime(text)) return malformed('a time is not a dateTime with a zone');
  }
  return {
    kind: 'poll',
    messageId,
    collection,
    beginMs: begin === undefined ? undefined : Date.parse(begin),
    endMs: end === undefined ? undefined : Date.parse(end),
    isCountOnly: textOf('Poll_Parameters/Response_Type') === 'COUNT_ONLY',
    bindings: leaves
      .filter(({ path }) => path === 'Poll_Parameters/Content_Binding')
      .map(({ bindingId = '' }) => bindingId),
    subscriptionId: textOf('Subscription_ID'),
    hasQuery: leaves.some(({ path }) => /^Poll_Parameters\/Query(?:\/|$)/.test(path)),
  };
}

function isDateTime(text: string): boolean {
  return DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));
}

function rootOf(cursor: XmlCursor): Root {
  const { attributes } = cursor;
  const [prefix, name] = splitName(cursor.name());
  const named = Array.from({ length: attributes.count }, (_, index): [string, string] => [
    attributes.name(index),
    attributes.value(index),
  ]);
  return { name, prefix, attributes: new Map(named) };
}

/** Every element below the root that has no elements in it; or what is wrong with the XML. */
function leavesOf(cursor: XmlCursor, prefix: string): Leaf[] | string {
  const leaves: Leaf[] = [];
  const path: string[] = [];
  let textStart = -1;
  let bindingId: string | undefined;
  for (;;) {
    if (cursor.isEmptyElement && path.length > 0) {
      leaves.push({ path: path.join('/'), text: '', bindingId });
      path.pop();
      textStart = -1;
    }
    const token = cursor.next();
    if (token === TOKEN_END) return leaves;
    if (token === TOKEN_FAULT) return faultOf(cursor);
    if (token === TOKEN_OPEN) {
      const [itsPrefix, name] = splitName(cursor.name());
      // An element of another namespace (an extension, a query) is not mistaken for one of ours.
      path.push(itsPrefix === prefix ? name : `{${itsPrefix}}${name}`);
      textStart = cursor.tagEnd;
      bindingId = cursor.attributes.get(BINDING_ID);
    } else if (token === TOKEN_CLOSE && path.length > 0) {
      if (textStart >= 0) {
        const raw = cursor.bytes.toString('utf8', textStart, cursor.tagStart);
        leaves.push({ path: path.join('/'), text: decodeReferences(raw).trim(), bindingId });
      }
      path.pop();
      textStart = -1;
    }
  }
}

function splitName(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Undefined when it says that it is written in something other than UTF-8. */
function withoutDeclaration(body: Buffer): Buffer | undefined {
  const head = body.toString('utf8', 0, Math.min(body.length, 300));
  const declaration = DECLARATION.exec(head)?.[0];
  if (declaration === undefined)
    return body.subarray(Buffer.byteLength(/^\u{FEFF}?\s*/u.exec(head)?.[0] ?? ''));
  if (/\sencoding\s*=/i.test(declaration) && !UTF8_DECLARED.test(declaration)) return undefined;
  return body.subarray(Buffer.byteLength(declaration));
}

function faultOf(cursor: XmlCursor): string {
  return `it is not well-formed: ${faultSentence(cursor.fault)}`;
}

function malformed(problem: string): Unreadable {
  return { kind: 'unreadable', cause: 'malformed', problem: `The message cannot be read: ${problem}` };
}
