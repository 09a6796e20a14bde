import { type ReadonlySignal, signal } from '@preact/signals';

/** Something of the kit that changes by itself. */
export interface Live<T> {
  readonly state: ReadonlySignal<{ readonly data: T | undefined; readonly problem: unknown }>;
  /** Asks now, because something was done. */
  refresh(): Promise<void>;
  /** Shows what will be so before the kit has said it. */
  set(data: T): void;
  start(): void;
  stop(): void;
}

/** After a failure: often enough to be back soon, seldom enough to leave the air to others. */
const RETRY_MS = 2_000;

/**
 * Asks `read` each `everyMs` while it is started and the page is to be seen, and keeps the last answer when the kit
 * is lost. 0: only once, and when told.
 */
export function createLive<T>(read: () => Promise<T>, everyMs: number): Live<T> {
  const state = signal<{ data: T | undefined; problem: unknown }>({ data: undefined, problem: undefined });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let asked = 0;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    asked += 1;
    const turn = asked;
    try {
      const data = await read();
      // An answer that was overtaken by a later question is old.
      if (turn === asked) state.value = { data, problem: undefined };
    } catch (problem) {
      if (turn === asked) state.value = { data: state.peek().data, problem };
    }
    if (turn === asked) schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    const waitMs = state.peek().problem === undefined ? everyMs : Math.max(RETRY_MS, everyMs);
    if (!isStarted || document.hidden || waitMs === 0) return;
    timer = setTimeout(ask, waitMs);
  }

  const onVisible = () => {
    if (isStarted && !document.hidden) void ask();
  };

  return {
    state,
    refresh: ask,
    set(data) {
      asked += 1;
      state.value = { data, problem: undefined };
      schedule();
    },
    start() {
      if (isStarted) return;
      isStarted = true;
      document.addEventListener('visibilitychange', onVisible);
      void ask();
    },
    stop() {
      isStarted = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}
