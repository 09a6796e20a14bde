import type { Cancel, Clock } from '../core/clock.ts';
import type { Delivery } from './delivery.ts';
import type { Presence } from './presence.ts';
import { REPLAY_STEP_MS, Replay, type ReplayLimits } from './replay.ts';
import type { Session } from './session.ts';
import { AS_EVENTS, AS_SNAPSHOT, type Telling } from './telling.ts';

/** A newcomer is silent for so long at most before its replay starts without knowing its uid. */
const IDENTIFY_WAIT_MS = 500;

/**
 * Sees that whoever joins learns what the others know already. The replay waits a moment for the newcomer's
 * first report, because only then its own last position can be left out.
 */
export class Newcomers {
  readonly #presence: Presence;
  readonly #delivery: Delivery;
  readonly #limits: ReplayLimits;
  readonly #clock: Clock;
  readonly #waiting = new Map<Session, { readonly replay: Replay; readonly cancel: Cancel }>();
  readonly #running = new Map<Session, Replay>();
  #cancelTimer: Cancel | undefined;

  constructor(presence: Presence, delivery: Delivery, limits: ReplayLimits, clock: Clock) {
    this.#presence = presence;
    this.#delivery = delivery;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The snapshot is of now: what comes from here on the session gets live. */
  joined(session: Session): void {
    const replay = this.#replayTo(session, AS_EVENTS);
    const cancel = this.#clock.after(IDENTIFY_WAIT_MS, () => this.identified(session));
    this.#waiting.set(session, { replay, cancel });
  }

  /** Its first report has come, or was waited for long enough. */
  identified(session: Session): void {
    const newcomer = this.#waiting.get(session);
    if (newcomer === undefined || session.isClosed) return;
    newcomer.cancel();
    this.#waiting.delete(session);
    this.#run(session, newcomer.replay);
  }

  /** A screen has no report of its own to wait for: the first that it gets is what is known. */
  screenJoined(session: Session): void {
    this.#run(session, this.#replayTo(session, AS_SNAPSHOT));
  }

  /** A session that was slow takes bytes again. */
  drained(session: Session): void {
    this.#running.get(session)?.proceed(this.#clock.monotonicMs());
  }

  left(session: Session): void {
    this.#waiting.get(session)?.cancel();
    this.#waiting.delete(session);
    this.#running.delete(session);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #replayTo(session: Session, telling: Telling): Replay {
    return new Replay(
      session,
      this.#presence,
      this.#limits,
      this.#clock.monotonicMs(),
      (event, groupsIn) => this.#delivery.bytesFor(event, session, groupsIn),
      telling,
    );
  }

  #run(session: Session, replay: Replay): void {
    replay.proceed(this.#clock.monotonicMs());
    if (replay.isDone) return;
    this.#running.set(session, replay);
    this.#cancelTimer ??= this.#clock.every(REPLAY_STEP_MS, () => this.#step());
  }

  #step(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [session, replay] of this.#running) {
      replay.proceed(nowMs);
      if (replay.isDone) this.#running.delete(session);
    }
    if (this.#running.size === 0) this.stop();
  }
}
