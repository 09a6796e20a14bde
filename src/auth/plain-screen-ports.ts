import type { DeviceClaim, DeviceVisit } from './pairing-ports.ts';
import type { Actor, User } from './ports.ts';

/** What a device keeps as a cookie. */
export interface PlainToken {
  readonly secret: string;
  readonly lifeMs: number;
}

export type PlainPoll =
  | { readonly state: 'pending'; readonly code: string }
  | { readonly state: 'paired'; readonly token: PlainToken }
  | { readonly state: 'refused' }
  | { readonly state: 'over' };

/**
 * Read-only screens over the plain portal, where an administrator allows them. Failures are those of pairing.
 */
export interface PlainScreens {
  /** Reads what was decided, and warns of it. */
  load(): Promise<void>;
  isAllowed(): Promise<boolean>;
  /** Not allowed any more: those that are on are off, and have to be paired anew. */
  allow(isAllowed: boolean, by: Actor): Promise<void>;
  /** A device wants a code to show. */
  request(device: DeviceClaim, visit: DeviceVisit): Promise<PlainToken & { readonly code: string }>;
  /** It asks how it stands. */
  poll(secret: string, visit: DeviceVisit): Promise<PlainPoll>;
  /** It typed the code that the kit shows. */
  typed(code: string, device: DeviceClaim, visit: DeviceVisit): Promise<PlainToken>;
  /** The display behind a cookie, judged anew; undefined when it is over or they are not allowed. */
  viewer(secret: string): Promise<User | undefined>;
}
