import { useEffect, useState } from 'preact/hooks';

/** The time of this device, told each second: for what is left, never for what the kit has to know. */
export function useNow(everyMs = 1_000): number {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
