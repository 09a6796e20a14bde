import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Shown } from '../ui/states.tsx';
import { ageWords, dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { useNow } from '../ui/use-now.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

const TIME_MS = 5_000;
/** Less is the way over the air, and the time until somebody has read it. */
const APART_MS = 10_000;

/** What the kit takes for now, who says so, and taking it from this device instead. */
export function TimePage() {
  const time = useLive(() => api('GET /api/system/time'), TIME_MS);
  const nowMs = useNow();
  const set = useAction(async () => {
    time.set(await api('POST /api/system/time', { body: { timeMs: Date.now() } }));
    notice(t('timeSet'));
  });
  return (
    <Page title={t('time')} back="/kit">
      <Shown of={time}>
        {(status) => {
          const apartMs = Math.abs(status.nowMs - nowMs);
          return (
            <>
              <dl class="facts">
                <dt>{t('kitTime')}</dt>
                <dd>{dateWords(status.nowMs, language.value)}</dd>
                <dt>{t('deviceTime')}</dt>
                <dd>{dateWords(nowMs, language.value)}</dd>
                <dt>{t('source')}</dt>
                <dd>{t(status.source === 'none' ? 'noSource' : status.source)}</dd>
              </dl>
              {apartMs > APART_MS && <p class="careful">{t('apart', { age: ageWords(apartMs) })}</p>}
              {status.source === 'none' && (
                <div class="panel careful">
                  <p class="plain">{t('noSourceText')}</p>
                </div>
              )}
              {status.source === 'time_server' ? (
                <p class="quiet">{t('hasServer')}</p>
              ) : (
                <Button kind="main" isBusy={set.isBusy} onPress={() => void set.run()}>
                  {t('setTime')}
                </Button>
              )}
              <Problem problem={set.problem} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}
