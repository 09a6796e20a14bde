import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

/** My own phones, so that a lost one is cut off without looking for an administrator. */
export function MyPhonesPage() {
  const certificates = useLive(() => api('GET /api/me/certs'), 0);
  const cut = useAction(async (serial: string) => {
    await api('DELETE /api/me/certs/{serial}', { path: { serial } });
    notice(t('cutOff'));
    await certificates.refresh();
  });
  return (
    <Page title={t('phones')} back="/me">
      <Shown of={certificates}>
        {(all) => {
          const list = all.filter(({ revokedAtMs }) => revokedAtMs === null);
          if (list.length === 0) return <Empty text={t('noPhones')} />;
          return (
            <List label={t('phones')}>
              {list.map(({ serial, deviceUid, notAfterMs }) => (
                <Item
                  key={serial}
                  title={deviceUid ?? t('anyDevice')}
                  more={t('until', { when: dateWords(notAfterMs, language.value) })}
                  end={
                    <Button isBusy={cut.isBusy} onPress={() => void cut.run(serial)}>
                      {t('lost')}
                    </Button>
                  }
                />
              ))}
            </List>
          );
        }}
      </Shown>
      <Problem problem={cut.problem} />
    </Page>
  );
}
