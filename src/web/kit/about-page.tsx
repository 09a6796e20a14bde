import { useLive } from '../live/use-live.ts';
import { api, setup } from '../session/session.ts';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

/** What it runs, since when, on which ports, and whom it makes devices trust. */
export function AboutPage() {
  const facts = useLive(async () => {
    const [status, authorities] = await Promise.all([api('GET /api/status'), api('GET /api/cas')]);
    return { status, authorities };
  }, 0);
  return (
    <Page title={t('about')} back="/kit">
      <Shown of={facts} rows={5}>
        {({ status, authorities }) => (
          <>
            <dl class="facts">
              <dt>{t('title')}</dt>
              <dd>{setup.value?.kitName}</dd>
              <dt>{t('version')}</dt>
              <dd>Bivouac {status.version}</dd>
              {status.startedAtMs !== undefined && (
                <>
                  <dt>{t('startedAt')}</dt>
                  <dd>{dateWords(status.startedAtMs, language.value)}</dd>
                </>
              )}
            </dl>
            <section>
              <h2>{t('listeners')}</h2>
              <dl class="facts">
                {Object.entries(status.listeners).map(([name, address]) => (
                  <div key={name} class="fact">
                    <dt>{name}</dt>
                    <dd class="code">{address}</dd>
                  </div>
                ))}
              </dl>
            </section>
            <section>
              <h2>{t('authorities')}</h2>
              <List label={t('authorities')}>
                {authorities.map(({ id, name, fingerprint, isRetired, notAfterMs }) => (
                  <Item
                    key={id}
                    title={isRetired ? `${name} (${t('retired')})` : name}
                    more={
                      <>
                        {dateWords(notAfterMs, language.value)}
                        <br />
                        <span class="code">{fingerprint}</span>
                      </>
                    }
                  />
                ))}
              </List>
            </section>
            <p>
              {t('fingerprintText')} <a href="/welcome">{t('toWelcome')}</a>
            </p>
          </>
        )}
      </Shown>
    </Page>
  );
}
