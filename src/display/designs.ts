/** A size that screens are laid out for by hand. */
export interface Design {
  readonly id: '1920x1080' | '800x480' | '480x320' | '320x240' | '250x122' | '128x64';
  readonly width: number;
  readonly height: number;
  /** Black and white only; `paper` reflects, so its ground is white, `oled` shines, so its ground is dark. */
  readonly ink: 'colour' | 'paper' | 'oled';
}

const FULL_HD: Design = { id: '1920x1080', width: 1920, height: 1080, ink: 'colour' };
const WVGA: Design = { id: '800x480', width: 800, height: 480, ink: 'colour' };
const HVGA: Design = { id: '480x320', width: 480, height: 320, ink: 'colour' };
const QVGA: Design = { id: '320x240', width: 320, height: 240, ink: 'colour' };
const PAPER: Design = { id: '250x122', width: 250, height: 122, ink: 'paper' };
const OLED: Design = { id: '128x64', width: 128, height: 64, ink: 'oled' };

/** From the largest down. */
export const DESIGNS: readonly Design[] = [FULL_HD, WVGA, HVGA, QVGA, PAPER, OLED];

/** Below this a colour design cannot be read at arm's length: better the next one, larger. */
const SCALE_MIN = 0.9;

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
  readonly isOneBit: boolean;
}

/**
 * The design for a screen. One of exactly its size when there is one; else the one that uses most of the screen
 * with its letters no smaller than drawn, enlarged to fit, the rest left empty.
 */
export function designFor({ width, height, isOneBit }: ScreenSize): Design {
  const exact = DESIGNS.find((design) => design.width === width && design.height === height);
  if (exact !== undefined) return exact;
  const fitting = DESIGNS.filter((design) => scaleOf(design, width, height) >= SCALE_MIN);
  const suited = isOneBit ? fitting.filter(({ ink }) => ink !== 'colour') : fitting;
  const largest = suited.find((design) => usedShare(design, width, height) >= USED_SHARE_ENOUGH) ?? suited[0];
  return largest ?? OLED;
}

/** A larger design that leaves more than half of the screen empty is worse than a smaller one, enlarged. */
const USED_SHARE_ENOUGH = 0.5;

export function scaleOf(design: Design, width: number, height: number): number {
  return Math.min(width / design.width, height / design.height);
}

function usedShare(design: Design, width: number, height: number): number {
  const scale = scaleOf(design, width, height);
  return (design.width * scale * design.height * scale) / (width * height);
}
