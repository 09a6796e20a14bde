import { type ReadonlySignal, signal } from '@preact/signals';

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

export interface Stream {
  readonly picture: ReadonlySignal<Picture>;
  start(): void;
  stop(): void;
}

/** From one try to the next, when the stream ended: soon at first, then leave the air to others. */
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/** The map in words, as far as this person may hear it: kept alive as long as it is started. */
export function createStream(ticket: () => Promise<{ readonly ticket: string }>): Stream {
  const picture = signal<Picture>({ mates: new Map(), alerts: new Map(), isLive: false });
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let waitMs = RETRY_FIRST_MS;

  async function open(): Promise<void> {
    try {
      const { ticket: word } = await ticket();
      if (!isStarted) return;
      const address = new URL(`/api/stream?ticket=${encodeURIComponent(word)}`, location.href);
      address.protocol = address.protocol.replace('http', 'ws');
      socket = new WebSocket(address);
      socket.onmessage = ({ data }) => {
        waitMs = RETRY_FIRST_MS;
        picture.value = after(picture.peek(), JSON.parse(String(data)) as Message, Date.now());
      };
      socket.onclose = again;
    } catch {
      again();
    }
  }

  function again(): void {
    socket = undefined;
    if (!isStarted) return;
    picture.value = { ...picture.peek(), isLive: false };
    timer = setTimeout(() => void open(), waitMs);
    waitMs = Math.min(RETRY_MAX_MS, waitMs * 2);
  }

  return {
    picture,
    start() {
      isStarted = true;
      void open();
    },
    stop() {
      isStarted = false;
      clearTimeout(timer);
      socket?.close();
    },
  };
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
