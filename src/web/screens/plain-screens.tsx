import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Check } from '../ui/field.tsx';
import { Problem } from '../ui/problem.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from './words.ts';

const RULES_MS = 10_000;

/** Whether screens are let in that cannot take the certificate of the kit. */
export function PlainScreens() {
  const rules = useLive(() => api('GET /api/system/screens'), RULES_MS);
  const change = useAction(async (allowsPlainScreens: boolean) => {
    rules.set({ allowsPlainScreens });
    try {
      rules.set(await api('PUT /api/system/screens', { body: { allowsPlainScreens } }));
    } finally {
      await rules.refresh();
    }
  });
  const isAllowed = rules.state.value.data?.allowsPlainScreens;
  if (isAllowed === undefined) return null;
  return (
    <section class="stack">
      <h2>{t('plain')}</h2>
      <Check label={t('plainAllowed')} isChecked={isAllowed} onChange={(wanted) => void change.run(wanted)} />
      <p class="quiet">{t('plainText')}</p>
      <Problem problem={change.problem} />
    </section>
  );
}
