import { useMemo, useState } from 'preact/hooks';
import { go } from '../router/router.ts';
import { plainApi, readSession, setup } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { useAction } from '../ui/use-action.ts';
import { NewPassword } from './new-password.tsx';
import { takeCodeFromAddress } from './take-code.ts';
import { t } from './words.ts';

const FIRST_NAME = 'administrator';

/** A new kit: the code of its display, a password, and somebody looks after it. */
export function ClaimPage() {
  const scanned = useMemo(takeCodeFromAddress, []);
  const [code, setCode] = useState(scanned);
  const [username, setUsername] = useState(FIRST_NAME);
  const [password, setPassword] = useState('');
  const claim = useAction(async () => {
    await plainApi('POST /api/setup/claim', { body: { code, username: username.trim(), password } });
    await readSession();
    go('/', { replaces: true });
  });
  return (
    <Page title={t('title')}>
      <p class="quiet">{t('intro', { kit: setup.value?.kitName ?? 'Bivouac' })}</p>
      <Form
        action={claim}
        end={
          <Button kind="main" type="submit" isBusy={claim.isBusy}>
            {t('claim')}
          </Button>
        }
      >
        <Field
          label={t('code')}
          hint={t(scanned === '' ? 'codeHint' : 'codeIsThere')}
          value={code}
          onInput={setCode}
          isCode
          isRequired
          takesFocus={scanned === ''}
          maxLength={16}
        />
        <Field
          label={t('username')}
          hint={t('usernameHint')}
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
