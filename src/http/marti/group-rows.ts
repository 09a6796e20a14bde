import { ANONYMOUS_CHANNEL } from '../../core/anonymous-channel.ts';
import type { GroupRecord } from '../../store/repositories/groups.ts';
import type { Channels } from '../caller-channels.ts';

/**
 * Rows of `GET /Marti/api/groups/all`. One row without a `bitpos`, or with a date in another form, makes ATAK
 * reject the whole list [ATAK 5.5].
 */
export function groupRows(
  records: readonly GroupRecord[],
  channels: Channels,
  directions: readonly ('IN' | 'OUT')[],
): object[] {
  const byName = new Map([
    [ANONYMOUS_CHANNEL, ANONYMOUS_RECORD],
    ...records.map((g) => [g.name, g] as const),
  ]);
  return directions.flatMap((direction) =>
    channels[direction === 'IN' ? 'in' : 'out'].flatMap((name) => {
      const record = byName.get(name);
      if (record === undefined) return [];
      return [
        {
          name,
          direction,
          created: new Date(record.createdMs).toISOString().slice(0, 10),
          type: 'SYSTEM',
          bitpos: record.bitpos,
          active: true,
        },
      ];
    }),
  );
}

/** The channel of everybody without one: it has no row in the store, and bit 0 in every TAK server. */
const ANONYMOUS_RECORD: Pick<GroupRecord, 'bitpos' | 'createdMs'> = { bitpos: 0, createdMs: 0 };
