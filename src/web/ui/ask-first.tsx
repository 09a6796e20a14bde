import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';
import { Sheet } from './sheet.tsx';
import { useAction } from './use-action.ts';
import { t } from './words.ts';

/** A button for what works at once and has no undo: it says what will happen, and asks once more before it does it. */
export function AskFirst({
  button,
  text,
  question,
  confirm = button,
  act,
}: {
  button: string;
  text: string;
  question: string;
  /** On the button that does it. */
  confirm?: string;
  /** `close` puts the question away, where the page stays. */
  act: (close: () => void) => Promise<void>;
}) {
  const [isAsking, ask] = useState(false);
  const close = () => ask(false);
  const action = useAction(() => act(close));
  return (
    <div>
      <Button kind="destructive" onPress={() => ask(true)}>
        {button}
      </Button>
      <p class="quiet small">{text}</p>
      {isAsking && (
        <Sheet title={question} onClose={close}>
          <p>{text}</p>
          <Problem problem={action.problem} />
          <Button kind="destructive" isBusy={action.isBusy} onPress={() => void action.run()}>
            {confirm}
          </Button>
          <Button kind="plain" onPress={close}>
            {t('cancel')}
          </Button>
        </Sheet>
      )}
    </div>
  );
}
