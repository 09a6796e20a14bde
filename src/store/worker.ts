import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Db } from './db.ts';
import { runGroup } from './group-commit.ts';
import type { CallMessage, FromWorker, Reply, ToWorker, WorkerData } from './messages.ts';
import { toWire } from './messages.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { repositories } from './repositories/index.ts';
import { toStoreError } from './sqlite-error.ts';

/** Operations in one group: more would keep the first of them waiting for the last. */
const GROUP_MAX = 256;

/** The store's thread: the only place where SQLite runs, so that an fsync never holds up the event loop. */
function main(port: MessagePort, { dataDir }: WorkerData): void {
  const db = open(port, dataDir);
  if (db === undefined) return;
  port.on('message', (first: ToWorker) => {
    const { calls, isClosing } = drain(port, first);
    if (calls.length > 0) reply(port, runGroup(db, repositories, calls));
    if (!isClosing) return;
    db.close();
    port.close();
  });
}

function open(port: MessagePort, dataDir: string): Db | undefined {
  let db: Db | undefined;
  try {
    db = Db.open(dataDir);
    post(port, { kind: 'ready', report: migrate(db, dataDir, migrations) });
    return db;
  } catch (error) {
    db?.close();
    post(port, { kind: 'open_failed', error: toWire(toStoreError(error)) });
    port.close();
    return undefined;
  }
}

/** `first` and what else waits at the port; nothing after a close is read. */
function drain(port: MessagePort, first: ToWorker): { calls: CallMessage[]; isClosing: boolean } {
  const calls: CallMessage[] = [];
  let message: ToWorker | undefined = first;
  while (message !== undefined) {
    if (message.kind === 'close') return { calls, isClosing: true };
    calls.push(message);
    if (calls.length >= GROUP_MAX) break;
    message = receiveMessageOnPort(port)?.message as ToWorker | undefined;
  }
  return { calls, isClosing: false };
}

function reply(port: MessagePort, replies: readonly Reply[]): void {
  try {
    post(port, { kind: 'replies', replies });
  } catch {
    // One result cannot be cloned (a function in it, say): the others must not go down with it.
    for (const one of replies) {
      try {
        post(port, { kind: 'replies', replies: [one] });
      } catch (error) {
        const failed: Reply = { id: one.id, isOk: false, error: toWire(toStoreError(error)) };
        post(port, { kind: 'replies', replies: [failed] });
      }
    }
  }
}

function post(port: MessagePort, message: FromWorker): void {
  port.postMessage(message);
}

if (parentPort !== null) main(parentPort, workerData as WorkerData);
