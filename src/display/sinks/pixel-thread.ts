import { getAsset, isSea } from 'node:sea';
import { Worker } from 'node:worker_threads';
import type { PixelReply, PixelRequest, PixelWorkerData } from './pixel-messages.ts';

/** The name of the asset that the build puts into the single executable: `pixel-worker.ts` bundled as CommonJS. */
const WORKER_ASSET = 'pixel-worker.js';
/** Its own objects are few; the canvas lives outside the heap. */
const HEAP_MAX_MB = 64;

/** The main thread's end of the display's thread. Started with the first picture, not before. */
export interface PixelThread {
  /**
   * Resolves with the milliseconds that painting took, when the picture is where it should be. One at a time.
   *
   * @throws Error what kept it from being shown
   */
  show(request: PixelRequest): Promise<number>;
  /** Ends the thread and with it most of the canvas's memory; the next picture starts another. */
  close(): Promise<void>;
}

export function createPixelThread(data: PixelWorkerData): PixelThread {
  let worker: Worker | undefined;

  return {
    show(request) {
      worker ??= startWorker(data);
      const current = worker;
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          current.off('message', onMessage).off('error', onError).off('exit', onExit);
          // Between two pictures it keeps no kit from stopping.
          current.unref();
          act();
        };
        const onMessage = (reply: PixelReply) =>
          settle(() => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.tookMs)));
        const onError = (error: Error) => {
          worker = undefined;
          settle(() => reject(error));
        };
        const onExit = () => {
          worker = undefined;
          settle(() => reject(new Error('the thread of the display ended')));
        };
        current.on('message', onMessage).on('error', onError).on('exit', onExit);
        current.ref();
        current.postMessage(request);
      });
    },
    async close() {
      const current = worker;
      worker = undefined;
      await current?.terminate();
    },
  };
}

function startWorker(workerData: PixelWorkerData): Worker {
  const options = { workerData, name: 'display', resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB } };
  const worker = isSea()
    ? new Worker(getAsset(WORKER_ASSET, 'utf8'), { ...options, eval: true })
    : new Worker(new URL('./pixel-worker.ts', import.meta.url), options);
  // Without a listener an error between two pictures would end the process.
  worker.on('error', () => {});
  return worker;
}
