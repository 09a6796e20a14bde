import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type HotspotChange, type HotspotSettings, hotspotSettings } from './hotspot-settings.ts';
import { changedMs, type MachineFiles, readOrder, readStatus, writeOrder } from './machine-files.ts';

/** `absent`: no radio that could be one, or a machine whose Wi-Fi is somebody else's matter. */
export const HOTSPOT_STATES = ['absent', 'off', 'starting', 'on', 'failed'] as const;

const statusFile = z.object({
  state: z.enum(HOTSPOT_STATES),
  address: z.string().optional(),
  channel: z.number().optional(),
  security: z.enum(['wpa2', 'wpa2-wpa3']).optional(),
  problem: z.string().max(1_000).optional(),
});

const leasesFile = z.object({
  leases: z.array(z.object({ mac: z.string(), address: z.string(), name: z.string().optional() })).max(1_000),
});

export interface HotspotStation {
  readonly mac: string;
  readonly address: string;
  /** As the device calls itself; chosen by a stranger. */
  readonly name?: string | undefined;
}

export interface HotspotStatus {
  readonly state: (typeof HOTSPOT_STATES)[number];
  readonly name: string;
  readonly passphrase?: string | undefined;
  readonly security: 'wpa2' | 'wpa2-wpa3';
  readonly country: string;
  /** As wanted; 0: the kit chooses. */
  readonly channel: number;
  readonly clientsMayTalk: boolean;
  /** The kit's own address in it. */
  readonly address?: string | undefined;
  /** Devices that have an address of it. */
  readonly stations: readonly HotspotStation[];
  /** What is wrong, in words. */
  readonly problem?: string | undefined;
}

export interface HotspotPort {
  status(): HotspotStatus;
  /** Wants it otherwise; it takes some seconds until it is. @throws BivouacError `system.unsupported` */
  change(change: HotspotChange): HotspotStatus;
}

/** Asked for each second by the display: the files are read anew only so often. */
const FRESH_MS = 1_000;
/** An order that nothing has become of after this time is not on its way any more. */
const STARTING_MAX_MS = 120_000;

const NOTHING: HotspotStatus = {
  state: 'absent',
  name: '',
  security: 'wpa2',
  country: '',
  channel: 0,
  clientsMayTalk: false,
  stations: [],
};

/** The hotspot as the server sees it: it writes orders and reads what became of them. */
export function createHotspotPort({
  files,
  clock,
  log,
}: {
  readonly files: MachineFiles;
  readonly clock: Clock;
  readonly log: Log;
}): HotspotPort {
  const statusPath = join(files.statusDir, 'hotspot.json');
  const leasesPath = join(files.statusDir, 'leases.json');
  let read: { readonly status: HotspotStatus; readonly atMs: number } | undefined;

  function settings(): HotspotSettings | undefined {
    const parsed = hotspotSettings.safeParse(readOrder(files.hotspotOrder));
    return parsed.success ? parsed.data : undefined;
  }

  function look(): HotspotStatus {
    const found = statusFile.safeParse(readStatus(statusPath));
    const wanted = settings();
    if (!found.success || wanted === undefined || found.data.state === 'absent') return NOTHING;
    const { state, address, security = 'wpa2', problem } = found.data;
    const leases = leasesFile.safeParse(readStatus(leasesPath));
    const { isOn, ...rest } = wanted;
    return {
      ...rest,
      state: isOnItsWay() ? 'starting' : state,
      security,
      address,
      problem,
      stations: leases.success && isOn ? leases.data.leases : [],
    };
  }

  /** The order is newer than what is told of it. */
  function isOnItsWay(): boolean {
    const orderedMs = changedMs(files.hotspotOrder) ?? 0;
    const toldMs = changedMs(statusPath) ?? 0;
    const ageMs = Date.now() - orderedMs;
    return orderedMs > toldMs && ageMs >= 0 && ageMs < STARTING_MAX_MS;
  }

  function status(): HotspotStatus {
    const nowMs = clock.monotonicMs();
    if (read === undefined || nowMs - read.atMs >= FRESH_MS) read = { status: look(), atMs: nowMs };
    return read.status;
  }

  return {
    status,
    change(change) {
      const wanted = settings();
      if (look().state === 'absent' || wanted === undefined) {
        throw new BivouacError(
          'system.unsupported',
          'This machine has no Wi-Fi that the kit could run as a hotspot',
        );
      }
      writeOrder(files.hotspotOrder, { ...wanted, ...change });
      log.info('hotspot.ordered', { keys: Object.keys(change) });
      read = undefined;
      return status();
    },
  };
}
