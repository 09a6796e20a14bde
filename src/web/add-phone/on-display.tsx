import { ApiProblem } from '../api/problem.ts';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

/** The code on the display of the kit as well, for whoever stands there: it is larger than a phone, and needs no hand. */
export function OnDisplay({
  isShown,
  isBusy,
  onShow,
  onHidden,
}: {
  isShown: boolean;
  isBusy: boolean;
  /** Asks for an invitation that the display shows too. */
  onShow: () => void;
  onHidden: () => void;
}) {
  const display = useLive(() => api('GET /api/display'), 0).state.value;
  const hide = useAction(async () => {
    await api('DELETE /api/display/invitation');
    onHidden();
  });
  if (isShown) {
    return (
      <div class="stack tight">
        <p class="well" role="status">
          <span aria-hidden="true">✓ </span>
          {t('onDisplay')}
        </p>
        <Button isBusy={hide.isBusy} onPress={() => void hide.run()}>
          {t('offDisplay')}
        </Button>
        <Problem problem={hide.problem} />
      </div>
    );
  }
  const isOff = display.problem instanceof ApiProblem && display.problem.code === 'display.off';
  return (
    <div class="stack tight">
      <Button isDisabled={display.data === undefined} isBusy={isBusy} onPress={onShow}>
        {t('showOnDisplay')}
      </Button>
      {isOff && <p class="quiet small">{t('noDisplay')}</p>}
    </div>
  );
}
