import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { AskFirst } from '../ui/ask-first.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
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
  return (
    <AskFirst
      button={words}
      text={text}
      question={t('sure')}
      act={async (close) => {
        await api('POST /api/system/power', { body: { action } });
        close();
        notice(t('ordered'));
      }}
    />
  );
}
