import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What is known of a Linux framebuffer without asking its driver by ioctl, which Node cannot. */
export interface FramebufferInfo {
  readonly device: string;
  /** Visible size in pixels. */
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: 1 | 16 | 24 | 32;
  readonly strideBytes: number;
  /** The driver's name: `vc4drmfb`, `simple`, `fb_ili9486`. */
  readonly name: string;
  /** As the device tree names it, where the firmware set the framebuffer up; else unknown. */
  readonly channelOrder: 'rgb' | 'bgr' | undefined;
  /** A light behind the screen that this process may set. */
  readonly backlight: Backlight | undefined;
}

export interface Backlight {
  /** File that takes a figure from 0 to `max`. */
  readonly path: string;
  readonly max: number;
}

/** Where the kernel shows its devices; tests give a directory of their own. */
export interface DeviceRoots {
  readonly sys: string;
  readonly deviceTree: string;
}

const ROOTS: DeviceRoots = { sys: '/sys', deviceTree: '/proc/device-tree' };
const BITS = [1, 16, 24, 32] as const;

/** Undefined while there is no such framebuffer, or none that can be drawn on: a screen may be plugged in later. */
export function readFramebufferInfo(device: string, roots: DeviceRoots = ROOTS): FramebufferInfo | undefined {
  const directory = join(roots.sys, 'class/graphics', basename(device));
  try {
    accessSync(device, constants.W_OK);
    const size = visibleSize(directory);
    const bits = Number(read(directory, 'bits_per_pixel'));
    const bitsPerPixel = BITS.find((known) => known === bits);
    if (size === undefined || bitsPerPixel === undefined) return undefined;
    const packed = Math.ceil((size.width * bits) / 8);
    const stride = Number(readIfThere(directory, 'stride') ?? packed);
    const name = readIfThere(directory, 'name') ?? '';
    return {
      device,
      ...size,
      bitsPerPixel,
      strideBytes: Math.max(stride, packed),
      name,
      channelOrder: isFromFirmware(name) ? firmwareOrder(roots.deviceTree) : undefined,
      backlight: findBacklight(roots.sys),
    };
  } catch {
    return undefined;
  }
}

/** The mode when there is one; else the virtual size, which may be a multiple of it for double buffering. */
function visibleSize(directory: string): { width: number; height: number } | undefined {
  const virtual = /^(\d+),(\d+)$/.exec(read(directory, 'virtual_size'));
  if (virtual === null) return undefined;
  const whole = { width: Number(virtual[1]), height: Number(virtual[2]) };
  const mode = /(\d+)x(\d+)/.exec(readIfThere(directory, 'mode') ?? '');
  const size = mode === null ? whole : { width: Number(mode[1]), height: Number(mode[2]) };
  const isWithin = size.width <= whole.width && size.height <= whole.height;
  const visible = isWithin ? size : whole;
  return visible.width > 0 && visible.height > 0 ? visible : undefined;
}

/** Drivers that use the memory as the boot loader left it. */
function isFromFirmware(name: string): boolean {
  return name === 'simple' || name.startsWith('simplefb');
}

/** `a8r8g8b8` or `a8b8g8r8` at `/chosen/framebuffer@…` (Devicetree binding simple-framebuffer). */
function firmwareOrder(deviceTree: string): 'rgb' | 'bgr' | undefined {
  const chosen = join(deviceTree, 'chosen');
  const node = readdirSync(chosen).find((entry) => entry.startsWith('framebuffer'));
  const format = node === undefined ? undefined : readIfThere(join(chosen, node), 'format');
  const colours = format?.replaceAll(/[^rgb]/g, '');
  return colours === 'rgb' || colours === 'bgr' ? colours : undefined;
}

/** The first light that may be written to; none is common, then the picture itself is darkened. */
function findBacklight(sys: string): Backlight | undefined {
  const directory = join(sys, 'class/backlight');
  for (const name of listIfThere(directory)) {
    const path = join(directory, name, 'brightness');
    const max = Number(readIfThere(join(directory, name), 'max_brightness'));
    try {
      accessSync(path, constants.W_OK);
      if (max > 0) return { path, max };
    } catch {
      // Not ours to set.
    }
  }
  return undefined;
}

function listIfThere(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** Text of a kernel's file; device-tree strings end in a zero byte. */
function read(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8').replaceAll('\0', '').trim();
}

function readIfThere(directory: string, name: string): string | undefined {
  try {
    return read(directory, name);
  } catch {
    return undefined;
  }
}
