import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../core/errors.ts';
import { createPainter, type Painter } from '../paint.ts';
import { loadCanvas } from './canvas.ts';
import { createFramebufferWriter } from './framebuffer.ts';
import type { PixelReply, PixelRequest, PixelWorkerData } from './pixel-messages.ts';
import type { PixelTarget, PixelWriter } from './pixel-target.ts';
import { createPngWriter } from './png.ts';

/**
 * The display's thread: a picture of 1920 × 1080 takes a tenth of a second on a Raspberry Pi 4, which positions
 * must not wait for. It holds the canvas, and gives its memory back when it ends.
 */
function main(port: MessagePort, { cacheDir }: PixelWorkerData): void {
  let painter: Promise<Painter> | undefined;
  let open: { readonly key: string; readonly writer: PixelWriter } | undefined;

  const close = () => {
    open?.writer.close();
    open = undefined;
  };

  const writerFor = (target: PixelTarget): PixelWriter => {
    const key = JSON.stringify(target);
    if (open?.key !== key) {
      close();
      const writer = target.kind === 'png' ? createPngWriter(target) : createFramebufferWriter(target);
      open = { key, writer };
    }
    return open.writer;
  };

  async function show({ scene, target, placement }: PixelRequest): Promise<PixelReply> {
    try {
      painter ??= loadCanvas(cacheDir).then(createPainter);
      const { paint } = await painter;
      const startedMs = performance.now();
      const writer = writerFor(target);
      const brightnessPercent = writer.light(placement.brightnessPercent);
      writer.write(paint(scene, target, { ...placement, brightnessPercent }));
      collect();
      return { tookMs: performance.now() - startedMs };
    } catch (error) {
      // A screen that was unplugged: opened anew with the next picture.
      try {
        close();
      } catch {
        // It is gone already.
      }
      return { error: messageOf(error) };
    }
  }

  // One picture after the other: the sender waits for each.
  port.on('message', (request: PixelRequest) => void show(request).then((reply) => port.postMessage(reply)));
}

/**
 * Pixels lie outside the heap, so that V8 sees little reason to look for those that nobody needs any more: 30 MB
 * more after twenty pictures of 800 × 480. The heap of this thread is small; looking takes 2 ms.
 */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect() : () => {};
}

const collect = exposedCollector();

if (parentPort !== null) main(parentPort, workerData as PixelWorkerData);
