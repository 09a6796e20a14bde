import { useState } from 'preact/hooks';
import { useLive } from '../live/use-live.ts';
import { addressTo } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { AddPersonSheet } from './add-person-sheet.tsx';
import { channelsOf, isPerson } from './person-words.ts';
import { roleWords, t } from './words.ts';

const PEOPLE_MS = 10_000;
const CLIENTS_MS = 5_000;
/** Fewer are found by eye. */
const SEARCH_FROM = 12;

/** Everybody who has an account, with their channels, and who of them is on the map. */
export function PeoplePage() {
  const people = useLive(() => api('GET /api/people'), PEOPLE_MS);
  const clients = useLive(() => api('GET /api/clients'), CLIENTS_MS);
  const [isAdding, setAdding] = useState(false);
  const [wanted, find] = useState('');
  const connected = (name: string) =>
    clients.state.value.data?.filter(({ username }) => username === name).length ?? 0;
  return (
    <Page title={t('title')}>
      <div class="row">
        <LinkButton to="/add" kind="main">
          {t('addPhone')}
        </LinkButton>
        <Button kind="tall" onPress={() => setAdding(true)}>
          {t('addPerson')}
        </Button>
      </div>
      <List>
        <Item title={t('channels')} more={t('channelsText')} to="/channels" />
      </List>
      <Shown of={people} rows={5}>
        {(list) => {
          const known = list.filter(isPerson);
          const shown = known.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
          return (
            <>
              {known.length >= SEARCH_FROM && (
                <Field label={t('search')} value={wanted} onInput={find} isName />
              )}
              {known.length === 0 && <Empty text={t('none')} />}
              <List label={t('title')}>
                {shown.map((person) => {
                  const count = connected(person.name);
                  const words = [
                    ...(person.role === 'user' ? [] : [roleWords(person.role)]),
                    channelsOf(person).join(', ') || t('noChannels'),
                  ];
                  return (
                    <Item
                      key={person.id}
                      title={person.name}
                      more={words.join(' · ')}
                      end={
                        person.state === 'disabled' ? (
                          <span class="careful">{t('disabled')}</span>
                        ) : count > 0 ? (
                          <span class="well">{t('onMap', { n: count })}</span>
                        ) : undefined
                      }
                      to={addressTo('people', person.name)}
                    />
                  );
                })}
              </List>
              {isAdding && (
                <AddPersonSheet
                  people={known}
                  onClose={(isChanged) => {
                    setAdding(false);
                    if (isChanged) void people.refresh();
                  }}
                />
              )}
            </>
          );
        }}
      </Shown>
    </Page>
  );
}
