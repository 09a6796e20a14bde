import { type ReadonlySignal, signal } from '@preact/signals';
import { after, type Message, type Picture } from './picture.ts';

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
