import { useState } from 'preact/hooks';
import { NewPassword } from '../claim/new-password.tsx';
import { go } from '../router/router.ts';
import { api, readSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

export function PasswordPage() {
  const [oldPassword, setOld] = useState('');
  const [newPassword, setNew] = useState('');
  const change = useAction(async () => {
    await api('PUT /api/me/password', { body: { oldPassword, newPassword } });
    // This browser has a new session, with a mark of its own.
    await readSession();
    notice(t('passwordChanged'));
    go('/me');
  });
  return (
    <Page title={t('password')} back="/me">
      <Form
        action={change}
        end={
          <Button kind="main" type="submit" isBusy={change.isBusy}>
            {t('change')}
          </Button>
        }
      >
        <PasswordField
          label={t('oldPassword')}
          value={oldPassword}
          onInput={setOld}
          autocomplete="current-password"
          isRequired
        />
        <NewPassword label={t('newPassword')} value={newPassword} onInput={setNew} />
      </Form>
    </Page>
  );
}
