import { useEffect, useState } from 'preact/hooks';
import { useLive } from '../live/use-live.ts';
import { api } from '../session/session.ts';
import { Page } from '../ui/page.tsx';
import { Shown } from '../ui/states.tsx';
import { t } from './words.ts';

/** The display of the kit changes by the second at the most. */
const PICTURE_MS = 2_000;

/** What the display of the kit shows now, but for the codes that only people before it may know. */
export function DisplayPage() {
  const picture = useLive(() => api('GET /api/display/picture'), PICTURE_MS);
  return (
    <Page title={t('display')} back="/kit">
      <Shown of={picture}>{(blob) => <Picture blob={blob} />}</Shown>
      <p class="quiet small">{t('displayText')}</p>
    </Page>
  );
}

function Picture({ blob }: { blob: Blob }) {
  const [address, setAddress] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address === '' ? null : <img class="display" src={address} alt={t('displayAlt')} />;
}
