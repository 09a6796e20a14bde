import { plainApi, setup } from '../session/session.ts';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { SendForm } from './send-form.tsx';
import { t } from './words.ts';

/** Every way to a new password that this kit has. */
export function ForgotPage() {
  return (
    <Page title={t('forgotTitle')} back="/sign-in">
      {setup.value?.byMail.reset === true && (
        <SendForm
          label={t('forgotByMail')}
          isMain
          send={(email) => plainApi('POST /api/accounts/reset', { body: { email } })}
          then={t('sentReset')}
        />
      )}
      <section>
        <h2>{t('forgotAskTitle')}</h2>
        <p>{t('forgotAsk')}</p>
      </section>
      <section>
        <h2>{t('forgotMineTitle')}</h2>
        <List>
          <Item title={t('forgotMine')} more={t('forgotMineText')} to="/recover" />
        </List>
      </section>
    </Page>
  );
}
