import './screens.css';
import type { Pairing } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { channelWords } from '../people/channel-words.ts';
import { addressTo } from '../router/router.ts';
import { api, isAdministrator, me } from '../session/session.ts';
import { LinkButton } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { language } from '../words/words.ts';
import { AskingScreen } from './asking-screen.tsx';
import { kindWords } from './kind-words.ts';
import { PlainScreens } from './plain-screens.tsx';
import { t } from './words.ts';

const PAIRINGS_MS = 2_000;

/** Screens that ask, screens that are paired. */
export function ScreensPage() {
  return me.value?.role === 'viewer' ? (
    <Page title={t('title')}>
      <p class="quiet">{t('viewersMayNot')}</p>
    </Page>
  ) : (
    <ApproversScreens />
  );
}

function ApproversScreens() {
  const pairings = useLive(() => api('GET /api/pairings'), PAIRINGS_MS);
  return (
    <Page title={t('title')}>
      <Shown of={pairings}>
        {(list) => (
          <>
            {list
              .filter(({ state }) => state === 'pending')
              .map((pairing) => (
                <AskingScreen key={pairing.id} pairing={pairing} onDone={() => void pairings.refresh()} />
              ))}
            <LinkButton
              to="/screens/pair"
              kind={list.some(({ state }) => state === 'pending') ? 'tall' : 'main'}
            >
              {t('pair')}
            </LinkButton>
            <Paired list={list.filter(({ state }) => state === 'paired' || state === 'approved')} />
            {isAdministrator.value && <PlainScreens />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Paired({ list }: { list: readonly Pairing[] }) {
  if (list.length === 0) return <Empty text={t('none')} />;
  return (
    <section>
      <h2>{t('paired')}</h2>
      <List label={t('paired')}>
        {list.map(({ id, name, kind, channels, isWatching, lastSeenMs, owner }) => (
          <Item
            key={id}
            title={name}
            more={[
              ...(kindWords(kind) === name ? [] : [kindWords(kind)]),
              channels.map(channelWords).join(', '),
              ...(owner === null ? [] : [t('owner', { owner })]),
              ...(isWatching
                ? []
                : [
                    lastSeenMs === null
                      ? t('never')
                      : t('seen', { when: dateWords(lastSeenMs, language.value) }),
                  ]),
            ].join(' · ')}
            end={
              isWatching && (
                <span class="well">
                  <span aria-hidden="true">● </span>
                  {t('watching')}
                </span>
              )
            }
            to={addressTo('screens', id)}
          />
        ))}
      </List>
    </section>
  );
}
