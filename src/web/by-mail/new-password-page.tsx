import { useMemo, useState } from 'preact/hooks';
import { ApiProblem } from '../api/problem.ts';
import { NewPassword } from '../claim/new-password.tsx';
import { plainApi } from '../session/session.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { useAction } from '../ui/use-action.ts';
import { Done } from './done.tsx';
import { takeTokenFromAddress } from './take-token.ts';
import { t } from './words.ts';

/** Behind the link that somebody got who had lost a password. */
export function NewPasswordPage() {
  const token = useMemo(takeTokenFromAddress, []);
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const save = useAction(async () => {
    const body = { token, newPassword: password };
    const { username } = await plainApi('POST /api/accounts/password', { body });
    setName(username);
  });
  if (name !== '') return <Done title={t('changed')} name={name} text={t('changedText', { name })} />;
  if (token === '') {
    return (
      <Page title={t('newTitle')}>
        <p>{t('noLink')}</p>
        <LinkButton to="/forgot">{t('another')}</LinkButton>
      </Page>
    );
  }
  const isOver = save.problem instanceof ApiProblem && save.problem.code === 'mail.token_invalid';
  return (
    <Page title={t('newTitle')}>
      <Form
        action={save}
        end={
          <Button kind="main" type="submit" isBusy={save.isBusy}>
            {t('set')}
          </Button>
        }
      >
        <NewPassword value={password} onInput={setPassword} />
      </Form>
      {isOver && <LinkButton to="/forgot">{t('another')}</LinkButton>}
    </Page>
  );
}
