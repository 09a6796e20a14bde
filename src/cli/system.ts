import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { type Config, SCHEMA } from '../config/schema.ts';
import type { ListenAddress } from '../core/address.ts';
import { BivouacError } from '../core/errors.ts';
import type { FirewallFacts } from '../system/firewall.ts';
import { applyFirewall, removeFirewall } from '../system/firewall-apply.ts';
import { firstBoot } from '../system/first-boot.ts';
import { applyHotspot } from '../system/hotspot-apply.ts';
import { type KitPaths, kitPaths } from '../system/kit-paths.ts';
import { publishLeases } from '../system/leases-publish.ts';
import { createMachine, type Machine } from '../system/machine.ts';
import { applyPower } from '../system/power-apply.ts';
import { applyTime } from '../system/time-apply.ts';
import { builtAtMs } from '../version.ts';
import type { CommandContext } from './command.ts';

type Act = (machine: Machine, paths: KitPaths, options: SystemOptions) => Promise<string | undefined>;

interface SystemOptions {
  readonly root: string;
  readonly remove?: true;
}

/**
 * What the units of systemd/ run as root: each command does one thing to the machine and ends. They never act as the
 * server's user, and are of no use to people, so that the help does not name them.
 */
export function addSystemCommands(program: Command, { terminal }: CommandContext): void {
  const system = program
    .command('system', { hidden: true })
    .description('act on the machine for its units; see docs/operations.md');
  const add = (name: string, description: string, act: Act) =>
    system
      .command(name)
      .description(description)
      .option('--root <dir>', 'a directory that stands for the machine', '/')
      .action(async (options: SystemOptions) => {
        const machine = createMachine(options.root);
        const said = await act(machine, kitPaths(machine), options);
        if (said !== undefined) terminal.print(said);
      });

  add('first-boot', 'name this box and apply its preset file', async (machine, paths) => {
    const { problems } = await firstBoot(machine, paths);
    return problems.length === 0 ? undefined : problems.map(({ text }) => text).join('\n');
  });
  add('apply-hotspot', 'make the Wi-Fi hotspot as it is ordered', async (machine, paths) => {
    const { state, problem } = await applyHotspot(machine, paths);
    if (state === 'failed') throw new BivouacError('system.failed', problem);
    return `hotspot: ${state}`;
  });
  add('publish-leases', 'say who has an address of the hotspot', async (machine, paths) => {
    publishLeases(machine, paths);
    return undefined;
  });
  add('apply-power', 'switch off or restart as it is ordered', async (machine, paths) => {
    await applyPower(machine, paths);
    return undefined;
  });
  add('apply-time', 'set the clock as it is ordered', async (machine, paths) => {
    await applyTime(machine, paths, builtAtMs);
    return undefined;
  });
  add('apply-firewall', 'open what the configuration listens on', async (machine, paths, { remove }) => {
    if (remove === true) await removeFirewall(machine, paths);
    else await applyFirewall(machine, paths, firewallFacts(configOrDefaults(paths)));
    return undefined;
  }).option('--remove', 'open everything');
}

/** A mistake in the configuration keeps the server down; it must not take the firewall down with it. */
function configOrDefaults({ configFile }: KitPaths): Pick<Config, 'listen' | 'firewall'> {
  try {
    return loadConfig({ file: configFile, environment: {} });
  } catch {
    return loadConfig({ file: '/dev/null', environment: {}, set: ['listen.portal=[::]:8081'] });
  }
}

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

function firewallFacts({ listen, firewall }: Pick<Config, 'listen' | 'firewall'>): FirewallFacts {
  const opened = (Object.keys(SCHEMA.listen) as (keyof Config['listen'])[]).flatMap((name) =>
    outside(listen[name]).map(({ port }) => port),
  );
  const [https] = outside(listen.https);
  const [portal] = outside(listen.portal);
  return {
    ports: opened,
    redirects: {
      ...(https === undefined || opened.includes(HTTPS_PORT) ? {} : { [HTTPS_PORT]: https.port }),
      ...(portal === undefined || opened.includes(HTTP_PORT) ? {} : { [HTTP_PORT]: portal.port }),
    },
    opensWire: firewall.opensWire,
    alsoOpens: firewall.alsoOpens,
  };
}

/** Of a listener, what others can reach; a port that is chosen at the start (0) cannot be opened before. */
function outside(addresses: readonly ListenAddress[]): readonly ListenAddress[] {
  return addresses.filter(
    ({ host, port }) => port !== 0 && host !== 'localhost' && host !== '::1' && !host.startsWith('127.'),
  );
}
