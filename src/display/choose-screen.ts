import type { Design } from './designs.ts';
import type { ScreenId } from './scene.ts';
import type { DisplayState, Theme } from './state.ts';
import { warningsOf } from './warnings.ts';

/** What the people in front of the display did and have. */
export interface View {
  /** How often the page was turned since the screen came up. */
  readonly page: number;
  /** Emergencies (uid) that somebody put aside for a moment to see another screen. */
  readonly setAside: ReadonlySet<string>;
  readonly controls: Controls;
  /** Of the screens that have no state to say it. */
  readonly theme: Theme;
}

export interface Controls {
  readonly hasButtons: boolean;
  readonly hasTouch: boolean;
}

/**
 * Which screen is up. Somebody's life comes first; then what a person in front of the display has just asked for;
 * then what a stranger asks for, which must never hide a code that is being typed; then what the kit needs; then
 * the pages.
 */
export function chooseScreen(state: DisplayState | undefined, view: View, design: Design): ScreenId {
  if (state === undefined) return 'starting';
  if (state.emergencies.some(({ uid }) => !view.setAside.has(uid))) return 'emergency';
  if (state.recovery !== undefined) return 'recovery';
  if (state.pairing !== undefined) return 'pairing';
  if (state.request !== undefined) return 'approval';
  if (state.onboarding !== undefined) return 'onboarding';
  const pages = pagesOf(state, design);
  return pages[view.page % pages.length] ?? 'idle';
}

/** The screens that a button turns over while nothing special is up. */
export function pagesOf(state: DisplayState, { id }: Design): readonly ScreenId[] {
  // One line and one value at a time: the OLED turns leaves within its one screen.
  if (id === '128x64') return [state.claim === undefined ? 'idle' : 'first-boot'];
  if (state.claim !== undefined) return ['first-boot', 'fingerprint'];
  const isSmall = id === '320x240' || id === '250x122';
  const pages: ScreenId[] = ['idle'];
  if (isSmall && state.team.roster.length > 0) pages.push('people');
  if (state.wifi !== undefined || state.addresses.length > 0) pages.push('wifi');
  if (warningsOf(state).length > 0) pages.push('warnings');
  if (state.plaintextPorts.length > 0) pages.push('plaintext');
  return pages;
}
