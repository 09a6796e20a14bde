import { useState } from 'preact/hooks';
import { ApiProblem } from '../api/problem.ts';
import { NewPassword } from '../claim/new-password.tsx';
import { Link } from '../router/link.tsx';
import { canUsePasskeys, usePasskey } from '../session/passkey.ts';
import { plainApi, session, setup } from '../session/session.ts';
import { Button, LinkButton } from '../ui/button.tsx';
import { Check, Field, PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { knownName } from './known-name.ts';
import { SecondStep } from './second-step.tsx';
import { t } from './words.ts';

/** Name and password, and what may have to follow. The address stays: whoever signs in gets where they wanted to go. */
export function SignInPage() {
  const [isRemembered, remember] = useState(false);
  const state = session.value;
  if (state?.state === 'second_factor') return <SecondStep pending={state} isRemembered={isRemembered} />;
  return <FirstStep isRemembered={isRemembered} remember={remember} />;
}

function FirstStep({
  isRemembered,
  remember,
}: {
  isRemembered: boolean;
  remember: (isRemembered: boolean) => void;
}) {
  const known = knownName.peek();
  const [username, setUsername] = useState(known);
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [isExpired, expire] = useState(false);
  const signIn = useAction(async () => {
    const body = { username: username.trim(), password, isRemembered };
    try {
      session.value = await plainApi('POST /api/session', {
        body: isExpired ? { ...body, newPassword } : body,
      });
    } catch (problem) {
      if (isExpired || !(problem instanceof ApiProblem) || problem.code !== 'auth.password_expired')
        throw problem;
      expire(true);
    }
  });
  const [isStopped, stopped] = useState(false);
  const byPasskey = useAction(async () => {
    stopped(false);
    const response = await usePasskey(await plainApi('POST /api/session/passkey/options'));
    if (response === undefined) return stopped(true);
    session.value = await plainApi('POST /api/session/passkey', { body: { response, isRemembered } });
  });
  return (
    <Page title={setup.value?.kitName ?? t('title')}>
      <Form
        action={signIn}
        end={
          <Button kind="main" type="submit" isBusy={signIn.isBusy}>
            {t('signIn')}
          </Button>
        }
      >
        <Field
          label={t(setup.value?.byMail.reset === true ? 'usernameOrEmail' : 'username')}
          value={username}
          onInput={setUsername}
          autocomplete="username"
          isName
          isRequired
          takesFocus={known === ''}
        />
        <PasswordField
          label={t('password')}
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          isRequired
          takesFocus={known !== ''}
        />
        {isExpired && (
          <>
            <p role="alert">{t('expired')}</p>
            <NewPassword value={newPassword} onInput={setNewPassword} />
          </>
        )}
        <Check label={t('remember')} isChecked={isRemembered} onChange={remember} />
      </Form>
      {canUsePasskeys() && isNamed(location.hostname) && (
        <Button kind="tall" isBusy={byPasskey.isBusy} onPress={() => void byPasskey.run()}>
          {t('byPasskey')}
        </Button>
      )}
      {isStopped && (
        <p class="careful" role="alert">
          {t('passkeyStopped')}
        </p>
      )}
      <Problem problem={byPasskey.problem} />
      {setup.value?.byMail.registration === true && <LinkButton to="/register">{t('register')}</LinkButton>}
      <p>
        <Link to="/forgot">{t('forgot')}</Link>
      </p>
      <p>
        <a href="/welcome">{t('joinInstead')}</a>
      </p>
      {canUsePasskeys() && !isNamed(location.hostname) && <p class="quiet small">{t('passkeyNotHere')}</p>}
    </Page>
  );
}

/** Browsers bind passkeys to names. */
function isNamed(hostname: string): boolean {
  return !/^[\d.]+$|:/.test(hostname);
}
