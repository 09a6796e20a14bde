import { getAsset, isSea } from 'node:sea';
import { Worker } from 'node:worker_threads';
import type { WorkerData } from './messages.ts';

/** The name of the asset that the build puts into the single executable: `worker.ts` bundled as CommonJS. */
const WORKER_ASSET = 'worker.js';

/** Starts the store's thread from the source file, or from the executable's asset. */
export function startWorker(workerData: WorkerData): Worker {
  return isSea()
    ? new Worker(getAsset(WORKER_ASSET, 'utf8'), { eval: true, workerData, name: 'store' })
    : new Worker(new URL('./worker.ts', import.meta.url), { workerData, name: 'store' });
}
