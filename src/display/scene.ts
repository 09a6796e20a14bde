import type { Design } from './designs.ts';
import type { Theme } from './state.ts';
import type { TeamColour } from './team-colours.ts';

/** What a colour is for; the theme says which it is. */
export type Role =
  | 'background'
  | 'panel'
  | 'line'
  | 'text'
  | 'quiet'
  | 'accent'
  | 'well'
  | 'careful'
  | 'bad'
  /** Words on an area filled with accent, well, careful or bad. */
  | 'onFill';

export type Weight = 400 | 700;
/** `mono` for codes, coordinates and passphrases. */
export type Face = 'next' | 'mono';

/** A drawing instruction, in pixels of the design, the origin at the upper left. */
export type Item = TextItem | BoxItem | QrItem | BarItem | ShapeItem | TeamItem;

export interface TextItem {
  readonly kind: 'text';
  /** The left end, middle or right end of the text, as `align` says. */
  readonly x: number;
  /** The line that the letters stand on. */
  readonly baseline: number;
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly face: Face;
  /** Figures are tabular unless they stand alone. */
  readonly figures?: 'proportional';
  readonly role: Role;
  readonly align: 'left' | 'center' | 'right';
  /** Never drawn wider than this, whatever the letters. */
  readonly maxWidth: number;
}

export interface BoxItem {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly role: Role;
}

/** Dark on light with its quiet zone, which the size includes. */
export interface QrItem {
  readonly kind: 'qr';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly correction: 'medium' | 'low';
  /** Modules of one side, with the quiet zone. */
  readonly modules: number;
  /** Pixels of one module. */
  readonly modulePx: number;
}

/** What is left of a time. */
export interface BarItem {
  readonly kind: 'bar';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly role: Role;
}

export type Shape = 'disc' | 'square' | 'triangle' | 'diamond' | 'ring';

export interface ShapeItem {
  readonly kind: 'shape';
  readonly shape: Shape;
  /** The middle. */
  readonly x: number;
  readonly y: number;
  /** Width and height. */
  readonly size: number;
  readonly role: Role;
}

/** Somebody of a team: a disc in its colour, or its initials where colours are not to be had. */
export interface TeamItem {
  readonly kind: 'team';
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly team: TeamColour | undefined;
}

/** Which screen it is; one change of it is worth waking up for. */
export type ScreenId =
  | 'starting'
  | 'first-boot'
  | 'fingerprint'
  | 'idle'
  | 'people'
  | 'wifi'
  | 'warnings'
  | 'plaintext'
  | 'pairing'
  | 'approval'
  | 'onboarding'
  | 'recovery'
  | 'emergency'
  | 'stopped';

/** What a button or a touch does on a screen. */
export type ScreenAction =
  | 'approve'
  | 'refuse'
  | 'open-pairing'
  | 'stop-pairing'
  | 'next-page'
  | 'set-aside'
  | 'end-recovery';

export interface TouchArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly action: ScreenAction;
}

/** Everything that a screen shows and does at one moment: plain, comparable, without a pixel. */
export interface Scene {
  readonly screen: ScreenId;
  readonly design: Design;
  readonly theme: Theme;
  readonly items: readonly Item[];
  readonly touch: readonly TouchArea[];
  /** What the two buttons do: ● the first, ■ the second. */
  readonly buttons: { readonly first?: ScreenAction; readonly second?: ScreenAction };
  /** The request that Allow and Refuse are about. */
  readonly requestId?: string;
}
