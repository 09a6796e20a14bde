/** Figures that a touch surface gives at its edges; a first larger than the second means a mirrored one. */
export interface TouchEdges {
  readonly x: readonly [left: number, right: number];
  readonly y: readonly [top: number, bottom: number];
}

/** `display.touch`. */
export type TouchRange = 'auto' | 'off' | TouchEdges;

/** Reads `auto`, `off` or `LEFT..RIGHT,TOP..BOTTOM`, as the configuration has checked it. */
export function parseTouchRange(text: string): TouchRange {
  if (text === 'off') return 'off';
  const figures = /^(-?\d+)\.\.(-?\d+),(-?\d+)\.\.(-?\d+)$/.exec(text)?.slice(1).map(Number);
  const [left, right, top, bottom] = figures ?? [];
  if (left === undefined || right === undefined || top === undefined || bottom === undefined) return 'auto';
  return { x: [left, right], y: [top, bottom] };
}

/** Follows one finger on one device. */
export interface TouchTracker {
  /** One event; gives a point, as shares of the screen, when a finger has come down. */
  take(type: number, code: number, value: number): { readonly x: number; readonly y: number } | undefined;
  /** Whether a finger is down after a change of that; undefined while nothing changed. */
  readonly isDown: boolean | undefined;
}

const EV_SYN = 0;
const EV_KEY = 1;
const EV_ABS = 3;
const BTN_TOUCH = 0x14a;
const ABS_X = 0x00;
const ABS_Y = 0x01;
const ABS_MT_POSITION_X = 0x35;
const ABS_MT_POSITION_Y = 0x36;

/**
 * The driver knows its range but tells it by ioctl only. These are known for one; capacitive panels (FT5406,
 * Goodix, EDT) report pixels.
 */
const KNOWN_RANGES: readonly (readonly [name: RegExp, max: number])[] = [
  [/ADS7846|XPT2046|STMPE|TSC20/i, 4_095],
  [/QEMU|virtio|Tablet/i, 32_767],
];
/** Where figures turn out larger than the screen: the next power of two that digitisers have. */
const LARGER_RANGES = [1_023, 2_047, 4_095, 8_191, 16_383, 32_767, 65_535];

export function createTouchTracker(deps: {
  readonly name: string;
  readonly range: TouchRange;
  readonly screenSize: () => { readonly width: number; readonly height: number } | undefined;
}): TouchTracker {
  const { name, range, screenSize } = deps;
  const known = KNOWN_RANGES.find(([pattern]) => pattern.test(name))?.[1];
  let x = 0;
  let y = 0;
  let largest = 0;
  let wasPressed = false;
  let isDown: boolean | undefined;

  function edges(): TouchEdges {
    if (typeof range === 'object') return range;
    if (known !== undefined) return { x: [0, known], y: [0, known] };
    const { width, height } = screenSize() ?? { width: 0, height: 0 };
    if (largest < Math.max(width, height)) return { x: [0, width - 1], y: [0, height - 1] };
    const max = LARGER_RANGES.find((limit) => limit >= largest) ?? largest;
    return { x: [0, max], y: [0, max] };
  }

  return {
    get isDown() {
      return isDown;
    },
    take(type, code, value) {
      isDown = undefined;
      if (range === 'off') return undefined;
      if (type === EV_ABS) {
        if (code === ABS_X || code === ABS_MT_POSITION_X) x = value;
        else if (code === ABS_Y || code === ABS_MT_POSITION_Y) y = value;
        else return undefined;
        largest = Math.max(largest, value);
        return undefined;
      }
      if (type === EV_KEY && code === BTN_TOUCH) {
        wasPressed = value === 1;
        isDown = value !== 0;
        return undefined;
      }
      // The position of a touch comes before or after it, but always before the end of the report.
      if (type !== EV_SYN || !wasPressed) return undefined;
      wasPressed = false;
      const { x: across, y: down } = edges();
      return { x: share(x, across), y: share(y, down) };
    },
  };
}

function share(value: number, [from, to]: readonly [number, number]): number {
  return to === from ? 0 : Math.min(1, Math.max(0, (value - from) / (to - from)));
}
