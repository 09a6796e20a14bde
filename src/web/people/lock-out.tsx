import type { Person } from '../api/generated.ts';
import { go } from '../router/router.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { notice, noticeWithUndo, UNDO_MS } from '../ui/toast.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** Locking out and letting in again, and deleting: out at once, gone only when nobody has taken it back. */
export function LockOut({ person, onChange }: { person: Person; onChange: () => Promise<void> }) {
  const { name, state } = person;
  const allow = (isEnabled: boolean) =>
    api('PATCH /api/people/{name}', { path: { name }, body: { isEnabled } });
  const letIn = async () => {
    await allow(true);
    notice(t('letInDone', { name }));
    await onChange();
  };
  const lock = useAction(async () => {
    await allow(false);
    noticeWithUndo(t('lockedOut', { name }), () => void letIn());
    await onChange();
  });
  const open = useAction(letIn);
  const remove = useAction(async () => {
    await allow(false);
    const timer = setTimeout(() => {
      api('DELETE /api/people/{name}', { path: { name } }).catch(() => notice(t('notRemoved', { name })));
    }, UNDO_MS);
    noticeWithUndo(t('removed', { name }), () => {
      clearTimeout(timer);
      if (state === 'enabled') void letIn();
    });
    go('/people');
  });
  return (
    <div class="stack">
      {state === 'disabled' ? (
        <Button kind="tall" isBusy={open.isBusy} onPress={() => void open.run()}>
          {t('letIn')}
        </Button>
      ) : (
        <div>
          <Button kind="destructive" isBusy={lock.isBusy} onPress={() => void lock.run()}>
            {t('lockOut')}
          </Button>
          <p class="quiet small">{t('lockOutText', { name })}</p>
        </div>
      )}
      <Problem problem={lock.problem ?? open.problem} />
      <div>
        <Button kind="destructive" isBusy={remove.isBusy} onPress={() => void remove.run()}>
          {t('remove', { name })}
        </Button>
        <p class="quiet small">{t('removeText')}</p>
      </div>
      <Problem problem={remove.problem} />
    </div>
  );
}
