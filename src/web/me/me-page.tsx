import { go } from '../router/router.ts';
import { me, signOut } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Everything that a person looks after themselves. */
export function MePage() {
  const leave = useAction(async () => {
    await signOut();
    // Whoever signs in next has not asked for this page.
    go('/', { replaces: true });
  });
  const email = me.value?.email;
  return (
    <Page title={t('title')} back="/kit">
      <p class="quiet">
        {me.value?.username}
        {email && ` · ${email}`}
      </p>
      <List>
        <Item title={t('password')} to="/me/password" />
        <Item title={t('factors')} to="/me/factors" />
        <Item title={t('passkeys')} more={t('passkeysText')} to="/me/passkeys" />
        <Item title={t('phones')} to="/me/phones" />
        <Item title={t('sessions')} to="/me/sessions" />
        <Item title={t('tokens')} to="/me/tokens" />
      </List>
      <Problem problem={leave.problem} />
      <Button isBusy={leave.isBusy} onPress={() => void leave.run()}>
        {t('signOut')}
      </Button>
    </Page>
  );
}
