import { useLive } from '../live/use-live.ts';
import { api, isAdministrator, me, signOut } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Item, List } from '../ui/list.tsx';
import { Page } from '../ui/page.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { t as system } from './system-words.ts';
import { t } from './words.ts';

/** The box itself, and what belongs to whoever is signed in. */
export function KitPage() {
  const leave = useAction(signOut);
  return (
    <Page title={t('title')}>
      <List>
        {isAdministrator.value && <AdministratorRows />}
        <Item title={t('account')} more={me.value?.username} to="/me" />
        <Item title={t('look')} to="/kit/look" />
        {isAdministrator.value && <Item title={t('about')} to="/kit/about" />}
      </List>
      <Problem problem={leave.problem} />
      <Button isBusy={leave.isBusy} onPress={() => void leave.run()}>
        {t('signOut')}
      </Button>
    </Page>
  );
}

function AdministratorRows() {
  // What the page behind the row lists, and not just what is worth a place on the start page.
  const checks = useLive(() => api('GET /api/doctor'), 0);
  const count = checks.state.value.data?.filter(({ state }) => state !== 'good').length;
  return (
    <>
      <Item
        title={t('warnings')}
        more={
          count === undefined ? undefined : count === 0 ? (
            t('allWell')
          ) : (
            <span class="careful">{t('someWarnings', { n: count })}</span>
          )
        }
        to="/kit/warnings"
      />
      <Item title={system('wifi')} to="/kit/wifi" />
      <Item title={t('time')} to="/kit/time" />
      <Item title={t('display')} to="/kit/display" />
      <Item title={system('power')} to="/kit/power" />
    </>
  );
}
