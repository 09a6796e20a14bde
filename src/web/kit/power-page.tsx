import { useState } from 'preact/hooks';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t as shared } from '../ui/words.ts';
import { t } from './system-words.ts';

/** Off and restart, each asked once more: nobody can undo them from here. */
export function PowerPage() {
  const power = useLive(() => api('GET /api/system/power'), 0);
  return (
    <Page title={t('power')} back="/kit">
      <Shown of={power}>
        {({ isSupported }) =>
          isSupported ? (
            <>
              <Order action="restart" words={t('restart')} text={t('restartText')} />
              <Order action="off" words={t('turnOff')} text={t('turnOffText')} />
            </>
          ) : (
            <p>{t('powerNot')}</p>
          )
        }
      </Shown>
    </Page>
  );
}

function Order({ action, words, text }: { action: 'off' | 'restart'; words: string; text: string }) {
  const [isAsking, ask] = useState(false);
  const order = useAction(async () => {
    await api('POST /api/system/power', { body: { action } });
    ask(false);
    notice(t('ordered'));
  });
  return (
    <div>
      <Button kind="destructive" onPress={() => ask(true)}>
        {words}
      </Button>
      <p class="quiet small">{text}</p>
      {isAsking && (
        <Sheet title={t('sure')} onClose={() => ask(false)}>
          <p>{text}</p>
          <Problem problem={order.problem} />
          <Button kind="destructive" isBusy={order.isBusy} onPress={() => void order.run()}>
            {words}
          </Button>
          <Button kind="plain" onPress={() => ask(false)}>
            {shared('cancel')}
          </Button>
        </Sheet>
      )}
    </div>
  );
}
