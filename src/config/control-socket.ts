import { join } from 'node:path';
import { SCHEMA } from './schema.ts';

/** Made by systemd (`RuntimeDirectory=bivouac`), and gone after a restart of the machine. */
const SERVICE_SOCKET = '/run/bivouac/control.sock';

/**
 * Where the running server and the command line meet: beside the data, so that two kits on one machine never
 * collide; the service's own kit uses /run.
 */
export function controlSocketPath(dataDir: string): string {
  return dataDir === SCHEMA.dataDir.default ? SERVICE_SOCKET : join(dataDir, 'run', 'control.sock');
}
