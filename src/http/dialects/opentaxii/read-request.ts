import { readXmlLeaves, type XmlLeaf, type XmlLeaves } from '../xml-leaves.ts';
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

/** A time with its zone [XML Schema `dateTime`]: without one nobody knows what is meant. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads a request strictly; no DTD, no entities, UTF-8 only. */
export function readTaxiiRequest(body: Buffer): TaxiiRequest | Unreadable {
  const message = readXmlLeaves(body);
  if (typeof message === 'string') return malformed(message);
  if (message.root.namespace !== TAXII_11_NAMESPACE) {
    return { kind: 'unreadable', cause: 'foreign', problem: 'Only TAXII XML 1.1 messages are understood' };
  }
  const messageId = message.root.attributes.get('message_id');
  if (messageId === undefined || messageId === '') return malformed('it has no message_id');
  return interpret(message, messageId);
}

function interpret({ root, leaves }: XmlLeaves, messageId: string): TaxiiRequest | Unreadable {
  const { name, attributes } = root;
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
  leaves: readonly XmlLeaf[],
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
      .map((leaf) => leaf.attributes.get('binding_id') ?? ''),
    subscriptionId: textOf('Subscription_ID'),
    hasQuery: leaves.some(({ path }) => /^Poll_Parameters\/Query(?:\/|$)/.test(path)),
  };
}

function isDateTime(text: string): boolean {
  return DATE_TIME.test(text) && !Number.isNaN(Date.parse(text));
}

function malformed(problem: string): Unreadable {
  return { kind: 'unreadable', cause: 'malformed', problem: `The message cannot be read: ${problem}` };
}
