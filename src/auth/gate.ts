/**
 * Lets `concurrent` tasks run at one time and `waiting` more wait, in order. Undefined, at once, for one too
 * many: a queue without a bound turns a flood into a standstill.
 */
export function createGate({
  concurrent,
  waiting,
}: {
  readonly concurrent: number;
  readonly waiting: number;
}) {
  let running = 0;
  const queue: (() => void)[] = [];

  return {
    async run<T>(task: () => Promise<T>): Promise<T | undefined> {
      if (running >= concurrent) {
        if (queue.length >= waiting) return undefined;
        // Whoever finishes hands its place over, so `running` stays as it is.
        await new Promise<void>((resolve) => queue.push(resolve));
      } else running += 1;
      try {
        return await task();
      } finally {
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
