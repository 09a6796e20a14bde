import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { CotEvent } from '../cot/event.ts';
import type { Presence, PresenceLimits } from '../hub/presence.ts';
import type { Store } from '../store/open.ts';

/** After a restart, or a power cut, who joins still learns where everybody was last seen. */
export async function restorePresence(
  presence: Presence,
  history: Store['history'],
  { limits, clock, log }: { readonly limits: PresenceLimits; readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const nowMs = clock.now();
  const events = await history.latestReplayable({
    nowMs,
    limit: limits.maxEvents,
    maxBytes: limits.maxBytes,
  });
  // Newest first from the store; oldest first into presence, so that the oldest is the first to make room.
  for (const { bytes, format, groups, receivedMs } of events.toReversed()) {
    const frame = Buffer.from(bytes);
    const event = format === 'xml' ? CotEvent.fromXml(frame) : CotEvent.fromProto(frame);
    if (event.kind === 'refusal') continue;
    presence.put(
      event,
      { groupsIn: groups, sessionId: 0 },
      clock.monotonicMs(),
      Math.max(0, nowMs - receivedMs),
    );
  }
  if (presence.size > 0) log.info('hub.presence_restored', { events: presence.size });
}
