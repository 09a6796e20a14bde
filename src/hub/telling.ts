import { snapshotFrame } from '../cot/json/screen-message.ts';
import type { PresenceEntry } from './presence.ts';

/** Where a batch stands among all that a newcomer is told. */
export interface Part {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** How a newcomer is told what the others know already. */
export interface Telling {
  /** True for one who waits to be told even that nothing is known. */
  readonly saysNothing: boolean;
  /** A batch as one write. `pieces` are the bytes of `entries`, in order; neither is empty but for `saysNothing`. */
  join(pieces: readonly Buffer[], entries: readonly PresenceEntry[], part: Part, monotonicMs: number): Buffer;
}

/** TAK clients get the events as if they happened now. */
export const AS_EVENTS: Telling = {
  saysNothing: false,
  join: (pieces) => Buffer.concat(pieces),
};

/** Screens get them as a snapshot, with their ages. */
export const AS_SNAPSHOT: Telling = {
  saysNothing: true,
  join: (pieces, entries, part, monotonicMs) =>
    snapshotFrame(
      pieces.map((frame, i) => ({ frame, agoMs: monotonicMs - entries[i]!.receivedAtMs })),
      part,
    ),
};
