/** A message of the stream for screens (docs/api.md, `POST /api/ws-ticket`), as far as screens show it. */
export interface Message {
  readonly type: 'snapshot' | 'position' | 'alert' | 'chat' | 'gone';
  readonly events?: readonly Message[];
  readonly isFirst?: boolean;
  readonly uid?: string;
  readonly callsign?: string;
  readonly team?: string;
  readonly role?: string;
  readonly isSelf?: boolean;
  readonly agoMs?: number;
  readonly lifeMs?: number;
  readonly lat?: number;
  readonly lon?: number;
  readonly alert?: string;
  readonly isOver?: boolean;
  readonly ofUid?: string;
  readonly room?: string;
  readonly text?: string;
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export interface Mate {
  readonly uid: string;
  readonly callsign: string;
  readonly team: string;
  readonly role: string;
  readonly place: Place | undefined;
  readonly heardAtMs: number;
  /** When it left; undefined while it is there. */
  readonly goneAtMs: number | undefined;
}

export interface Alert {
  readonly uid: string;
  readonly callsign: string;
  readonly what: string;
  readonly text: string;
  readonly place: Place | undefined;
  readonly sinceMs: number;
}

export interface Line {
  readonly uid: string;
  readonly callsign: string;
  readonly room: string;
  readonly text: string;
  readonly atMs: number;
}

export interface Board {
  readonly mates: ReadonlyMap<string, Mate>;
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Oldest first. */
  readonly chat: readonly Line[];
}

export const EMPTY: Board = { mates: new Map(), alerts: new Map(), chat: [] };

/** What fits on the largest screen. */
const CHAT_MAX = 8;

/** Who left is worth knowing for so long, milliseconds. */
const GONE_SHOWN_MS = 10 * 60_000;

/** What is known after a message. The clock is this device's own: nothing is compared with that of the kit. */
export function after(before: Board, message: Message, nowMs: number): Board {
  const isAnew = message.type === 'snapshot' && message.isFirst !== false;
  const mates = new Map(before.mates);
  // Who is not told of any more is gone. Chat is not told again, and alerts stand until somebody ends them.
  if (isAnew) {
    for (const [uid, mate] of mates) mates.set(uid, { ...mate, goneAtMs: mate.goneAtMs ?? nowMs });
  }
  const next = { mates, alerts: new Map(before.alerts), chat: [...before.chat] };
  for (const event of message.type === 'snapshot' ? (message.events ?? []) : [message])
    take(next, event, nowMs);
  for (const [uid, { goneAtMs }] of mates) {
    if (goneAtMs !== undefined && nowMs - goneAtMs > GONE_SHOWN_MS) mates.delete(uid);
  }
  return { ...next, chat: next.chat.slice(-CHAT_MAX) };
}

interface Changing {
  readonly mates: Map<string, Mate>;
  readonly alerts: Map<string, Alert>;
  readonly chat: Line[];
}

function take({ mates, alerts, chat }: Changing, event: Message, nowMs: number): void {
  const { type, uid = '', callsign = '' } = event;
  const heardAtMs = nowMs - (event.agoMs ?? 0);
  switch (type) {
    case 'position':
      if (event.isSelf !== true) return;
      mates.set(uid, {
        uid,
        callsign: callsign === '' ? uid : callsign,
        team: event.team ?? '',
        role: event.role ?? '',
        place: placeOf(event),
        heardAtMs,
        goneAtMs: undefined,
      });
      return;
    case 'alert':
      if (event.isOver === true) alerts.delete(uid);
      else {
        alerts.set(uid, {
          uid,
          callsign,
          what: event.alert ?? '',
          text: event.text ?? '',
          place: placeOf(event),
          sinceMs: alerts.get(uid)?.sinceMs ?? heardAtMs,
        });
      }
      return;
    case 'chat':
      if (chat.some((line) => line.uid === uid)) return;
      chat.push({ uid, callsign, room: event.room ?? '', text: event.text ?? '', atMs: heardAtMs });
      return;
    case 'gone': {
      const mate = mates.get(uid);
      if (mate !== undefined) mates.set(uid, { ...mate, goneAtMs: nowMs });
      alerts.delete(uid);
    }
  }
}

function placeOf({ lat, lon }: Message): Place | undefined {
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

const EARTH_RADIUS_M = 6_371_000;

/** Along the surface, metres. */
export function distanceM(from: Place, to: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [dLat, dLon] = [radians(to.lat - from.lat), radians(to.lon - from.lon)];
  const a =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** `80 m`, `1.4 km`, `12 km`. */
export function distanceWords(metres: number): string {
  if (metres < 1_000) return `${Math.round(metres / 10) * 10} m`;
  return metres < 10_000 ? `${(metres / 1_000).toFixed(1)} km` : `${Math.round(metres / 1_000)} km`;
}
