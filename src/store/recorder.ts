import type { Cancel, Clock } from '../core/clock.ts';
import { BivouacError, type ErrorCode } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import type { Metrics } from '../core/metrics.ts';
import type { QueuedEvent } from './event-lane.ts';
import { type PackedBatch, pack } from './packed-batch.ts';
import { RecordQueue } from './record-queue.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { createTroubles } from './recorder-troubles.ts';

/**
 * One batch at most: packing it must not hold up the event loop (about a millisecond), and its inserts must
 * not hold up the worker.
 */
const BATCH_MAX_EVENTS = 1_000;
const BATCH_MAX_BYTES = 1024 * 1024;

/** When the disk does not take a batch, milliseconds until the next try. */
const RETRY_MS = 2_000;

/** A commit on a poor SD card may take seconds; one that takes longer is told. */
const STALL_WARNING_MS = 15_000;

/** At the end, how long to wait for a disk that does not answer, milliseconds: a stop takes 5 s at most. */
const FLUSH_TIMEOUT_MS = 3_000;

/** These pass by themselves or by somebody's help: the events are kept and tried again. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['store.full', 'store.io', 'store.busy']);

/** The hot path's way into the history. */
export interface Recorder {
  /** Takes the event (its bytes are copied) and returns at once. When there are too many, see `RecordQueue`. */
  record(event: RecordedEvent): void;
  /** Events committed to disk so far: these survive a kill and a power cut. */
  readonly committed: number;
  /** Commits what is queued, unless the disk refuses or does not answer; returns how many were left. */
  flush(): Promise<number>;
}

export interface RecorderDeps {
  /** Resolves when the batch is committed. Its buffer is transferred. */
  append(batch: PackedBatch): Promise<unknown>;
  readonly commitIntervalMs: number;
  readonly queueMaxEvents: number;
  readonly queueMaxBytes: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly health?: Health | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * Collects events and hands them to the store as one batch per commit interval, or sooner when a batch is
 * full. One batch is on its way at a time: while the disk works, the next one gathers, so the order received
 * is the order stored, and a slow disk makes for larger batches.
 */
export function createRecorder(deps: RecorderDeps): Recorder {
  const { append, commitIntervalMs, log, clock } = deps;
  const queue = new RecordQueue({ maxEvents: deps.queueMaxEvents, maxBytes: deps.queueMaxBytes });
  const troubles = createTroubles(log, deps.health, queue);
  let committed = 0;
  /** The batch on its way; resolves when it is dealt with. */
  let sending: Promise<void> | undefined;
  let cancelTimer: Cancel | undefined;
  /** Since when the oldest event waits, by the monotonic clock. */
  let waitingSinceMs = 0;
  /** The disk did not take the last batch: the next try comes by the timer alone. */
  let isRefused = false;

  function schedule(): void {
    if (sending !== undefined || queue.waiting === 0) return;
    if (isRefused) {
      cancelTimer ??= clock.after(RETRY_MS, send);
    } else if (queue.waiting >= BATCH_MAX_EVENTS || queue.bytes >= BATCH_MAX_BYTES) {
      send();
    } else if (cancelTimer === undefined) {
      const waitedMs = clock.monotonicMs() - waitingSinceMs;
      cancelTimer = clock.after(Math.max(commitIntervalMs - waitedMs, 0), send);
    }
  }

  function send(): Promise<void> {
    cancelTimer?.();
    cancelTimer = undefined;
    sending = sendOne(queue.take(BATCH_MAX_EVENTS, BATCH_MAX_BYTES)).finally(() => {
      sending = undefined;
      schedule();
    });
    return sending;
  }

  async function sendOne(events: readonly QueuedEvent[]): Promise<void> {
    const cancelWarning = clock.after(STALL_WARNING_MS, troubles.stalled);
    try {
      await append(pack(events));
      queue.settle(events);
      committed += events.length;
      isRefused = false;
      troubles.committed();
    } catch (error) {
      isRefused = error instanceof BivouacError && PASSING.has(error.code);
      if (isRefused) queue.putBack(events);
      else queue.giveUp(events);
      troubles.refused(error, isRefused);
    } finally {
      cancelWarning();
    }
  }

  deps.metrics?.add({
    name: 'bivouac_recorder_committed_total',
    help: 'Events committed to disk.',
    type: 'counter',
    read: () => committed,
  });
  deps.metrics?.add({
    name: 'bivouac_recorder_queued',
    help: 'Events that wait for the disk.',
    type: 'gauge',
    read: () => queue.events,
  });
  deps.metrics?.add({
    name: 'bivouac_recorder_dropped_total',
    help: 'Events that are missing from the history; a message is whatever is not a position.',
    type: 'counter',
    read: () => [
      [{ kind: 'position' }, queue.droppedPositions],
      [{ kind: 'message' }, queue.droppedMessages],
    ],
  });

  return {
    record(event) {
      if (queue.waiting === 0) waitingSinceMs = clock.monotonicMs();
      if (!queue.add(event)) troubles.dropped();
      schedule();
    },
    get committed() {
      return committed;
    },
    async flush() {
      const timeout = Promise.withResolvers<void>();
      const cancelTimeout = clock.after(FLUSH_TIMEOUT_MS, timeout.resolve);
      await Promise.race([timeout.promise, drain()]);
      cancelTimeout();
      return queue.events;
    },
  };

  async function drain(): Promise<void> {
    while (queue.events > 0) {
      // A full batch may already be on its way again.
      await (sending ?? send());
      if (isRefused) return;
    }
  }
}
