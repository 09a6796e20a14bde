import { statSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { type MachineFiles, machineFiles } from './machine-files.ts';

/** Where the kit's files lie on its machine, for the commands that run as root. */
export interface KitPaths extends MachineFiles {
  /** Its owner is the server, whom nothing is believed. */
  readonly dataDir: string;
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
    ...machineFiles(data, path('/run/bivouac'), path('/run/bivouac-system')),
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
