import { useLive } from '../live/use-live.ts';
import { api, me, setup } from '../session/session.ts';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { t } from './words.ts';

const STATUS_MS = 5_000;

export function HomePage() {
  const status = useLive(() => api('GET /api/status'), STATUS_MS);
  return (
    <Page title={setup.value?.kitName ?? 'Bivouac'}>
      <Shown of={status}>
        {({ connectedClients }) => (
          <p>
            {connectedClients} {t('onMap')}
          </p>
        )}
      </Shown>
      <p class="quiet">{t('signedInAs', { name: me.value?.username ?? '' })}</p>
    </Page>
  );
}
