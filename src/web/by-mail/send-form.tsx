import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Asks for an address and has a mail sent there. Whether it has an account, nobody is told. */
export function SendForm({
  label,
  isMain = false,
  send,
  then,
}: {
  label: string;
  isMain?: boolean;
  send: (email: string) => Promise<unknown>;
  /** What to do with the mail. */
  then: string;
}) {
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState('');
  const action = useAction(async () => {
    setSentTo('');
    await send(email.trim());
    setSentTo(email.trim());
  });
  return (
    <Form
      action={action}
      end={
        <Button kind={isMain ? 'main' : 'tall'} type="submit" isBusy={action.isBusy}>
          {label}
        </Button>
      }
    >
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
      {sentTo !== '' && <Sent email={sentTo} then={then} />}
    </Form>
  );
}

export function Sent({ email, then }: { email: string; then: string }) {
  return (
    <div class="panel" role="status">
      <strong>{t('sent', { email })}</strong>
      <p>{then}</p>
    </div>
  );
}
