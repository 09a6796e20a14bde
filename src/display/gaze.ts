import type { Clock } from '../core/clock.ts';
import type { Placement } from './paint.ts';
import type { Scene, ScreenId } from './scene.ts';
import type { DisplayLook } from './state.ts';

/** Nobody reads a screen for longer without touching it; what they glance at is read dimmed, too. */
const DIM_AFTER_MS = 2 * 60_000;
const DIM_SHARE = 0.4;
const BRIGHTNESS_MIN = 5;
/** How long a press lights a screen that is dark on purpose. */
const NIGHT_GLANCE_MS = 15_000;
/** A minute at one place, a dozen places: no edge stands long enough to burn in. */
const SHIFT_PERIOD_MS = 60_000;
const SHIFTS = [
  [0, 0],
  [1, 0],
  [2, 1],
  [2, 2],
  [1, 2],
  [0, 1],
  [-1, 0],
  [-2, -1],
  [-2, -2],
  [-1, -2],
  [0, -2],
  [1, -1],
] as const;
/** For 128 × 64, which has no margin to give away. */
const OLED_SHIFTS = [
  [0, 0],
  [1, 0],
  [0, 0],
  [0, 1],
] as const;

/** Screens that somebody is waiting for or must not miss: bright for as long as they are up. */
const BRIGHT: readonly ScreenId[] = ['emergency', 'approval', 'pairing', 'onboarding', 'recovery'];
/** Dimmed, but never dark: the one thing to read on a kit that nobody owns yet. */
const LIT: readonly ScreenId[] = ['first-boot', 'fingerprint'];

/** Whether somebody is looking: how bright the picture is, and where it stands. */
export class Gaze {
  readonly #clock: Clock;
  #seenAtMs: number;
  #isDark = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seenAtMs = clock.monotonicMs();
  }

  /** Something new is up. */
  catch(): void {
    this.#seenAtMs = this.#clock.monotonicMs();
  }

  /** Somebody is there. True when the screen was dark until now. */
  wake(): boolean {
    const wasDark = this.#isDark;
    this.#isDark = false;
    this.catch();
    return wasDark;
  }

  /** Milliseconds since somebody was there, or something new came up. */
  unseenMs(): number {
    return this.#clock.monotonicMs() - this.#seenAtMs;
  }

  placement({ screen, design }: Scene, look: DisplayLook | undefined, canBurnIn: boolean): Placement {
    const nowMs = this.#clock.monotonicMs();
    // Paper neither shines nor burns.
    if (design.ink === 'paper') return { brightnessPercent: 100, shiftX: 0, shiftY: 0 };
    const shifts = design.ink === 'oled' ? OLED_SHIFTS : SHIFTS;
    const step = Math.floor(nowMs / SHIFT_PERIOD_MS) % shifts.length;
    const [shiftX, shiftY] = canBurnIn ? (shifts[step] ?? shifts[0]) : [0, 0];
    const brightnessPercent = this.#brightness(screen, look, this.unseenMs());
    this.#isDark = brightnessPercent === 0;
    return { brightnessPercent, shiftX, shiftY };
  }

  #brightness(screen: ScreenId, look: DisplayLook | undefined, unseenMs: number): number {
    const full = look?.brightnessPercent ?? 100;
    if (look === undefined || BRIGHT.includes(screen)) return full;
    const isLeft = look.blankAfterMs > 0 && unseenMs >= look.blankAfterMs;
    // Even at night a press shows the screen for a while.
    const isNight = look.isBlank && unseenMs >= NIGHT_GLANCE_MS;
    if ((isLeft || isNight) && !LIT.includes(screen)) return 0;
    return unseenMs < DIM_AFTER_MS ? full : Math.max(BRIGHTNESS_MIN, Math.round(full * DIM_SHARE));
  }
}
