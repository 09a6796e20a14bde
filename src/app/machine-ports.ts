import { dirname, join } from 'node:path';
import { controlSocketPath } from '../config/control-socket.ts';
import { type Config, SCHEMA } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { DisplayWifi } from '../display/state.ts';
import { createFirewallPort, type FirewallPort } from '../system/firewall-port.ts';
import { createHotspotPort, type HotspotPort } from '../system/hotspot-port.ts';
import { type MachineFiles, machineFiles } from '../system/machine-files.ts';
import { createPowerPort, type PowerPort } from '../system/power-port.ts';

/** Where the root units of the service write. */
const SERVICE_STATUS_DIR = '/run/bivouac-system';

/** The machine around the kit, as far as it takes orders from it. */
export interface MachinePorts {
  readonly files: MachineFiles;
  readonly firewall: FirewallPort;
  readonly hotspot: HotspotPort;
  readonly power: PowerPort;
}

/** Only the service's own kit has a machine to order: another one with `--data DIR` looks beside its data. */
export function createMachinePorts(config: Config, clock: Clock, log: Log): MachinePorts {
  const runDir = dirname(controlSocketPath(config.dataDir));
  const isService = config.dataDir === SCHEMA.dataDir.default;
  const files = machineFiles(config.dataDir, runDir, isService ? SERVICE_STATUS_DIR : join(runDir, 'system'));
  return {
    files,
    firewall: createFirewallPort(files, clock),
    hotspot: createHotspotPort({ files, clock, log }),
    power: createPowerPort({ files, log }),
  };
}

/** The hotspot as the display shows it. */
export function displayedWifi(hotspot: HotspotPort): DisplayWifi | undefined {
  const { state, name, passphrase } = hotspot.status();
  return state === 'absent' ? undefined : { isOn: state === 'on' || state === 'starting', name, passphrase };
}
