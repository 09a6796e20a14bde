import type { Clock } from '../../core/clock.ts';
import type { Courier } from '../factor-ports.ts';
import { codeText } from './code-text.ts';
import { postForm } from './post-form.ts';

const PUSHOVER_URL = 'https://api.pushover.net/1/messages.json';

/** pushover.net; `sendTo` is the person's user key. */
export function createPushoverCourier({
  apiToken,
  title,
  timeoutMs,
  clock,
  url = PUSHOVER_URL,
}: {
  readonly apiToken: string;
  readonly title: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly url?: string;
}): Courier {
  return {
    send: ({ sendTo, code, lifeMs }) =>
      postForm({
        url,
        fields: { token: apiToken, user: sendTo, title, message: codeText(code, lifeMs) },
        timeoutMs,
        clock,
      }),
  };
}
