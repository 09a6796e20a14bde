import { useMemo, useState } from 'preact/hooks';
import { plainApi, setup } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { Done } from './done.tsx';
import { SendForm } from './send-form.tsx';
import { takeTokenFromAddress } from './take-token.ts';
import { t } from './words.ts';

/** Behind the link of a mail. A person presses the button: programs that follow links confirm nothing. */
export function ConfirmPage() {
  const token = useMemo(takeTokenFromAddress, []);
  const [name, setName] = useState('');
  const confirm = useAction(async () => {
    const { username } = await plainApi('POST /api/accounts/confirm', { body: { token } });
    setName(username);
  });
  if (name !== '') return <Done title={t('confirmed')} name={name} text={t('signInNow', { name })} />;
  const isOver = token === '' || confirm.problem !== undefined;
  return (
    <Page title={t('confirmTitle')}>
      {token === '' ? (
        <p>{t('noLink')}</p>
      ) : (
        <>
          <p>{t('confirmIntro', { kit: setup.value?.kitName ?? 'Bivouac' })}</p>
          <Button kind="main" isBusy={confirm.isBusy} onPress={() => void confirm.run()}>
            {t('confirm')}
          </Button>
        </>
      )}
      <Problem problem={confirm.problem} />
      {isOver && (
        <SendForm
          label={t('another')}
          send={(email) => plainApi('POST /api/accounts/confirmation', { body: { email } })}
          then={t('sentConfirm')}
        />
      )}
    </Page>
  );
}
