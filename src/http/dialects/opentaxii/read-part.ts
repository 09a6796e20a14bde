import { CotEvent } from '../../../cot/event.ts';
import type { HistoryEvent, HistoryPort } from '../../app-deps.ts';
import type { VisibleCollection } from './collections.ts';
import type { ContentBlock } from './write-message.ts';

/** Events that are asked of the store at a time. */
const PAGE_EVENTS = 500;

/** An answer ends with the event that makes it larger than this; one event can have 1 MiB of XML itself. */
const PART_MAX_BYTES = 4 * 1024 * 1024;

/** Counting goes no further than this: on a Pi each thousand events cost the store some 20 ms. */
const COUNT_MAX = 20_000;

/**
 * The order received is the order of time but for a clock that was set back in between; where events are so
 * much younger than asked for, the rest is too. Milliseconds.
 */
const CLOCK_SLACK_MS = 10 * 60_000;

/** Events may reach the disk so long after they were received: the longest `store.commitIntervalMs`. */
const COMMIT_DELAY_MAX_MS = 60_000;

/** What part of a collection is asked for. */
export interface Window {
  /** Exclusive. */
  readonly beginMs: number | undefined;
  /** Inclusive. */
  readonly endMs: number | undefined;
}

export interface Part {
  readonly blocks: readonly ContentBlock[];
  /** Where the next part begins; undefined when there is no more. */
  readonly nextAfterId: number | undefined;
  /** Receipt of the newest event that was looked at, whether it belonged to the answer or not. */
  readonly seenMs: number | undefined;
}

/** At most `limit` events of a collection from `afterId` on, oldest first. */
export async function readPart(
  history: Pick<HistoryPort, 'page'>,
  collection: VisibleCollection,
  { beginMs, endMs }: Window,
  {
    afterId,
    limit,
    signal,
  }: { readonly afterId: number | undefined; readonly limit: number; readonly signal: AbortSignal },
): Promise<Part> {
  const blocks: ContentBlock[] = [];
  let bytes = 0;
  let seenMs: number | undefined;
  for await (const event of eventsOf(history, { beginMs, endMs }, { afterId, signal })) {
    seenMs = Math.max(seenMs ?? 0, event.receivedMs);
    if (!isIn(event, endMs, collection)) continue;
    const xml = xmlOf(event);
    if (xml === undefined) continue;
    blocks.push({ xml, receivedMs: event.receivedMs });
    bytes += xml.length;
    if (blocks.length >= limit || bytes >= PART_MAX_BYTES) return { blocks, nextAfterId: event.id, seenMs };
  }
  return { blocks, nextAfterId: undefined, seenMs };
}

/** How many there are; at `COUNT_MAX` the count is partial. */
export async function countEvents(
  history: Pick<HistoryPort, 'page'>,
  collection: VisibleCollection,
  window: Window,
  signal: AbortSignal,
): Promise<{ readonly records: number; readonly isPartial: boolean; readonly seenMs: number | undefined }> {
  let records = 0;
  let seenMs: number | undefined;
  for await (const event of eventsOf(history, window, { afterId: undefined, signal })) {
    seenMs = Math.max(seenMs ?? 0, event.receivedMs);
    if (!isIn(event, window.endMs, collection)) continue;
    if (records === COUNT_MAX) return { records, isPartial: true, seenMs };
    records += 1;
  }
  return { records, isPartial: false, seenMs };
}

/**
 * Up to when an answer is complete. Not simply now: what was received a moment ago may not be on the disk
 * yet, and whoever asks from here on next time must still get it.
 */
export function completeUntil(window: Window, seenMs: number | undefined, nowMs: number): number {
  const settledMs = Math.max(nowMs - COMMIT_DELAY_MAX_MS, window.beginMs ?? 0);
  const knownMs = Math.max(seenMs ?? 0, settledMs);
  return Math.min(window.endMs ?? knownMs, knownMs);
}

async function* eventsOf(
  history: Pick<HistoryPort, 'page'>,
  { beginMs, endMs }: Window,
  { afterId, signal }: { readonly afterId: number | undefined; readonly signal: AbortSignal },
): AsyncGenerator<HistoryEvent> {
  let cursor = afterId;
  do {
    // Whoever went away needs no answer, and a long history is minutes of work for a small board.
    signal.throwIfAborted();
    const page = await history.page({
      limit: PAGE_EVENTS,
      ...(beginMs === undefined ? {} : { sinceMs: beginMs + 1 }),
      ...(cursor === undefined ? {} : { afterId: cursor }),
    });
    for (const event of page.events) {
      if (endMs !== undefined && event.receivedMs > endMs + CLOCK_SLACK_MS) return;
      yield event;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function isIn(event: HistoryEvent, endMs: number | undefined, collection: VisibleCollection): boolean {
  return (endMs === undefined || event.receivedMs <= endMs) && collection.holds(event);
}

/** Undefined for the rare message of the TAK protocol that has no XML form. */
function xmlOf({ bytes, format }: HistoryEvent): string | undefined {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const event = format === 'xml' ? CotEvent.fromXml(frame) : CotEvent.fromProto(frame);
  return event.kind === 'event' ? event.bytes('xml')?.toString('utf8') : undefined;
}
