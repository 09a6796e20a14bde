import { useState } from 'preact/hooks';
import { useLive } from '../live/use-live.ts';
import { canUsePasskeys, makePasskey } from '../session/passkey.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { dateWords } from '../ui/times.ts';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { language } from '../words/words.ts';
import { t } from './words.ts';

/** Keys of this person's devices, each bound to the name of these pages. */
export function PasskeysPage() {
  const passkeys = useLive(() => api('GET /api/me/passkeys'), 0);
  const [name, setName] = useState('');
  const [isStopped, stopped] = useState(false);
  const add = useAction(async () => {
    stopped(false);
    const options = await api('POST /api/me/passkeys/options');
    const response = await makePasskey(options);
    if (response === undefined) return stopped(true);
    await api('POST /api/me/passkeys', { body: { name: name.trim(), response } });
    setName('');
    await passkeys.refresh();
  });
  const remove = useAction(async (id: string) => {
    await api('DELETE /api/me/passkeys/{id}', { path: { id } });
    notice(t('removed'));
    await passkeys.refresh();
  });
  return (
    <Page title={t('passkeys')} back="/me">
      <p class="quiet">{t('passkeysText')}</p>
      <Shown of={passkeys}>
        {({ isPossibleHere, passkeys: list }) => (
          <>
            {list.length === 0 && <Empty text={t('noPasskeys')} />}
            <List label={t('passkeys')}>
              {list.map((passkey) => (
                <Item
                  key={passkey.id}
                  title={passkey.name}
                  more={`${t('forHost', { host: passkey.host })} · ${dateWords(passkey.createdMs, language.value)}`}
                  end={
                    <Button
                      aria-label={t('remove', { name: passkey.name })}
                      isBusy={remove.isBusy}
                      onPress={() => void remove.run(passkey.id)}
                    >
                      ✕
                    </Button>
                  }
                />
              ))}
            </List>
            <Problem problem={remove.problem} />
            {isPossibleHere && canUsePasskeys() ? (
              <Form
                action={add}
                end={
                  <Button kind="main" type="submit" isBusy={add.isBusy}>
                    {t('addPasskey')}
                  </Button>
                }
              >
                <Field label={t('passkeyName')} value={name} onInput={setName} isRequired maxLength={64} />
                {isStopped && (
                  <p class="careful" role="alert">
                    {t('passkeyStopped')}
                  </p>
                )}
              </Form>
            ) : (
              <p class="panel">
                {isPossibleHere ? t('passkeyNoBrowser') : t('passkeyNotHere', { host: location.hostname })}
              </p>
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}
