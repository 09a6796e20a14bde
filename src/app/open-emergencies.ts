import type { Clock } from '../core/clock.ts';
import type { CotEvent } from '../cot/event.ts';
import { readScreenDetail } from '../cot/json/screen-detail.ts';
import { isDelete, isEmergency } from '../cot/kinds.ts';
import type { Envelope } from '../cot/model.ts';
import type { Emergency, Position } from '../display/state.ts';
import { reaches, speakAlike } from '../hub/audience.ts';

/** What ATAK calls its alerts; a type that is not here is called what its sender calls it. */
const WORDS: Readonly<Record<string, string>> = {
  'b-a-o-tbl': '911 alert',
  'b-a-o-opn': 'Troops in contact',
  'b-a-o-pan': 'Ring the bell',
  'b-a-g': 'Geofence breached',
};
const UNKNOWN_WORDS = 'Alert';
/** What fits on a line of the larger screens; senders choose the text. */
const WORDS_MAX_UNITS = 40;
const CALLSIGN_MAX_UNITS = 64;
/** Nobody cancels for a phone whose battery is empty: after a day somebody has looked. */
const LIFE_MS = 24 * 3_600_000;
/** More than any display can say; the oldest gives way. */
const OPEN_MAX = 50;

interface Open {
  readonly uid: string;
  readonly type: string;
  readonly callsign: string;
  readonly what: string;
  readonly position: Position | undefined;
  readonly groupsIn: readonly string[];
  /** Monotonic, of the first event: devices repeat it. */
  readonly sinceMs: number;
  /** Tells two emergencies of one device apart. */
  readonly serial: number;
}

/**
 * Emergencies that nobody has cancelled, for the kit's own display. Apart from presence, because there an event
 * ends with its stale time, which is seconds for some clients: an emergency ends when somebody ends it.
 */
export class OpenEmergencies {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** The oldest first. A uid may be there several times, for channels that share nothing. */
  readonly #open = new Set<Open>();
  #lastSerial = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /**
   * An event that went to everybody in some channels. True when something opened, moved or ended.
   *
   * @param ageMs how long ago it came, for one that is read back after a restart
   */
  note(event: CotEvent, groupsIn: readonly string[], ageMs = 0): boolean {
    const { envelope } = event;
    if (isDelete(envelope)) return this.#end(envelope.linkUid, groupsIn);
    if (!isEmergency(envelope) || envelope.dests.length > 0) return false;
    if (envelope.isEmergencyCancel) return this.#end(envelope.uid, groupsIn);
    const before = this.#find(envelope.uid, groupsIn);
    const isSame = before?.type === envelope.type;
    if (!isSame) this.#lastSerial += 1;
    if (before !== undefined) this.#open.delete(before);
    this.#open.add({
      uid: envelope.uid,
      type: envelope.type,
      ...wordsOf(event),
      position: positionOf(envelope),
      groupsIn,
      sinceMs: isSame ? before.sinceMs : this.#clock.monotonicMs() - ageMs,
      serial: isSame ? before.serial : this.#lastSerial,
    });
    const [oldest] = this.#open;
    if (this.#open.size > OPEN_MAX && oldest !== undefined) this.#open.delete(oldest);
    return true;
  }

  /** Newest first; all, or those that were told in one of these channels. */
  list(channels?: readonly string[]): Emergency[] {
    const nowMs = this.#clock.monotonicMs();
    for (const open of this.#open) if (nowMs - open.sinceMs >= LIFE_MS) this.#open.delete(open);
    return [...this.#open]
      .filter(({ groupsIn }) => channels === undefined || reaches(groupsIn, channels))
      .sort((a, b) => b.sinceMs - a.sinceMs)
      .map(({ uid, serial, callsign, what, position, sinceMs }) => ({
        // Who was put aside and calls again is another emergency.
        uid: `${uid} ${serial}`,
        callsign,
        what,
        agoMs: nowMs - sinceMs,
        position,
      }));
  }

  /** Only by somebody whom those who saw it could have heard: a stranger ends nobody's emergency. */
  #end(uid: string, groupsIn: readonly string[]): boolean {
    const open = this.#find(uid, groupsIn);
    return open !== undefined && this.#open.delete(open);
  }

  #find(uid: string, groupsIn: readonly string[]): Open | undefined {
    for (const open of this.#open) if (open.uid === uid && speakAlike(groupsIn, open.groupsIn)) return open;
    return undefined;
  }
}

/** ATAK's contact is called `BRAVO-1-Alert`; whose alert it is stands in the element's text. */
function wordsOf(event: CotEvent): { callsign: string; what: string } {
  const { envelope } = event;
  const xml = event.bytes('xml');
  const detail = xml === undefined ? undefined : readScreenDetail(xml);
  const callsign = detail?.emergencyText.trim() || envelope.callsign || envelope.uid;
  const what = WORDS[envelope.type] ?? (detail?.emergencyType.trim() || UNKNOWN_WORDS);
  return { callsign: callsign.slice(0, CALLSIGN_MAX_UNITS), what: what.slice(0, WORDS_MAX_UNITS) };
}

/** A device without a fix says 0/0. */
function positionOf({ lat, lon }: Envelope): Position | undefined {
  return lat === 0 && lon === 0 ? undefined : { lat, lon };
}
