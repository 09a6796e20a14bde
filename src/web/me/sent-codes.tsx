import { useState } from 'preact/hooks';
import type { Factors } from '../api/generated.ts';
import { api, me } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { Problem } from '../ui/problem.tsx';
import { notice } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Codes that the kit sends, where it can send: they count once one came back. */
export function SentCodes({ factors, onChange }: { factors: Factors; onChange: () => Promise<void> }) {
  const [sendTo, setSendTo] = useState(me.value?.email ?? '');
  const [isSent, sent] = useState(false);
  const [code, setCode] = useState('');
  const send = useAction(async () => {
    await api('PUT /api/me/factors/codes', { body: { sendTo: sendTo.trim() } });
    sent(true);
  });
  const confirm = useAction(async () => {
    await api('POST /api/me/factors/codes/confirm', { body: { code: code.trim() } });
    sent(false);
    await onChange();
  });
  const remove = useAction(async () => {
    await api('DELETE /api/me/factors/codes');
    notice(t('removed'));
    await onChange();
  });
  const canSend = factors.offered.some((method) => method !== 'totp' && method !== 'recovery_code');
  if (factors.codes === undefined && !canSend) return null;
  return (
    <section class="stack">
      <h2>{t('sent')}</h2>
      {factors.codes === undefined ? (
        <>
          <p class="quiet">{t('sentNone')}</p>
          <Form
            action={isSent ? confirm : send}
            end={
              <Button kind="tall" type="submit" isBusy={send.isBusy || confirm.isBusy}>
                {t(isSent ? 'sendConfirm' : 'sendTry')}
              </Button>
            }
          >
            {isSent ? (
              <Field
                label={t('sendCode')}
                value={code}
                onInput={setCode}
                isCode
                isRequired
                takesFocus
                autocomplete="one-time-code"
              />
            ) : (
              <Field
                label={t('sendTo')}
                value={sendTo}
                onInput={setSendTo}
                isName
                isRequired
                maxLength={256}
              />
            )}
          </Form>
        </>
      ) : (
        <>
          <p class="well">{t('sentTo', { target: factors.codes.sentTo })}</p>
          <Button isBusy={remove.isBusy} onPress={() => void remove.run()}>
            {t('removeSent')}
          </Button>
          <Problem problem={remove.problem} />
        </>
      )}
    </section>
  );
}
