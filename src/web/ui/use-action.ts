import { useRef, useState } from 'preact/hooks';

export interface Action<A extends readonly unknown[]> {
  run(...given: A): Promise<void>;
  readonly isBusy: boolean;
  /** What the last run failed with; undefined after a new start. */
  readonly problem: unknown;
  forget(): void;
}

/** Something that a press starts: not twice at a time, and its failure is kept to be shown. */
export function useAction<A extends readonly unknown[]>(act: (...given: A) => Promise<unknown>): Action<A> {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(undefined);
  const running = useRef(false);
  return {
    isBusy,
    problem,
    forget: () => setProblem(undefined),
    async run(...given) {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setProblem(undefined);
      try {
        await act(...given);
      } catch (thrown) {
        setProblem(thrown);
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}
