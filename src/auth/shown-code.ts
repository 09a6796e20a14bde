import type { Cancel, Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { randomCode } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { ShownCode } from './account-ports.ts';
import { isSameText } from './token-keys.ts';

/** 20^8 is 34 bits: with few tries and a short life nobody guesses it. */
const CODE_CHARS = 8;

/** A code stays on the display for so long, milliseconds: time to find the phone, no time to pass it on. */
export const SHOWN_CODE_LIFE_MS = 10 * 60_000;

/** Wrong codes after which it is not the same code any more. */
export const SHOWN_CODE_TRIES = 5;

/** A code that only the local display shows. It is in memory alone, and another one after each restart. */
export interface CodeOnDisplay {
  /** Shows a (new) code. */
  show(): ShownCode;
  /** Ends it. */
  hide(): void;
  current(): ShownCode | undefined;
  onChange(listener: () => void): () => void;
  /** Whether this is the code; case, spaces and dashes do not matter. A wrong one is counted. */
  isCode(typed: string): boolean;
}

export function createCodeOnDisplay({
  clock,
  log,
  whenOver,
}: {
  readonly clock: Clock;
  readonly log: Log;
  /** What follows when it was tried too often, or its time is over: another code, or none. */
  readonly whenOver: 'another' | 'none';
}): CodeOnDisplay {
  const listeners = new Set<() => void>();
  let shown: { code: string; untilMs: number; wrong: number; cancel: Cancel } | undefined;

  function changed(): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log.error('auth.listener_failed', { error: messageOf(error) });
      }
    }
  }

  function put(code: string): void {
    shown?.cancel();
    shown = {
      code,
      untilMs: clock.monotonicMs() + SHOWN_CODE_LIFE_MS,
      wrong: 0,
      cancel: clock.after(SHOWN_CODE_LIFE_MS, over),
    };
    changed();
  }

  function hide(): void {
    if (shown === undefined) return;
    shown.cancel();
    shown = undefined;
    changed();
  }

  function over(): void {
    if (whenOver === 'another') put(randomCode(CODE_CHARS));
    else hide();
  }

  function current(): ShownCode | undefined {
    if (shown === undefined) return undefined;
    // The display shows wall time; the code's life does not depend on it.
    return { code: shown.code, expiresMs: clock.now() + shown.untilMs - clock.monotonicMs() };
  }

  return {
    show() {
      put(randomCode(CODE_CHARS));
      return current() as ShownCode;
    },
    hide,
    current,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isCode(typed) {
      if (shown === undefined || clock.monotonicMs() >= shown.untilMs) return false;
      const letters = typed.toUpperCase().replace(/[\s-]/g, '');
      if (isSameText(letters, shown.code)) return true;
      shown.wrong += 1;
      if (shown.wrong >= SHOWN_CODE_TRIES) over();
      return false;
    },
  };
}
