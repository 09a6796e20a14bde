import type { Clock } from '../../core/clock.ts';
import type { Courier } from '../factor-ports.ts';
import { postForm } from './post-form.ts';

/** A form to an address of the operator's, with the fields that RPort 1.0 sends. */
export function createUrlCourier({
  url,
  timeoutMs,
  clock,
}: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}): Courier {
  return {
    send: ({ sendTo, code, lifeMs, userAgent, remote }) =>
      postForm({
        url,
        fields: {
          email: sendTo,
          token: code,
          ttl: String(Math.round(lifeMs / 1_000)),
          user_agent: userAgent,
          remote_address: remote,
          url,
        },
        timeoutMs,
        clock,
      }),
  };
}
