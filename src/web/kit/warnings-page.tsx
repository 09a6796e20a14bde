import type { Check, Incident } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

const ORDER = { bad: 0, careful: 1, good: 2 } as const;
const MARKS = { bad: '✕', careful: '▲', good: '✓' } as const;
const COLOURS = { bad: 'bad', careful: 'careful', good: 'well' } as const;

/** Everything that can be looked at, what is wrong first; then the devices that could not get on. */
export function WarningsPage() {
  const checks = useLive(() => api('GET /api/doctor'), 0);
  const incidents = useLive(() => api('GET /api/diagnosis'), 0);
  return (
    <Page title={t('warnings')} back="/kit">
      <Shown of={checks} rows={6}>
        {(list) => (
          <>
            {list.every(({ state }) => state === 'good') && <p class="well">{t('allWell')}</p>}
            <List label={t('checks')}>
              {[...list]
                .sort((a, b) => ORDER[a.state] - ORDER[b.state])
                .map((check) => (
                  <CheckItem key={`${check.code} ${check.text}`} check={check} />
                ))}
            </List>
          </>
        )}
      </Shown>
      <Button
        onPress={() => {
          void checks.refresh();
          void incidents.refresh();
        }}
      >
        {t('checkAgain')}
      </Button>
      <section>
        <h2>{t('devices')}</h2>
        <Shown of={incidents}>
          {(list) =>
            list.length === 0 ? (
              <p class="quiet">{t('noDevices')}</p>
            ) : (
              <List label={t('devices')}>
                {list.map((incident) => (
                  <IncidentItem key={`${incident.firstAtMs} ${incident.text}`} incident={incident} />
                ))}
              </List>
            )
          }
        </Shown>
      </section>
    </Page>
  );
}

function CheckItem({ check: { state, text, advice } }: { check: Check }) {
  return (
    <Item
      start={
        <span class={COLOURS[state]} role="img" aria-label={t(state)}>
          {MARKS[state]}
        </span>
      }
      title={<span class={state === 'good' ? 'calm' : ''}>{text}</span>}
      more={advice}
    />
  );
}

function IncidentItem({ incident }: { incident: Incident }) {
  const { text, advice, count, lastAtMs } = incident;
  const when = dateWords(lastAtMs, language.value);
  return (
    <Item
      title={text}
      more={
        <>
          {advice}
          <br />
          {t('times', { n: count, when })}
        </>
      }
    />
  );
}
