import { useState } from 'preact/hooks';
import { NewPassword } from '../claim/new-password.tsx';
import { plainApi, setup } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { Sent } from './send-form.tsx';
import { t } from './words.ts';

/** An account that somebody makes alone, where the kit allows it; the mail that confirms it comes after. */
export function RegisterPage() {
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [sentTo, setSentTo] = useState('');
  const register = useAction(async () => {
    const body = { username: username.trim(), email: email.trim(), password };
    await plainApi('POST /api/accounts', { body });
    setSentTo(body.email);
  });
  const again = useAction(async () => {
    await plainApi('POST /api/accounts/confirmation', { body: { email: sentTo } });
    notice(t('sent', { email: sentTo }));
  });
  if (sentTo !== '') {
    return (
      <Page key="sent" title={t('registerTitle')} back="/sign-in">
        <Sent email={sentTo} then={t('sentConfirm')} />
        <Button isBusy={again.isBusy} onPress={() => void again.run()}>
          {t('sendAgain')}
        </Button>
        <Problem problem={again.problem} />
      </Page>
    );
  }
  return (
    <Page title={t('registerTitle')} back="/sign-in">
      <p class="quiet">{t('registerIntro', { kit: setup.value?.kitName ?? 'Bivouac' })}</p>
      <Form
        action={register}
        end={
          <Button kind="main" type="submit" isBusy={register.isBusy}>
            {t('register')}
          </Button>
        }
      >
        <Field
          label={t('username')}
          hint={t('usernameHint')}
          value={username}
          onInput={setUsername}
          autocomplete="username"
          isName
          isRequired
          takesFocus
          maxLength={64}
        />
        <Field
          label={t('email')}
          type="email"
          inputMode="email"
          autocomplete="email"
          value={email}
          onInput={setEmail}
          isRequired
          maxLength={254}
        />
        <NewPassword label={t('password')} value={password} onInput={setPassword} />
      </Form>
    </Page>
  );
}
