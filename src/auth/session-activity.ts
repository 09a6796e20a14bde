import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../store/open.ts';
import type { SessionRecord } from '../store/repositories/sessions.ts';

/**
 * A session's use is written at most once in so long, milliseconds: a page that polls each second must not
 * wear out an SD card. Between, the memory knows; a crash forgets a minute of it.
 */
const WRITE_PERIOD_MS = 60_000;

/** Sessions in memory; the one unused for longest is forgotten, and what was written of it holds. */
const REMEMBERED_MAX = 10_000;

export interface Activity {
  /** The session as it is now: the row, and what happened since it was written. */
  current(session: SessionRecord): SessionRecord;
  /** Notes a use of a good session, and moves its end. */
  used(session: SessionRecord): SessionRecord;
}

export function createSessionActivity({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'sessions'>;
  readonly clock: Clock;
  readonly log: Log;
}): Activity {
  const latest = new Map<string, { lastSeenMs: number; idleExpiresMs: number; writtenMs: number }>();

  function current(session: SessionRecord): SessionRecord {
    const seen = latest.get(session.id);
    if (seen === undefined) return session;
    return {
      ...session,
      lastSeenMs: Math.max(session.lastSeenMs, seen.lastSeenMs),
      idleExpiresMs: Math.max(session.idleExpiresMs, seen.idleExpiresMs),
    };
  }

  return {
    current,
    used(session) {
      if (session.idleMs === null) return session;
      const nowMs = clock.now();
      const idleExpiresMs = Math.max(current(session).idleExpiresMs, nowMs + session.idleMs);
      const lastWrittenMs = latest.get(session.id)?.writtenMs ?? session.lastSeenMs;
      // The clock may have been set back: then it is time to write as well.
      const isDue = Math.abs(nowMs - lastWrittenMs) >= WRITE_PERIOD_MS;
      latest.delete(session.id);
      latest.set(session.id, { lastSeenMs: nowMs, idleExpiresMs, writtenMs: isDue ? nowMs : lastWrittenMs });
      if (latest.size > REMEMBERED_MAX) {
        for (const oldest of latest.keys()) {
          latest.delete(oldest);
          break;
        }
      }
      if (isDue) {
        store.sessions
          .touch({ id: session.id, lastSeenMs: nowMs, idleExpiresMs })
          .catch((error) =>
            log.warnRarely('session_touch', 'auth.use_not_kept', { error: messageOf(error) }),
          );
      }
      return { ...session, lastSeenMs: nowMs, idleExpiresMs };
    },
  };
}
