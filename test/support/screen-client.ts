import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ScreenMessage } from './screen-frames.ts';

const WAIT_MS = 5_000;

/** A screen on the stream; keeps everything it hears. */
export interface ScreenClient {
  readonly socket: WebSocket;
  readonly messages: readonly ScreenMessage[];
  /** The first message, past or future, that matches. */
  next(matches: (message: ScreenMessage) => boolean, what: string): Promise<ScreenMessage>;
  /** Resolves with the code and reason of its end. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string; readonly atMs: number }>;
  /** Resolves with the answer when the kit refuses to open it. */
  readonly refused: Promise<{ readonly status: number; readonly body: string }>;
  opened(): Promise<void>;
  close(): void;
}

export function openStream(socket: WebSocket): ScreenClient {
  const messages: ScreenMessage[] = [];
  const waiting = new Set<(message: ScreenMessage) => void>();
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as ScreenMessage;
    messages.push(message);
    for (const wake of waiting) wake(message);
  });
  socket.on('error', () => {});
  const refused = new Promise<{ status: number; body: string }>((resolve) => {
    socket.on('unexpected-response', (_request: unknown, answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        socket.terminate();
      });
    });
  });
  return {
    socket,
    messages,
    refused,
    closed: new Promise((resolve) => {
      socket.on('close', (code: number, reason: Buffer) =>
        resolve({ code, reason: reason.toString('utf8'), atMs: performance.now() }),
      );
    }),
    opened: () =>
      new Promise((resolve, reject) => {
        if (socket.readyState === socket.OPEN) resolve();
        else {
          socket.once('open', resolve);
          socket.once('close', () => reject(new Error('the stream was not opened')));
        }
      }),
    next(matches, what) {
      const past = messages.find(matches);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(wake);
          reject(new Error(`no ${what} within ${WAIT_MS} ms; heard ${JSON.stringify(messages.slice(-5))}`));
        }, WAIT_MS);
        const wake = (message: ScreenMessage) => {
          if (!matches(message)) return;
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(message);
        };
        waiting.add(wake);
      });
    },
    close: () => socket.close(),
  };
}
