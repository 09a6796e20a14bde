import { useEffect, useMemo } from 'preact/hooks';
import { createLive, type Live } from './live.ts';

/** A `Live` for as long as a component is shown; anew when one of `keys` changes (`read` is new at each drawing). */
export function useLive<T>(
  read: () => Promise<T>,
  everyMs: number,
  keys: readonly (string | number | boolean | undefined)[] = [],
): Live<T> {
  const live = useMemo(() => createLive(read, everyMs), keys);
  useEffect(() => {
    live.start();
    return live.stop;
  }, [live]);
  return live;
}
