import { useEffect, useState } from 'preact/hooks';
import type { SessionState } from '../api/generated.ts';
import { plainApi, readSession, session } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { Qr } from '../ui/qr.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

type Pending = Extract<SessionState, { state: 'second_factor' }>;
type Method = Pending['method'];

/** The password was right: a code follows, or the app that is to make it is set up. */
export function SecondStep({ pending, isRemembered }: { pending: Pending; isRemembered: boolean }) {
  const [method, setMethod] = useState<Method>(pending.method);
  const [sentTo, setSentTo] = useState(pending.sentTo);
  const [code, setCode] = useState('');
  const confirm = useAction(async () => {
    const body = { code: code.trim(), method, isRemembered };
    session.value = await plainApi('POST /api/session/code', { body });
  });
  const change = useAction(async (wanted: Method) => {
    setCode('');
    confirm.forget();
    if (isSent(wanted)) {
      const sent = await plainApi('POST /api/session/code/send', { body: { method: wanted } });
      setSentTo(sent.sentTo);
    }
    setMethod(wanted);
  });
  const leave = useAction(async () => {
    await plainApi('DELETE /api/session');
    await readSession();
  });
  const isRecovery = method === 'recovery_code';
  const label = isRecovery ? t('recovery_code') : t(method === 'totp' ? 'totp' : 'sent');
  const hint = isRecovery
    ? t('recoveryHint')
    : method === 'totp'
      ? t('totpHint')
      : sentTo === ''
        ? ''
        : t('sentTo', { target: sentTo });
  return (
    <Page title={t('second')}>
      <p class="quiet">{t('secondFor', { name: pending.username })}</p>
      {pending.mustSetUp && <SetUpApp />}
      <Form
        action={confirm}
        end={
          <Button kind="main" type="submit" isBusy={confirm.isBusy}>
            {t('go')}
          </Button>
        }
      >
        <Field
          key={method}
          label={label}
          hint={hint}
          value={code}
          onInput={setCode}
          isCode
          isRequired
          takesFocus
          inputMode={isRecovery ? 'text' : 'numeric'}
          autocomplete="one-time-code"
          maxLength={64}
        />
      </Form>
      <Problem problem={change.problem} />
      {!pending.mustSetUp &&
        pending.methods
          .filter((other) => other !== method)
          .map((other) => (
            <Button key={other} isBusy={change.isBusy} onPress={() => void change.run(other)}>
              {t(other === 'totp' ? 'byApp' : other === 'recovery_code' ? 'byRecovery' : 'bySent')}
            </Button>
          ))}
      <Button kind="plain" onPress={() => void leave.run()}>
        {t('startAgain')}
      </Button>
    </Page>
  );
}

function isSent(method: Method): boolean {
  return method !== 'totp' && method !== 'recovery_code';
}

/** A kit that asks everybody for a second factor, and somebody who has none yet. */
function SetUpApp() {
  const [offer, setOffer] = useState<{ secret: string; uri: string } | undefined>(undefined);
  const [problem, setProblem] = useState<unknown>(undefined);
  useEffect(() => {
    plainApi('POST /api/session/totp').then(setOffer, setProblem);
  }, []);
  return (
    <>
      <p>{t('mustSetUp')}</p>
      <Problem problem={problem} />
      {offer !== undefined && (
        <>
          <Qr text={offer.uri} label={t('qrLabel')} />
          <p class="small">
            {t('secret')}: <span class="code">{offer.secret}</span>
          </p>
        </>
      )}
    </>
  );
}
