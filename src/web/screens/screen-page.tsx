import { useState } from 'preact/hooks';
import type { Pairing } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { ChannelPicker } from '../people/channel-picker.tsx';
import { go } from '../router/router.ts';
import { api, isAdministrator } from '../session/session.ts';
import { AskFirst } from '../ui/ask-first.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { language } from '../words/words.ts';
import { kindWords } from './kind-words.ts';
import { t } from './words.ts';

/** One paired screen: its name, what it hears, and its end. */
export function ScreenPage({ part: id }: { part: string }) {
  const both = useLive(async () => {
    const list = await api('GET /api/pairings');
    // Others know the channels that screens hear already, and may type more.
    const all = isAdministrator.value ? await api('GET /api/channels') : [];
    return { list, all: all.map((channel) => channel.name) };
  }, 0);
  return (
    <Page title={t('title')} back="/screens">
      <Shown of={both}>
        {({ list, all }) => {
          const screen = list.find((one) => one.id === id);
          if (screen === undefined) return <p>{t('unknown')}</p>;
          return (
            <Screen
              key={screen.id}
              screen={screen}
              all={[...new Set([...all, ...list.flatMap(({ channels }) => channels)])]}
            />
          );
        }}
      </Shown>
    </Page>
  );
}

function Screen({ screen, all }: { screen: Pairing; all: readonly string[] }) {
  const { id, kind, remote, createdMs } = screen;
  const [name, setName] = useState(screen.name);
  const [channels, setChannels] = useState<readonly string[]>(screen.channels);
  const save = useAction(async () => {
    await api('PATCH /api/pairings/{id}', {
      path: { id },
      body: { name: name.trim(), channels: [...channels] },
    });
    notice(t('saved'));
    go('/screens');
  });
  return (
    <>
      <dl class="facts">
        <dt>{kindWords(kind)}</dt>
        <dd>{screen.name}</dd>
        <dt>{t('address')}</dt>
        <dd>{remote}</dd>
        <dt>{t('since')}</dt>
        <dd>{dateWords(createdMs, language.value)}</dd>
      </dl>
      <Form
        action={save}
        end={
          <Button kind="main" type="submit" isBusy={save.isBusy}>
            {t('save')}
          </Button>
        }
      >
        <Field label={t('name')} value={name} onInput={setName} isName isRequired maxLength={64} />
        <ChannelPicker label={t('channels')} all={all} chosen={channels} onChange={setChannels} />
      </Form>
      <EndScreen id={id} name={screen.name} />
    </>
  );
}

function EndScreen({ id, name }: { id: string; name: string }) {
  return (
    <AskFirst
      button={t('end')}
      text={t('endText')}
      question={t('endSure')}
      act={async () => {
        await api('DELETE /api/pairings/{id}', { path: { id } });
        notice(t('endedDone', { name }));
        go('/screens');
      }}
    />
  );
}
