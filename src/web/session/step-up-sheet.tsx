import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Field, PasswordField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useAction } from '../ui/use-action.ts';
import { t as shared } from '../ui/words.ts';
import { me, plainApi, readSession } from './session.ts';
import { type PendingStepUp, pendingStepUp } from './step-up.ts';
import { t } from './words.ts';

/** The one dialog for everything that needs a fresh sign-in; the call that asked for it is made again after it. */
export function StepUpSheet() {
  const pending = pendingStepUp.value;
  return pending === undefined ? null : <OpenSheet pending={pending} />;
}

function OpenSheet({ pending }: { pending: PendingStepUp }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const confirm = useAction(async () => {
    const body = code.trim() === '' ? { password } : { password, code: code.trim() };
    await plainApi('POST /api/session/confirm', { body });
    await readSession();
    pending.settle(true);
  });
  return (
    <Sheet title={t('title')} onClose={() => pending.settle(false)}>
      <p class="quiet">{t('why')}</p>
      <Form
        action={confirm}
        end={
          <>
            <Button kind="main" type="submit" isBusy={confirm.isBusy}>
              {t('go')}
            </Button>
            <Button kind="plain" onPress={() => pending.settle(false)}>
              {shared('cancel')}
            </Button>
          </>
        }
      >
        <PasswordField
          label={t('password', { name: me.value?.username ?? '' })}
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          takesFocus
          isRequired
        />
        <Field
          label={t('code')}
          hint={t('codeHint')}
          value={code}
          onInput={setCode}
          inputMode="numeric"
          autocomplete="one-time-code"
        />
      </Form>
    </Sheet>
  );
}
