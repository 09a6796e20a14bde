import type { Role } from './scene.ts';
import type { Theme } from './state.ts';

/** The colours that a scene is drawn in. */
export interface Palette {
  readonly colours: Readonly<Record<Role, string>>;
  /** Always dark on light, whatever the theme: readers expect it. */
  readonly qr: { readonly dark: string; readonly light: string };
  /** False where team colours would look alike, or would spoil eyes that are used to the dark. */
  readonly hasTeamColours: boolean;
  readonly isOneBit: boolean;
}

const DARK: Palette = {
  colours: {
    background: '#0d1110',
    panel: '#171e1b',
    line: '#2a3430',
    text: '#eef3f0',
    quiet: '#9fb0a8',
    accent: '#ff9d42',
    well: '#58d68d',
    careful: '#ffcc4d',
    bad: '#ff6b5e',
    onFill: '#0d1110',
  },
  qr: { dark: '#000000', light: '#ffffff' },
  hasTeamColours: true,
  isOneBit: false,
};

const DAY: Palette = {
  colours: {
    background: '#ffffff',
    panel: '#eef2ef',
    line: '#cfd8d3',
    text: '#101614',
    quiet: '#4c5a54',
    accent: '#a34a00',
    well: '#0b6b35',
    careful: '#7a4f00',
    bad: '#b3261e',
    onFill: '#ffffff',
  },
  qr: { dark: '#000000', light: '#ffffff' },
  hasTeamColours: true,
  isOneBit: false,
};

/** Only red light: well, careful and bad differ by shape and word. */
const NIGHT_RED: Palette = {
  colours: {
    background: '#000000',
    panel: '#120302',
    line: '#3a0d08',
    text: '#ff5a45',
    // The darker red that is handsome beside it (#a83325) reaches only 3.2 : 1 on black.
    quiet: '#d84633',
    accent: '#ff8a78',
    well: '#ff5a45',
    careful: '#ff5a45',
    bad: '#ff8a78',
    onFill: '#000000',
  },
  qr: { dark: '#000000', light: '#ff5a45' },
  hasTeamColours: false,
  isOneBit: false,
};

export const THEMES: Readonly<Record<Theme, Palette>> = { dark: DARK, day: DAY, 'night-red': NIGHT_RED };

function oneBit(ground: string, ink: string): Palette {
  return {
    colours: {
      background: ground,
      panel: ground,
      line: ink,
      text: ink,
      quiet: ink,
      accent: ink,
      well: ink,
      careful: ink,
      bad: ink,
      onFill: ground,
    },
    qr: { dark: '#000000', light: '#ffffff' },
    hasTeamColours: false,
    isOneBit: true,
  };
}

/** Ink on paper. */
const PAPER = oneBit('#ffffff', '#000000');
/** Light in the dark. */
const OLED = oneBit('#000000', '#ffffff');

/** One-bit screens know no themes: paper is white, what shines is dark. */
export function paletteOf(ink: 'colour' | 'paper' | 'oled', theme: Theme, isOneBit: boolean): Palette {
  if (ink === 'oled') return OLED;
  return ink === 'paper' || isOneBit ? PAPER : THEMES[theme];
}
