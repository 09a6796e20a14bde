import type { Clock } from '../../../core/clock.ts';
import { newId } from '../../../core/ids.ts';
import type { Window } from './read-part.ts';

/** A result that nobody fetches from for so long is forgotten; each part that is fetched begins it anew. */
const RESULT_LIFE_MS = 10 * 60_000;

/** Results that are open at a time, of one account and of all: they are numbers only, and few programs poll. */
const RESULTS_PER_ACCOUNT_MAX = 16;
const RESULTS_MAX = 256;

/** An answer in parts: what was asked, and where each part that is known so far begins. */
export interface PollResult {
  readonly id: string;
  readonly accountId: string | undefined;
  readonly collection: string;
  readonly window: Window;
  /** `starts[n]`: the event after which part n + 2 begins; part 1 was the answer itself. */
  readonly starts: number[];
  isComplete: boolean;
}

export interface PollResults {
  open(
    result: Pick<PollResult, 'accountId' | 'collection' | 'window'> & { readonly start: number },
  ): PollResult;
  find(id: string): PollResult | undefined;
}

export function createPollResults(clock: Clock): PollResults {
  /** In the order of their last use. */
  const results = new Map<string, { readonly result: PollResult; readonly untilMs: number }>();

  function dropLate(): void {
    const nowMs = clock.monotonicMs();
    for (const [id, { untilMs }] of results) {
      if (untilMs > nowMs) return;
      results.delete(id);
    }
  }

  function keep(result: PollResult): void {
    results.delete(result.id);
    results.set(result.id, { result, untilMs: clock.monotonicMs() + RESULT_LIFE_MS });
  }

  return {
    open({ accountId, collection, window, start }) {
      dropLate();
      const own = [...results.values()].filter(({ result }) => result.accountId === accountId);
      // The one that was used longest ago makes room: its client starts over.
      if (own.length >= RESULTS_PER_ACCOUNT_MAX) results.delete(own[0]!.result.id);
      else if (results.size >= RESULTS_MAX) results.delete([...results.keys()][0]!);
      const result = { id: newId(), accountId, collection, window, starts: [start], isComplete: false };
      keep(result);
      return result;
    },
    find(id) {
      dropLate();
      const found = results.get(id)?.result;
      if (found !== undefined) keep(found);
      return found;
    },
  };
}
