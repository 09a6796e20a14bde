import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import type { RecordQueue } from './record-queue.ts';

const DROPPING_POSITIONS = {
  code: 'recorder.dropping_positions',
  severity: 'careful',
  text: 'The disk is slower than what comes in: some positions are missing from the history. Live sharing goes on. A faster SD card helps.',
} as const;

const DROPPING_MESSAGES = {
  code: 'recorder.dropping_messages',
  severity: 'bad',
  text: 'The disk takes nothing any more: chat and alerts are missing from the history. Live sharing goes on. Free some space or change the SD card.',
} as const;

const STALLED = {
  code: 'recorder.stalled',
  severity: 'careful',
  text: 'The disk does not answer: the history waits in memory. Live sharing goes on. The SD card may be failing.',
} as const;

/** How the recorder's troubles are told: in the log, rarely, and as health warnings until they are over. */
export function createTroubles(log: Log, health: Health | undefined, queue: RecordQueue) {
  let isTold = false;
  let messagesBefore = 0;

  function counts() {
    return { positions: queue.droppedPositions, messages: queue.droppedMessages, queued: queue.events };
  }

  function dropped(): void {
    isTold = true;
    health?.set(DROPPING_POSITIONS);
    if (queue.droppedMessages > messagesBefore) health?.set(DROPPING_MESSAGES);
    messagesBefore = queue.droppedMessages;
    log.warnRarely('recorder.dropping', 'recorder.dropping', counts());
  }

  return {
    /** An event was dropped because there are too many. */
    dropped,
    /** A batch is on its way for too long. */
    stalled(): void {
      isTold = true;
      health?.set(STALLED);
      log.warnRarely('recorder.stalled', 'recorder.stalled', counts());
    },
    /** The disk did not take a batch; it is kept for another try, or lost. */
    refused(error: unknown, isKept: boolean): void {
      isTold = true;
      log.warnRarely('recorder.refused', 'recorder.refused', {
        error: messageOf(error),
        isKept,
        ...counts(),
      });
      if (!isKept) dropped();
    },
    /** The disk took a batch. */
    committed(): void {
      if (!isTold) return;
      health?.clear(STALLED.code);
      if (!queue.isRelaxed) return;
      isTold = false;
      health?.clear(DROPPING_POSITIONS.code);
      health?.clear(DROPPING_MESSAGES.code);
      log.info('recorder.resumed', counts());
    },
  };
}
