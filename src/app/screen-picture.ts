import type { Clock } from '../core/clock.ts';
import { isClientSa } from '../cot/kinds.ts';
import type { ScreenPicture } from '../http/app-deps.ts';
import type { Hub } from '../hub/hub.ts';
import type { OpenEmergencies } from './open-emergencies.ts';

/** What somebody who hears these channels is to see at this moment, for screens without a stream. */
export function screenPicture(
  hub: Pick<Hub, 'presence'>,
  emergencies: Pick<OpenEmergencies, 'list'>,
  clock: Pick<Clock, 'monotonicMs'>,
  channels: readonly string[],
): ScreenPicture {
  const nowMs = clock.monotonicMs();
  const people = hub.presence
    .snapshotFor(channels, nowMs)
    .filter(({ event }) => isClientSa(event.envelope))
    .map(({ event: { envelope }, receivedAtMs }) => ({
      callsign: envelope.callsign === '' ? envelope.uid : envelope.callsign,
      team: envelope.team,
      role: envelope.role,
      agoMs: Math.max(0, nowMs - receivedAtMs),
    }));
  return { people, alerts: emergencies.list(channels) };
}
