import { escapeAttribute } from '../../../cot/xml/escape.ts';
import {
  COT_BINDING,
  ENVELOPE_NAMESPACES,
  MESSAGE_BINDING,
  protocolBinding,
  SERVICES_VERSION,
  type StatusType,
} from './message-names.ts';

/** Ids that every answer carries: its own, and that of the message it answers (`0` where there was none). */
export interface Correlation {
  readonly messageId: string;
  readonly inResponseTo: string;
}

export function statusMessage(
  ids: Correlation,
  status: {
    readonly type: StatusType;
    readonly message?: string | undefined;
    /** Name and value, as the specification has them for each status (`ITEM` for NOT_FOUND). */
    readonly details?: readonly (readonly [name: string, value: string])[] | undefined;
  },
): string {
  const details = (status.details ?? []).map(
    ([name, value]) => `<taxii_11:Detail name="${escapeAttribute(name)}">${escaped(value)}</taxii_11:Detail>`,
  );
  return element('Status_Message', `${idsOf(ids)} status_type="${status.type}"`, [
    ...(details.length === 0 ? [] : [element('Status_Detail', '', details, INNER)]),
    ...(status.message === undefined ? [] : [leaf('Message', status.message)]),
  ]);
}

export function discoveryResponse(
  ids: Correlation,
  services: readonly {
    readonly type: 'DISCOVERY' | 'COLLECTION_MANAGEMENT' | 'POLL';
    readonly url: string;
    readonly description: string;
  }[],
  isTls: boolean,
): string {
  const instances = services.map(({ type, url, description }) =>
    element(
      'Service_Instance',
      ` service_type="${type}" service_version="${SERVICES_VERSION}" available="true"`,
      [
        leaf('Protocol_Binding', protocolBinding(isTls)),
        leaf('Address', url),
        leaf('Message_Binding', MESSAGE_BINDING),
        ...(description === '' ? [] : [leaf('Message', description)]),
      ],
      INNER,
    ),
  );
  return element('Discovery_Response', idsOf(ids), instances);
}

export function collectionInformationResponse(
  ids: Correlation,
  collections: readonly {
    readonly name: string;
    readonly type: 'DATA_FEED' | 'DATA_SET';
    readonly description: string;
    readonly pollUrls: readonly string[];
  }[],
  isTls: boolean,
): string {
  const rows = collections.map(({ name, type, description, pollUrls }) =>
    element(
      'Collection',
      ` collection_name="${escapeAttribute(name)}" collection_type="${type}" available="true"`,
      [
        leaf('Description', description),
        contentBinding(),
        ...pollUrls.map((url) =>
          element(
            'Polling_Service',
            '',
            [
              leaf('Protocol_Binding', protocolBinding(isTls)),
              leaf('Address', url),
              leaf('Message_Binding', MESSAGE_BINDING),
            ],
            INNER,
          ),
        ),
      ],
      INNER,
    ),
  );
  return element('Collection_Information_Response', idsOf(ids), rows);
}

/** One event as the content of a poll. */
export interface ContentBlock {
  /** `<event …>…</event>`, well-formed and without a declaration. */
  readonly xml: string;
  /** When the kit received it, milliseconds since 1970. */
  readonly receivedMs: number;
}

export function pollResponse(
  ids: Correlation,
  result: {
    readonly collection: string;
    readonly part: number;
    readonly hasMore: boolean;
    /** Set where there are parts. */
    readonly resultId?: string | undefined;
    /** Of a data feed only. */
    readonly window?: { readonly beginMs: number | undefined; readonly endMs: number } | undefined;
    readonly count?: { readonly records: number; readonly isPartial: boolean } | undefined;
    readonly blocks: readonly ContentBlock[];
  },
): string {
  const { collection, part, hasMore, resultId, window, count, blocks } = result;
  const attributes =
    ` collection_name="${escapeAttribute(collection)}" more="${hasMore}"` +
    `${resultId === undefined ? '' : ` result_id="${escapeAttribute(resultId)}"`} result_part_number="${part}"`;
  return element('Poll_Response', idsOf(ids) + attributes, [
    ...(window?.beginMs === undefined ? [] : [leaf('Exclusive_Begin_Timestamp', timeOf(window.beginMs))]),
    ...(window === undefined ? [] : [leaf('Inclusive_End_Timestamp', timeOf(window.endMs))]),
    ...(count === undefined
      ? []
      : [
          `<taxii_11:Record_Count partial_count="${count.isPartial}">${count.records}</taxii_11:Record_Count>`,
        ]),
    ...blocks.map(({ xml, receivedMs }) =>
      element(
        'Content_Block',
        '',
        [
          contentBinding(),
          `<taxii_11:Content>${xml}</taxii_11:Content>`,
          leaf('Timestamp_Label', timeOf(receivedMs)),
        ],
        INNER,
      ),
    ),
  ]);
}

const INNER = { isRoot: false };

function element(
  name: string,
  attributes: string,
  children: readonly string[],
  { isRoot } = { isRoot: true },
): string {
  const start = `taxii_11:${name}${isRoot ? ` ${ENVELOPE_NAMESPACES}` : ''}${attributes}`;
  return children.length === 0 ? `<${start}/>` : `<${start}>${children.join('')}</taxii_11:${name}>`;
}

function idsOf({ messageId, inResponseTo }: Correlation): string {
  return ` message_id="${escapeAttribute(messageId)}" in_response_to="${escapeAttribute(inResponseTo)}"`;
}

function leaf(name: string, text: string): string {
  return `<taxii_11:${name}>${escaped(text)}</taxii_11:${name}>`;
}

function contentBinding(): string {
  return `<taxii_11:Content_Binding binding_id="${COT_BINDING}"/>`;
}

/** What is safe in an attribute is safe as text; control characters that XML knows no way for are left out. */
function escaped(text: string): string {
  return escapeAttribute(
    text.toWellFormed().replaceAll(/[^\t\n\r -\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ''),
  );
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
