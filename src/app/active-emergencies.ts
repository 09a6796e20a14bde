import type { Clock } from '../core/clock.ts';
import type { ActiveEmergency } from '../http/app-deps.ts';
import type { Hub } from '../hub/hub.ts';

/** What nobody has called off yet, for the API. */
export function activeEmergencies(hub: Hub, clock: Clock): ActiveEmergency[] {
  return hub.presence.emergencies(clock.monotonicMs()).map(({ event, groupsIn }) => ({
    uid: event.envelope.uid,
    callsign: event.envelope.callsign,
    cotType: event.envelope.type,
    channels: groupsIn,
  }));
}
