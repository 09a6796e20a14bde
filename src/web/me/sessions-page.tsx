import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { language } from '../words/words.ts';
import { browserWords } from './browser-words.ts';
import { t } from './words.ts';

/** Every place that is signed in as me, and ending it from here. */
export function SessionsPage() {
  const sessions = useLive(() => api('GET /api/me/sessions'), 0);
  const end = useAction(async (id: string) => {
    await api('DELETE /api/me/sessions/{id}', { path: { id } });
    await sessions.refresh();
  });
  const endOthers = useAction(async () => {
    const { ended } = await api('DELETE /api/me/sessions');
    notice(t('endedOthers', { n: ended }));
    await sessions.refresh();
  });
  return (
    <Page title={t('sessions')} back="/me">
      <Shown of={sessions}>
        {(list) => (
          <>
            <List label={t('sessions')}>
              {list.map(({ id, isThisOne, userAgent, remote, lastSeenMs }) => (
                <Item
                  key={id}
                  title={browserWords(userAgent) || remote}
                  more={`${remote} · ${isThisOne ? t('thisOne') : t('seen', { when: dateWords(lastSeenMs, language.value) })}`}
                  end={
                    !isThisOne && (
                      <Button isBusy={end.isBusy} onPress={() => void end.run(id)}>
                        {t('endSession')}
                      </Button>
                    )
                  }
                />
              ))}
            </List>
            <Problem problem={end.problem ?? endOthers.problem} />
            {list.length > 1 && (
              <Button kind="tall" isBusy={endOthers.isBusy} onPress={() => void endOthers.run()}>
                {t('endOthers')}
              </Button>
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}
