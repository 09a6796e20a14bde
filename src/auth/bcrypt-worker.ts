import { type MessagePort, parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A password to be compared, and the answer. */
export interface BcryptTask {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface BcryptAnswer {
  readonly id: number;
  readonly isMatch: boolean;
}

/** The thread in which bcrypt hashes are compared: in JavaScript they would hold up the event loop. */
function main(port: MessagePort): void {
  port.on('message', ({ id, password, hash }: BcryptTask) => {
    port.postMessage({ id, isMatch: compareSync(password, hash) } satisfies BcryptAnswer);
  });
}

if (parentPort !== null) main(parentPort);
