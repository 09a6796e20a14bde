import { hasAesInstructions } from './cpu.ts';
import { type HostIdentity, readHostIdentity } from './network-addresses.ts';

/** What the app needs to know of the machine it runs on; tests give their own. */
export interface Platform {
  readonly environment: NodeJS.ProcessEnv;
  readonly hasAesInstructions: boolean;
  hostIdentity(): HostIdentity;
}

export function readPlatform(): Platform {
  return {
    environment: process.env,
    hasAesInstructions: hasAesInstructions(),
    hostIdentity: readHostIdentity,
  };
}
