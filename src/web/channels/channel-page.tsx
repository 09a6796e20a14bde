import { useState } from 'preact/hooks';
import type { Channel, Person } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { channelsOf, isPerson } from '../people/person-words.ts';
import { roleWords } from '../people/words.ts';
import { addressTo, go } from '../router/router.ts';
import { api } from '../session/session.ts';
import { AskFirst } from '../ui/ask-first.tsx';
import { Button } from '../ui/button.tsx';
import { Check } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

type Permission = Channel['permissions'][number];

/** What the kit itself looks at. */
const OF_THE_KIT: readonly Permission[] = ['auditlog', 'monitoring'];
/** What it keeps for programs that ask it as they ask RPort. */
const OF_PROGRAMS: readonly Permission[] = [
  'tunnels',
  'scripts',
  'commands',
  'vault',
  'scheduler',
  'uploads',
];

/** One channel: what its members may do besides using it, who they are, and how to be rid of it. */
export function ChannelPage({ name }: { name: string }) {
  const both = useLive(
    async () => ({ channels: await api('GET /api/channels'), people: await api('GET /api/people') }),
    0,
  );
  return (
    <Page title={name} back="/channels">
      <Shown of={both} rows={5}>
        {({ channels, people }) => {
          const channel = channels.find((one) => one.name === name);
          if (channel === undefined) return <p>{t('unknown')}</p>;
          const members = people.filter((person) => isPerson(person) && channelsOf(person).includes(name));
          return (
            <>
              <Rights channel={channel} />
              <Members people={members} others={channel.members - members.length} />
              <Remove name={name} />
            </>
          );
        }}
      </Shown>
    </Page>
  );
}

function Rights({ channel: { name, permissions } }: { channel: Channel }) {
  const [chosen, choose] = useState<readonly Permission[]>(permissions);
  const save = useAction(async () => {
    await api('PUT /api/channels/{name}', { path: { name }, body: { permissions: [...chosen] } });
    notice(t('saved'));
  });
  const boxes = (known: readonly Permission[]) =>
    known.map((one) => (
      <Check
        key={one}
        label={t(one)}
        isChecked={chosen.includes(one)}
        onChange={(isIn) => choose(isIn ? [...chosen, one] : chosen.filter((other) => other !== one))}
      />
    ));
  return (
    <Form
      action={save}
      end={
        <Button kind="main" type="submit" isBusy={save.isBusy}>
          {t('save')}
        </Button>
      }
    >
      <fieldset class="field">
        <legend class="label">
          <b>{t('rights')}</b>
        </legend>
        {boxes(OF_THE_KIT)}
        <details open={OF_PROGRAMS.some((one) => permissions.includes(one))}>
          <summary>{t('forPrograms')}</summary>
          <p class="quiet small">{t('forProgramsText')}</p>
          {boxes(OF_PROGRAMS)}
        </details>
        <p class="quiet small">{t('rightsText')}</p>
      </fieldset>
    </Form>
  );
}

function Members({ people, others }: { people: readonly Person[]; others: number }) {
  return (
    <section>
      <h2>{t('inIt')}</h2>
      {people.length === 0 && <p class="quiet">{t('nobody')}</p>}
      <List label={t('inIt')}>
        {people.map(({ id, name, role }) => (
          <Item key={id} title={name} more={roleWords(role)} to={addressTo('people', name)} />
        ))}
      </List>
      {others > 0 && <p class="quiet small">{t('others', { n: others })}</p>}
    </section>
  );
}

function Remove({ name }: { name: string }) {
  return (
    <AskFirst
      button={t('remove')}
      text={t('removeText')}
      question={t('removeSure', { name })}
      confirm={t('removeNow')}
      act={async () => {
        await api('DELETE /api/channels/{name}', { path: { name } });
        notice(t('removed', { name }));
        go('/channels', { replaces: true });
      }}
    />
  );
}
