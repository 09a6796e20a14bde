import type { TaxiiCollectionSettings, TaxiiServiceSettings } from '../../../config/compat/opentaxii.ts';
import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { HistoryPort } from '../../app-deps.ts';
import type { TaxiiAccount } from './accounts.ts';
import { collectionFor, type VisibleCollection } from './collections.ts';
import { COT_BINDING, type StatusType } from './message-names.ts';
import { completeUntil, countEvents, type Part, readPart, type Window } from './read-part.ts';
import type { PollRequest, TaxiiRequest, Unreadable } from './read-request.ts';
import type { PollResult, PollResults } from './results.ts';
import {
  type Correlation,
  collectionInformationResponse,
  discoveryResponse,
  pollResponse,
  statusMessage,
} from './write-message.ts';

/** Where a message came in, and for whom. */
export interface TaxiiCall {
  readonly service: TaxiiServiceSettings;
  readonly account: TaxiiAccount;
  /** `https://kit:8446`, as the caller reached us. */
  readonly origin: string;
  readonly isTls: boolean;
  /** Raised when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Polls that read the history at a time: the store has other work. */
const POLLS_AT_ONCE = 4;
const RETRY_AFTER_SECONDS = 5;

/** The TAXII 1.1 services: a request in, the XML of its answer out. */
export interface TaxiiServices {
  answer(call: TaxiiCall, request: TaxiiRequest | Unreadable): Promise<string>;
}

export interface TaxiiServicesDeps {
  readonly services: readonly TaxiiServiceSettings[];
  readonly collections: readonly TaxiiCollectionSettings[];
  readonly unauthorizedStatus: StatusType;
  readonly history: Pick<HistoryPort, 'page'>;
  readonly results: PollResults;
  readonly clock: Clock;
}

/** Which message each type of service takes. */
const ASKED_OF: Readonly<Record<TaxiiServiceSettings['type'], readonly TaxiiRequest['kind'][]>> = {
  discovery: ['discovery'],
  collection_management: ['collection_information'],
  poll: ['poll', 'poll_fulfillment'],
};

const SERVICE_TYPES = {
  discovery: 'DISCOVERY',
  collection_management: 'COLLECTION_MANAGEMENT',
  poll: 'POLL',
} as const;

export function createTaxiiServices(deps: TaxiiServicesDeps): TaxiiServices {
  const { services, collections, unauthorizedStatus, history, results, clock } = deps;
  let polls = 0;

  function shownBy(service: TaxiiServiceSettings): readonly TaxiiCollectionSettings[] {
    return collections.filter(({ service_ids: ids }) => ids.length === 0 || ids.includes(service.id));
  }

  function find({ service, account }: TaxiiCall, name: string): VisibleCollection | undefined {
    const settings = shownBy(service).find((one) => one.name === name);
    return settings && collectionFor(settings, account);
  }

  /** What does not exist, and what does not exist for this caller, are told alike. */
  function notFound({ account }: TaxiiCall, ids: Correlation, item: string): string {
    if (account.id === undefined) return statusMessage(ids, { type: unauthorizedStatus });
    return statusMessage(ids, { type: 'NOT_FOUND', details: [['ITEM', item]] });
  }

  function collectionInformation(call: TaxiiCall, ids: Correlation): string {
    const rows = shownBy(call.service).flatMap((settings) => {
      const collection = collectionFor(settings, call.account);
      if (collection === undefined) return [];
      const pollUrls = services
        .filter((service) => service.type === 'poll' && shownBy(service).includes(settings))
        .map(({ address }) => call.origin + address);
      return [{ ...collection, pollUrls }];
    });
    return collectionInformationResponse(ids, rows, call.isTls);
  }

  function partMessage(
    ids: Correlation,
    { name, type }: VisibleCollection,
    window: Window,
    { blocks, nextAfterId, seenMs }: Part,
    place: { readonly part: number; readonly result: PollResult | undefined },
  ): string {
    return pollResponse(ids, {
      collection: name,
      part: place.part,
      hasMore: nextAfterId !== undefined,
      resultId: place.result?.id,
      window:
        type === 'DATA_FEED'
          ? { beginMs: window.beginMs, endMs: completeUntil(window, seenMs, clock.now()) }
          : undefined,
      blocks,
    });
  }

  async function poll(call: TaxiiCall, ids: Correlation, request: PollRequest): Promise<string> {
    if (request.hasQuery) return statusMessage(ids, { type: 'UNSUPPORTED_QUERY' });
    if (request.subscriptionId !== undefined) {
      return statusMessage(ids, { type: 'NOT_FOUND', details: [['ITEM', request.subscriptionId]] });
    }
    const collection = find(call, request.collection);
    if (collection === undefined) return notFound(call, ids, request.collection);
    if (request.bindings.length > 0 && !request.bindings.includes(COT_BINDING)) {
      return statusMessage(ids, {
        type: 'UNSUPPORTED_CONTENT',
        details: [['SUPPORTED_CONTENT', COT_BINDING]],
      });
    }
    const window = { beginMs: request.beginMs, endMs: request.endMs };
    if (request.isCountOnly) return count(call, ids, collection, window);
    const part = await readPart(history, collection, window, {
      afterId: undefined,
      limit: call.service.max_result_count,
      signal: call.signal,
    });
    const result =
      part.nextAfterId === undefined
        ? undefined
        : results.open({
            accountId: call.account.id,
            collection: collection.name,
            window,
            start: part.nextAfterId,
          });
    return partMessage(ids, collection, window, part, { part: 1, result });
  }

  async function count(
    call: TaxiiCall,
    ids: Correlation,
    collection: VisibleCollection,
    window: Window,
  ): Promise<string> {
    const { seenMs, ...counted } = await countEvents(history, collection, window, call.signal);
    return pollResponse(ids, {
      collection: collection.name,
      part: 1,
      hasMore: false,
      window:
        collection.type === 'DATA_FEED'
          ? { beginMs: window.beginMs, endMs: completeUntil(window, seenMs, clock.now()) }
          : undefined,
      count: counted,
      blocks: [],
    });
  }

  async function fulfil(
    call: TaxiiCall,
    ids: Correlation,
    request: Extract<TaxiiRequest, { kind: 'poll_fulfillment' }>,
  ): Promise<string> {
    const result = results.find(request.resultId);
    const isTheirs =
      result !== undefined &&
      result.accountId === call.account.id &&
      result.collection === request.collection;
    // Rights may have gone since the first part.
    const collection = isTheirs ? find(call, request.collection) : undefined;
    if (!isTheirs || collection === undefined) return notFound(call, ids, request.resultId);
    // cabby asks for one part more than there are, and takes an empty one for the end.
    if (result.isComplete && request.part === lastPart(result) + 1) {
      return partMessage(ids, collection, result.window, EMPTY_PART, { part: request.part, result });
    }
    const afterId = result.starts[request.part - FIRST_LATER_PART];
    if (afterId === undefined) return notFound(call, ids, `${request.resultId} part ${request.part}`);
    const part = await readPart(history, collection, result.window, {
      afterId,
      limit: call.service.max_result_count,
      signal: call.signal,
    });
    if (request.part === lastPart(result)) {
      if (part.nextAfterId === undefined) result.isComplete = true;
      else result.starts.push(part.nextAfterId);
    }
    return partMessage(ids, collection, result.window, part, { part: request.part, result });
  }

  async function inTurn(ids: Correlation, work: () => Promise<string>): Promise<string> {
    if (polls >= POLLS_AT_ONCE) {
      return statusMessage(ids, {
        type: 'RETRY',
        details: [['ESTIMATED_WAIT', String(RETRY_AFTER_SECONDS)]],
      });
    }
    polls += 1;
    try {
      return await work();
    } finally {
      polls -= 1;
    }
  }

  return {
    async answer(call, request) {
      const ids: Correlation = {
        messageId: newId(),
        inResponseTo: request.kind === 'unreadable' ? '0' : request.messageId,
      };
      if (request.kind === 'unreadable') {
        const type = request.cause === 'foreign' ? 'UNSUPPORTED_MESSAGE' : 'BAD_MESSAGE';
        return statusMessage(ids, { type, message: request.problem });
      }
      if (!ASKED_OF[call.service.type].includes(request.kind)) {
        const message = `This service does not take such a message: it is of type ${call.service.type}`;
        return statusMessage(ids, { type: 'FAILURE', message });
      }
      switch (request.kind) {
        case 'discovery':
          return discoveryResponse(
            ids,
            services.map(({ type, address, description }) => ({
              type: SERVICE_TYPES[type],
              url: call.origin + address,
              description,
            })),
            call.isTls,
          );
        case 'collection_information':
          return collectionInformation(call, ids);
        case 'poll':
          return inTurn(ids, () => poll(call, ids, request));
        case 'poll_fulfillment':
          return inTurn(ids, () => fulfil(call, ids, request));
        case 'other':
          return statusMessage(ids, { type: 'FAILURE' });
      }
    },
  };
}

const EMPTY_PART: Part = { blocks: [], nextAfterId: undefined, seenMs: undefined };

/** Part 1 is the answer to the poll itself. */
const FIRST_LATER_PART = 2;

/** The highest part whose beginning is known. */
function lastPart({ starts }: PollResult): number {
  return starts.length + 1;
}
