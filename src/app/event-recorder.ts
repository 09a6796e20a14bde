import type { Clock } from '../core/clock.ts';
import { isDelete, isPosition, isReplayable } from '../cot/kinds.ts';
import type { Envelope } from '../cot/model.ts';
import type { EventSink } from '../hub/ports.ts';
import type { Recorder } from '../store/recorder.ts';

/** Hands what the hub routes to the recorder, in the store's words. */
export function createEventRecorder(recorder: Recorder, clock: Clock): EventSink {
  return {
    record(event, { identity, callsign }) {
      const { envelope, origin } = event;
      const isBroadcast = envelope.dests.length === 0;
      recorder.record({
        uid: envelope.uid,
        type: envelope.type,
        how: envelope.how,
        timeMs: envelope.timeMs,
        staleMs: envelope.staleMs,
        receivedMs: clock.now(),
        lat: envelope.lat,
        lon: envelope.lon,
        principalId: identity.principalId,
        username: identity.username,
        callsign,
        groups: identity.groupsIn,
        isPosition: isPosition(envelope),
        isReplayable: isBroadcast && isReplayable(envelope),
        isArchived: envelope.isArchived,
        deletesUid: deletedUid(envelope),
        format: origin,
        bytes: event.bytes(origin)!,
        ...(isBroadcast ? {} : { dests: JSON.stringify(envelope.dests) }),
      });
    },
  };
}

/** A cancelled emergency is gone as if it had been deleted; its `link` names the device, which stays. */
function deletedUid(envelope: Envelope): string {
  if (envelope.isEmergencyCancel) return envelope.uid;
  return isDelete(envelope) ? envelope.linkUid : '';
}
