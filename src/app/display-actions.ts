import type { Auth } from '../auth/auth.ts';
import { AT_THE_BUTTON } from '../auth/pairing-ports.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { DisplayRequest } from '../display/display.ts';

/** Time to read one line. */
const NOTICE_MS = 8_000;

export interface DisplayActions {
  act(request: DisplayRequest): void;
  /** One line about what was just done. */
  notice(): string | undefined;
  /** Says one. */
  say(words: string): void;
}

/** What a person at the display asks for, done in the name of whoever stands there. */
export function createDisplayActions({
  auth,
  channels,
  onChange,
  clock,
  log,
}: {
  readonly auth: Pick<Auth, 'pairing' | 'adminRecovery'>;
  /** What the display promised that a screen will see: that is granted, and nothing else. */
  readonly channels: () => readonly string[] | undefined;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Log;
}): DisplayActions {
  let shown: { readonly words: string; readonly cancel: Cancel } | undefined;

  function say(words: string): void {
    shown?.cancel();
    const cancel = clock.after(NOTICE_MS, () => {
      shown = undefined;
      onChange();
    });
    shown = { words, cancel };
    onChange();
  }

  /** What to say of it, if anything: most things that are done are seen. */
  async function run(request: DisplayRequest): Promise<string | undefined> {
    const { pairing, adminRecovery } = auth;
    switch (request.kind) {
      case 'approve': {
        const granted = channels();
        const { name } = await pairing.approve({ id: request.requestId, channels: granted }, AT_THE_BUTTON);
        return `${name} may look on now.`;
      }
      case 'refuse': {
        const { name } = await pairing.refuse(request.requestId, AT_THE_BUTTON);
        return `${name} was refused.`;
      }
      case 'open-pairing':
        await pairing.open({}, AT_THE_BUTTON);
        return undefined;
      case 'stop-pairing':
        await pairing.close(AT_THE_BUTTON);
        return undefined;
      case 'recover':
        await adminRecovery.begin(AT_THE_BUTTON.actor);
        return undefined;
      case 'end-recovery':
        adminRecovery.end(AT_THE_BUTTON.actor);
        return undefined;
    }
  }

  return {
    act(request) {
      run(request).then(
        (words) => words !== undefined && say(words),
        (error) => {
          log.warn('display.refused', { asked: request.kind, error: messageOf(error) });
          say(error instanceof BivouacError ? `${error.message}.` : 'That did not work. The log says why.');
        },
      );
    },
    notice: () => shown?.words,
    say,
  };
}
