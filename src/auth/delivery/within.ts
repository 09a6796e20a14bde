import type { Clock } from '../../core/clock.ts';

/** What `work` gives, or an error when it takes too long; `work` is told by the signal. */
export async function within<T>(
  clock: Clock,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(timeoutMs, () => {
    late.abort();
    reject(new Error(`no answer within ${timeoutMs} ms`));
  });
  try {
    return await Promise.race([work(late.signal), promise]);
  } finally {
    cancel();
  }
}
