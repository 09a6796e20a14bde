import type { Design } from '../designs.ts';

export type ColourDesignId = Exclude<Design['id'], '250x122' | '128x64'>;

/** Sizes and places that the screens of one design share, in its pixels. */
export interface Metrics {
  readonly margin: number;
  readonly header: {
    readonly baseline: number;
    readonly lineY: number;
    readonly title: number;
    readonly side: number;
  };
  /** First and last row of what is below the header. */
  readonly top: number;
  readonly bottom: number;
  /** Type sizes. */
  readonly small: number;
  readonly body: number;
  readonly lead: number;
  readonly big: number;
  readonly huge: number;
  readonly radius: number;
  readonly gap: number;
  /** Height of a button: at least 48 where fingers meet it, 56 for the main action. */
  readonly button: number;
  /** Room for the line that says what the buttons do. */
  readonly hints: number;
}

/** For each design by itself: none is another one, scaled. */
export const METRICS: Readonly<Record<ColourDesignId, Metrics>> = {
  '1920x1080': {
    margin: 64,
    header: { baseline: 92, lineY: 128, title: 56, side: 40 },
    top: 176,
    bottom: 1032,
    small: 32,
    body: 40,
    lead: 44,
    big: 64,
    huge: 144,
    radius: 24,
    gap: 24,
    button: 136,
    hints: 64,
  },
  '800x480': {
    margin: 24,
    header: { baseline: 42, lineY: 60, title: 28, side: 20 },
    top: 80,
    bottom: 460,
    small: 16,
    body: 20,
    lead: 20,
    big: 28,
    huge: 64,
    radius: 12,
    gap: 12,
    button: 80,
    hints: 32,
  },
  '480x320': {
    margin: 16,
    header: { baseline: 31, lineY: 44, title: 20, side: 16 },
    top: 56,
    bottom: 308,
    small: 14,
    body: 16,
    lead: 16,
    big: 20,
    huge: 40,
    radius: 10,
    gap: 8,
    button: 64,
    hints: 24,
  },
  '320x240': {
    margin: 10,
    header: { baseline: 22, lineY: 31, title: 16, side: 14 },
    top: 40,
    bottom: 232,
    small: 14,
    body: 14,
    lead: 16,
    big: 20,
    huge: 28,
    radius: 8,
    gap: 5,
    button: 56,
    hints: 20,
  },
};

export function metricsOf({ id }: Design): Metrics {
  if (id === '250x122' || id === '128x64') throw new Error(`${id} has screens of its own`);
  return METRICS[id];
}
