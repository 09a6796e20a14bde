import { useMemo, useState } from 'preact/hooks';
import { go } from '../router/router.ts';
import { plainApi, readSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { useAction } from '../ui/use-action.ts';
import { NewPassword } from './new-password.tsx';
import { takeCodeFromAddress } from './take-code.ts';
import { t } from './words.ts';

/** Nobody knows a password any more, but somebody stands before the kit. */
export function RecoverPage() {
  const scanned = useMemo(takeCodeFromAddress, []);
  const [code, setCode] = useState(scanned);
  const [username, setUsername] = useState('administrator');
  const [password, setPassword] = useState('');
  const recover = useAction(async () => {
    await plainApi('POST /api/setup/recover', { body: { code, username: username.trim(), password } });
    await readSession();
    go('/', { replaces: true });
  });
  return (
    <Page title={t('recoverTitle')} back="/forgot">
      <p class="quiet">{t('recoverIntro')}</p>
      <Form
        action={recover}
        end={
          <Button kind="main" type="submit" isBusy={recover.isBusy}>
            {t('recover')}
          </Button>
        }
      >
        <Field label={t('code')} value={code} onInput={setCode} isCode isRequired maxLength={16} />
        <Field
          label={t('recoverName')}
          value={username}
          onInput={setUsername}
          autocomplete="username"
          isName
          isRequired
        />
        <NewPassword value={password} onInput={setPassword} />
      </Form>
    </Page>
  );
}
