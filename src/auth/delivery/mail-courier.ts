import type { Clock } from '../../core/clock.ts';
import type { Courier, Mailer } from '../factor-ports.ts';
import { codeText } from './code-text.ts';
import { within } from './within.ts';

export function createMailCourier({
  mailer,
  subject,
  timeoutMs,
  clock,
}: {
  readonly mailer: Mailer;
  readonly subject: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}): Courier {
  return {
    send: ({ sendTo, code, lifeMs }) =>
      within(clock, timeoutMs, () => mailer.send({ to: sendTo, subject, text: codeText(code, lifeMs) })),
  };
}
