import { useState } from 'preact/hooks';
import type { Token } from '../api/generated.ts';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Choices, Field } from '../ui/field.tsx';
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

/** What programs sign in with, in my name. */
export function TokensPage() {
  const tokens = useLive(() => api('GET /api/me/tokens'), 0);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Token['scope']>('read');
  const [made, setMade] = useState('');
  const add = useAction(async () => {
    const answer = await api('POST /api/me/tokens', { body: { name: name.trim(), scope } });
    setMade(tokenOf(answer));
    setName('');
    await tokens.refresh();
  });
  const end = useAction(async (prefix: string) => {
    await api('DELETE /api/me/tokens/{prefix}', { path: { prefix } });
    notice(t('ended'));
    await tokens.refresh();
  });
  return (
    <Page title={t('tokens')} back="/me">
      {made !== '' && (
        <div class="panel" role="status">
          <p class="plain code">{made}</p>
          <p>{t('tokenOnce')}</p>
        </div>
      )}
      <Shown of={tokens}>
        {(list) => (
          <>
            {list.length === 0 && <Empty text={t('noTokens')} />}
            <List label={t('tokens')}>
              {list.map((token) => (
                <Item
                  key={token.prefix}
                  title={token.name}
                  more={[token.scope, ends(token), used(token)].join(' · ')}
                  end={
                    <Button
                      aria-label={t('endToken', { name: token.name })}
                      isBusy={end.isBusy}
                      onPress={() => void end.run(token.prefix)}
                    >
                      ✕
                    </Button>
                  }
                />
              ))}
            </List>
          </>
        )}
      </Shown>
      <Problem problem={end.problem} />
      <Form
        action={add}
        end={
          <Button kind="main" type="submit" isBusy={add.isBusy}>
            {t('addToken')}
          </Button>
        }
      >
        <Field label={t('tokenName')} value={name} onInput={setName} isRequired maxLength={64} />
        <Choices
          label={t('scope')}
          value={scope}
          options={[
            ['read', t('scopeRead')],
            ['read+write', t('scopeWrite')],
            ['cot', t('scopeCot')],
          ]}
          onChange={setScope}
        />
      </Form>
    </Page>
  );
}

function ends({ expiresMs }: Token): string {
  return t('tokenEnds', { when: dateWords(expiresMs, language.value) });
}

function used({ lastUsedMs }: Token): string {
  return lastUsedMs === null
    ? t('tokenUnused')
    : t('tokenUsed', { when: dateWords(lastUsedMs, language.value) });
}

function tokenOf(answer: unknown): string {
  const token = (answer as { token?: unknown } | undefined)?.token;
  return typeof token === 'string' ? token : '';
}
