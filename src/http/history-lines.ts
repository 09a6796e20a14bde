import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { HistoryEvent, HistoryPort } from './app-deps.ts';

/** Events that are read from the store at a time; one page at the most is in memory for each export. */
const PAGE_EVENTS = 500;

/**
 * The history as NDJSON, page by page, as fast as the client takes it. When the store fails on the way the
 * stream breaks off (the client sees an incomplete answer): half an export must not look like a whole one.
 */
export function historyLines(
  history: HistoryPort,
  sinceMs: number | undefined,
  log: Log,
): ReadableStream<Uint8Array> {
  let afterId: number | undefined;
  return new ReadableStream({
    async pull(controller) {
      try {
        // Pages may be empty and still have a cursor; `pull` is only called again after something came.
        for (;;) {
          const { events, cursor } = await history.page({
            limit: PAGE_EVENTS,
            ...(sinceMs === undefined ? {} : { sinceMs }),
            ...(afterId === undefined ? {} : { afterId }),
          });
          afterId = cursor;
          if (events.length > 0) controller.enqueue(Buffer.from(events.map(lineOf).join('')));
          if (cursor === undefined) controller.close();
          if (cursor === undefined || events.length > 0) return;
        }
      } catch (error) {
        log.error('http.history_failed', { error: messageOf(error) });
        controller.error(error);
      }
    },
  });
}

function lineOf(event: HistoryEvent): string {
  return `${JSON.stringify({
    id: event.id,
    received: isoTime(event.receivedMs),
    uid: event.uid,
    type: event.type,
    how: event.how,
    time: isoTime(event.timeMs),
    stale: isoTime(event.staleMs),
    // NaN, an event without a position, becomes null.
    lat: event.lat,
    lon: event.lon,
    callsign: event.callsign,
    username: event.username,
    channels: event.groups,
    ...(event.dests === undefined ? {} : { dests: JSON.parse(event.dests) as unknown }),
    ...bytesOf(event),
  })}\n`;
}

/** XML as text; a TAK protocol message, which is not text, as base64. Both exactly as received. */
function bytesOf({ format, bytes }: HistoryEvent): { xml: string } | { protobuf: string } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return format === 'xml' ? { xml: buffer.toString('utf8') } : { protobuf: buffer.toString('base64') };
}

/** Times come from clients: one that a Date cannot hold must not end the export. */
function isoTime(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
