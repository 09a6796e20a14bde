/** Somebody who reports itself, as the stream tells it (docs/api.md, `POST /api/ws-ticket`). */
export interface Mate {
  readonly uid: string;
  readonly callsign: string;
  readonly team: string;
  readonly heardAtMs: number;
}

export interface Alert {
  readonly uid: string;
  readonly callsign: string;
  readonly alert: string;
  readonly heardAtMs: number;
}

export interface Picture {
  readonly mates: ReadonlyMap<string, Mate>;
  readonly alerts: ReadonlyMap<string, Alert>;
  /** False while nothing is heard of the kit. */
  readonly isLive: boolean;
}

export interface Message {
  readonly type: 'snapshot' | 'position' | 'alert' | 'chat' | 'gone';
  readonly events?: readonly Message[];
  readonly isFirst?: boolean;
  readonly uid?: string;
  readonly callsign?: string;
  readonly team?: string;
  readonly isSelf?: boolean;
  readonly agoMs?: number;
  readonly alert?: string;
  readonly isOver?: boolean;
}

/** What is known after a message. */
export function after(before: Picture, message: Message, nowMs: number): Picture {
  const isAnew = message.type === 'snapshot' && message.isFirst !== false;
  const mates = new Map(isAnew ? [] : before.mates);
  const alerts = new Map(isAnew ? [] : before.alerts);
  for (const event of message.type === 'snapshot' ? (message.events ?? []) : [message]) {
    const { type, uid = '', callsign = '' } = event;
    const heardAtMs = nowMs - (event.agoMs ?? 0);
    if (type === 'position' && event.isSelf === true) {
      mates.set(uid, { uid, callsign, team: event.team ?? '', heardAtMs });
    }
    if (type === 'alert') {
      if (event.isOver === true) alerts.delete(uid);
      else alerts.set(uid, { uid, callsign, alert: event.alert ?? '', heardAtMs });
    }
    if (type === 'gone') mates.delete(uid);
  }
  return { mates, alerts, isLive: true };
}
