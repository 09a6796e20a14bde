import type { Controls } from '../choose-screen.ts';
import type { Design } from '../designs.ts';
import type { DisplayState, Theme } from '../state.ts';

/** What a screen is drawn from. */
export interface ScreenContext {
  /** Undefined before the kit is up. */
  readonly state: DisplayState | undefined;
  readonly design: Design;
  readonly controls: Controls;
  /** How often the page was turned; for the OLED, whose screens have several leaves. */
  readonly page: number;
  readonly theme: Theme;
}

/** The same once the kit is up. */
export interface LiveContext extends ScreenContext {
  readonly state: DisplayState;
}
