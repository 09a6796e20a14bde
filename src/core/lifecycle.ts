import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** One step of the start-up list: what it does when the server starts, and how that is undone. */
export interface Part {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

/**
 * Starts parts in order and stops them in reverse. A part that fails to start stops those before it, so that
 * nothing is left half open; a part that fails to stop is logged and does not keep the others from stopping.
 */
export function createLifecycle(parts: readonly Part[], log: Log) {
  const started: Part[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      try {
        await part.stop();
      } catch (error) {
        log.error('lifecycle.stop_failed', { part: part.name, error: messageOf(error) });
      }
    }
  }

  return {
    async start(): Promise<void> {
      for (const part of parts) {
        try {
          await part.start();
          started.push(part);
        } catch (error) {
          await stopAll();
          throw error;
        }
      }
    },
    /** Safe to call twice: both calls wait for the same stop. */
    stop(): Promise<void> {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
