import { useState } from 'preact/hooks';
import { useLive } from '../live/use-live.ts';
import { ChannelPicker } from '../people/channel-picker.tsx';
import { channelsOf, isPerson } from '../people/person-words.ts';
import { addressTo, go } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Whose phone it is: a new name, or somebody of the list. One press on either leads to the code. */
export function PickPersonPage() {
  const people = useLive(() => api('GET /api/people'), 0);
  const [name, setName] = useState('');
  const known = people.state.value.data?.filter(isPerson) ?? [];
  const allChannels = [...new Set(known.flatMap(channelsOf))].sort();
  const [chosen, choose] = useState<readonly string[] | undefined>(undefined);
  // A team mostly has one channel: the newcomer joins what the others are in.
  const channels = chosen ?? commonChannels(known.map(channelsOf));
  const add = useAction(async () => {
    const wanted = name.trim();
    const there = known.find((person) => person.name.toLowerCase() === wanted.toLowerCase());
    const person =
      there ?? (await api('POST /api/people', { body: { name: wanted, groups: [...channels] } }));
    go(addressTo('people', person.name, 'add'));
  });
  return (
    <Page title={t('pickTitle')} back="/">
      <Form
        action={add}
        end={
          <Button kind="main" type="submit" isBusy={add.isBusy}>
            {t('next')}
          </Button>
        }
      >
        <Field
          label={t('newName')}
          hint={t('newNameHint')}
          value={name}
          onInput={setName}
          isName
          isRequired
          maxLength={64}
        />
        {name.trim() !== '' && (
          <ChannelPicker label={t('channels')} all={allChannels} chosen={channels} onChange={choose} />
        )}
      </Form>
      <Shown of={people}>
        {() =>
          known.length === 0 ? (
            <p class="quiet">{t('noPeople')}</p>
          ) : (
            <>
              <h2>{t('known')}</h2>
              <List>
                {known
                  .filter(({ state }) => state === 'enabled')
                  .map((person) => (
                    <Item
                      key={person.id}
                      title={person.name}
                      more={channelsOf(person).join(', ')}
                      to={addressTo('people', person.name, 'add')}
                    />
                  ))}
              </List>
            </>
          )
        }
      </Shown>
    </Page>
  );
}

/** Those that everybody with a channel is in; where there are none at all, the first is made. */
function commonChannels(memberships: readonly (readonly string[])[]): readonly string[] {
  const members = memberships.filter((channels) => channels.length > 0);
  const [first] = members;
  if (first === undefined) return [FIRST_CHANNEL];
  const common = first.filter((channel) => members.every((channels) => channels.includes(channel)));
  return common.length > 0 ? common : first;
}

const FIRST_CHANNEL = 'Team';
