import type { Clock } from '../../core/clock.ts';
import type { Rotation, Surface } from '../paint.ts';
import type { PixelTarget } from './pixel-target.ts';
import { createPixelThread, type PixelThread } from './pixel-thread.ts';
import { createTerminalSink, hasTerminal, type TextSink } from './terminal.ts';

/** A screen that takes pixels. */
export interface PixelSink {
  readonly kind: 'pixels';
  readonly target: PixelTarget;
  /** A picture that stands for hours burns in; a file's does not. */
  readonly canBurnIn: boolean;
  /** Electronic paper takes seconds for a picture and wears. */
  readonly isSlow: boolean;
  readonly thread: PixelThread;
}

export type Sink = PixelSink | TextSink;

/** What the system room knows of a framebuffer (src/system/framebuffer-info.ts). */
export interface FoundFramebuffer {
  readonly device: string;
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: 1 | 16 | 24 | 32;
  readonly strideBytes: number;
  readonly name: string;
  readonly channelOrder: 'rgb' | 'bgr' | undefined;
  readonly backlight: { readonly path: string; readonly max: number } | undefined;
}

/** Settings `display.*`. */
export interface SinkSettings {
  /** `auto`, `off`, `terminal`, `framebuffer:/dev/fb0` or `png:FILE`. */
  readonly sink: string;
  /** `WIDTHxHEIGHT` of a sink that has none of its own. */
  readonly size: string;
  /** Degrees: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly channelOrder: 'auto' | 'rgb' | 'bgr';
}

export interface SinkFinder {
  /** What there is to draw on at this moment; a screen may come and go. */
  find(): Sink | undefined;
  close(): Promise<void>;
}

export interface SinkFinderDeps {
  readonly settings: SinkSettings;
  /** Undefined while the framebuffer is not there. */
  readonly readFramebuffer: (device: string) => FoundFramebuffer | undefined;
  /** Where the single executable unpacks the canvas. */
  readonly cacheDir: string;
  readonly clock: Clock;
  /** Tests give a file. */
  readonly terminalPath?: string;
}

const DEFAULT_FRAMEBUFFER = '/dev/fb0';
/** A cable that is plugged in is noticed within this time; looking takes a few reads of small files. */
const LOOK_PERIOD_MS = 5_000;
/** Drivers of electronic paper in the kernel and its out-of-tree neighbours. */
const SLOW_NAMES = /repaper|epd|e-?paper|eink|gdey/i;
const PIXELS_OF_PAPER = { width: 250, height: 122 };

export function createSinkFinder({
  settings,
  readFramebuffer,
  cacheDir,
  clock,
  terminalPath,
}: SinkFinderDeps): SinkFinder {
  const { sink: name } = settings;
  const thread = createPixelThread({ cacheDir });
  let found: Sink | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const framebuffer = (device: string): Sink | undefined => {
    const info = readFramebuffer(device);
    return info && framebufferSink(info, settings, thread);
  };

  function look(): Sink | undefined {
    if (name === 'off') return undefined;
    if (name.startsWith('framebuffer:')) return framebuffer(name.slice('framebuffer:'.length));
    if (name.startsWith('png:')) return pngSink(name.slice('png:'.length), settings, thread);
    if (name === 'terminal') return kept ?? createTerminalSink('screen', terminalPath);
    return framebuffer(DEFAULT_FRAMEBUFFER) ?? printing();
  }

  /** One sink for as long as it lasts: it knows what it has printed. */
  let kept: TextSink | undefined;
  function printing(): TextSink | undefined {
    if (!hasTerminal(terminalPath)) return undefined;
    return kept ?? createTerminalSink('paper', terminalPath);
  }

  return {
    find() {
      const nowMs = clock.monotonicMs();
      if (nowMs - lookedAtMs < LOOK_PERIOD_MS) return found;
      lookedAtMs = nowMs;
      found = look();
      if (found?.kind === 'text') kept = found;
      // A screen that went takes the canvas's memory with it.
      else if (found === undefined) void thread.close();
      return found;
    },
    close: () => thread.close(),
  };
}

function framebufferSink(info: FoundFramebuffer, settings: SinkSettings, thread: PixelThread): PixelSink {
  const { device, width, height, bitsPerPixel, strideBytes, backlight } = info;
  const order = settings.channelOrder === 'auto' ? (info.channelOrder ?? 'rgb') : settings.channelOrder;
  const target: PixelTarget = {
    kind: 'framebuffer',
    device,
    width,
    height,
    rotation: rotationOf(settings.rotation),
    isOneBit: bitsPerPixel === 1,
    format: { bitsPerPixel, strideBytes, channelOrder: order },
    backlight,
  };
  return {
    kind: 'pixels',
    target,
    canBurnIn: true,
    isSlow: SLOW_NAMES.test(info.name) || isPaper(target),
    thread,
  };
}

/** The one size of paper that has screens of its own, either way up. */
function isPaper({ width, height }: Surface): boolean {
  const [long, short] = width > height ? [width, height] : [height, width];
  return long === PIXELS_OF_PAPER.width && short === PIXELS_OF_PAPER.height;
}

function pngSink(file: string, { size }: SinkSettings, thread: PixelThread): PixelSink {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const target: PixelTarget = { kind: 'png', file, width, height, rotation: 0, isOneBit: false };
  return { kind: 'pixels', target, canBurnIn: false, isSlow: false, thread };
}

function rotationOf(degrees: number): Rotation {
  return degrees === 90 || degrees === 180 || degrees === 270 ? degrees : 0;
}
