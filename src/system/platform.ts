import { totalmem } from 'node:os';
import { hasAesInstructions } from './cpu.ts';
import { type HostIdentity, readHostIdentity } from './network-addresses.ts';

/** What the app needs to know of the machine it runs on; tests give their own. */
export interface Platform {
  readonly environment: NodeJS.ProcessEnv;
  readonly hasAesInstructions: boolean;
  readonly totalMemoryBytes: number;
  hostIdentity(): HostIdentity;
}

export function readPlatform(): Platform {
  return {
    environment: process.env,
    hasAesInstructions: hasAesInstructions(),
    totalMemoryBytes: totalmem(),
    hostIdentity: readHostIdentity,
  };
}
