import type { User } from '../auth/ports.ts';
import { ANONYMOUS_CHANNEL } from '../core/anonymous-channel.ts';

export interface Channels {
  /** May send into. */
  readonly in: readonly string[];
  /** May receive from. */
  readonly out: readonly string[];
}

/** The channels of a user over HTTP: the same that its stream has. */
export function channelsOf({ groups, role, kind }: User): Channels {
  const names = (direction: 'IN' | 'OUT') =>
    // A screen was granted channels by name: one that lost them all hears nothing.
    groups.length === 0 && kind !== 'display'
      ? [ANONYMOUS_CHANNEL]
      : groups.filter((group) => group.direction === direction).map(({ name }) => name);
  const mayOnlyRead = role === 'viewer' || kind === 'display';
  return { in: mayOnlyRead ? [] : names('IN'), out: names('OUT') };
}
