import { signal } from '@preact/signals';
import { Button } from './button.tsx';
import { t } from './words.ts';

/** So long can something be taken back. */
export const UNDO_MS = 10_000;
const NOTICE_MS = 5_000;

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo: (() => void) | undefined;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Says something for some seconds. */
export function notice(text: string): void {
  add(text, undefined, NOTICE_MS);
}

/** Says what was done, and how to take it back. */
export function noticeWithUndo(text: string, undo: () => void): void {
  add(text, undo, UNDO_MS);
}

function add(text: string, undo: (() => void) | undefined, forMs: number): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value, { id, text, undo }];
  setTimeout(() => remove(id), forMs);
}

function remove(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, undo }) => (
        <div key={id} class="toast">
          <span>{text}</span>
          {undo !== undefined && (
            <Button
              kind="plain"
              onPress={() => {
                remove(id);
                undo();
              }}
            >
              {t('undo')}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
