import type { Clock } from '../../core/clock.ts';
import { within } from './within.ts';

/** Posts a form. Rejects unless the answer is a success; redirections are not followed: codes go where the operator said. */
export function postForm({
  url,
  fields,
  timeoutMs,
  clock,
}: {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
}): Promise<void> {
  return within(clock, timeoutMs, async (signal) => {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'error',
      signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
  });
}
