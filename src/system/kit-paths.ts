import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** Where the kit's files lie on its machine, for the commands that run as root. */
export interface KitPaths {
  /** Its owner is the server, whom nothing is believed. */
  readonly dataDir: string;
  readonly hotspotOrder: string;
  readonly powerOrder: string;
  readonly timeOrder: string;
  readonly firstAdministrator: string;
  /** Root writes, everybody reads. */
  readonly statusDir: string;
  readonly configFile: string;
  /** What makes this box itself, of root alone. */
  readonly boxFile: string;
  readonly environmentFile: string;
  readonly presetFile: string;
  readonly hardwareFile: string;
  readonly uplinkFile: string;
}

export function kitPaths(machine: Machine, dataDir = '/var/lib/bivouac'): KitPaths {
  const { path } = machine;
  const data = path(dataDir);
  return {
    dataDir: data,
    hotspotOrder: join(data, 'system/hotspot.json'),
    firstAdministrator: join(data, 'system/first-administrator.json'),
    powerOrder: path('/run/bivouac/wanted-power.json'),
    timeOrder: path('/run/bivouac/wanted-time.json'),
    statusDir: path('/run/bivouac-system'),
    configFile: path('/etc/bivouac/config.toml'),
    boxFile: path('/etc/bivouac/box.json'),
    environmentFile: path('/etc/bivouac/environment'),
    presetFile: path('/boot/firmware/bivouac-preset.toml'),
    hardwareFile: path('/boot/firmware/bivouac-hardware.txt'),
    uplinkFile: path('/etc/NetworkManager/system-connections/bivouac-uplink.nmconnection'),
  };
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function ownerOf(path: string): Owner {
  const { uid, gid } = statSync(path);
  return { uid, gid };
}
