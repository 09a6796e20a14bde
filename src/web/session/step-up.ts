import { signal } from '@preact/signals';

/** A call waits for the person to show again who they are. */
export interface PendingStepUp {
  /** True: it was shown, make the call again. False: the person would not. */
  settle(isConfirmed: boolean): void;
}

export const pendingStepUp = signal<PendingStepUp | undefined>(undefined);

let waiting: Promise<boolean> | undefined;

/** Opens the dialog; several calls that come at once share it. */
export function askAgain(): Promise<boolean> {
  waiting ??= new Promise<boolean>((resolve) => {
    pendingStepUp.value = { settle: resolve };
  }).finally(() => {
    pendingStepUp.value = undefined;
    waiting = undefined;
  });
  return waiting;
}
