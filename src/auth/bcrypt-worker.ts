import { type MessagePort, parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** A password to be compared with a hash, or to be hashed. */
export type BcryptOrder =
  | { readonly password: string; readonly hash: string }
  | { readonly password: string; readonly cost: number };
export type BcryptTask = BcryptOrder & { readonly id: number };

export interface BcryptAnswer {
  readonly id: number;
  readonly result: boolean | string;
}

/** The thread in which bcrypt works: in JavaScript it would hold up the event loop. */
function main(port: MessagePort): void {
  port.on('message', (task: BcryptTask) => {
    const { id, password } = task;
    const result = 'hash' in task ? compareSync(password, task.hash) : hashSync(password, task.cost);
    port.postMessage({ id, result } satisfies BcryptAnswer);
  });
}

if (parentPort !== null) main(parentPort);
