import type { Command } from 'commander';
import { controlSocketPath } from '../config/control-socket.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type ControlChannel, openControlChannel, openServerChannel } from './control-channel.ts';
import { actAsOwner } from './owner.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly stopSignal: AbortSignal;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly data?: string;
  readonly set: readonly string[];
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: /etc/bivouac/config.toml)')
    .option('--data <dir>', 'data directory')
    .option(
      '--set <key=value>',
      'one configuration value; may be given several times',
      (assignment: string, before: readonly string[]) => [...before, assignment],
      [],
    );
}

/** The configuration that the options name, and from here on this process acts as the owner of the data. */
export function loadConfigAsOwner(options: CommonOptions): Config {
  const config = loadConfig({
    file: options.config,
    dataDir: options.data,
    set: options.set,
    environment: process.env,
  });
  actAsOwner(config.dataDir, controlSocketPath(config.dataDir));
  return config;
}

/** Opens the way to the running server, or to the data directory where none runs, for the time of `use`. */
export async function withControl<T>(
  options: CommonOptions,
  use: (channel: ControlChannel) => Promise<T>,
): Promise<T> {
  const channel = await openControlChannel(loadConfigAsOwner(options));
  try {
    return await use(channel);
  } finally {
    await channel.close();
  }
}

/** As `withControl`, for what only a running server knows. @throws BivouacError `control.unreachable` */
export async function withServer<T>(
  options: CommonOptions,
  use: (channel: ControlChannel) => Promise<T>,
): Promise<T> {
  return use(await openServerChannel(loadConfigAsOwner(options)));
}
