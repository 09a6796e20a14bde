import './tv.css';
import { useEffect } from 'preact/hooks';
import { createKitDoor } from '../screen/kit-door.ts';
import { createScreenLife } from '../screen/screen-life.ts';
import { t as shared } from '../screen/words.ts';
import { Button } from '../ui/button.tsx';
import { Code } from '../ui/code.tsx';
import { Qr } from '../ui/qr.tsx';
import { countdown } from '../ui/times.ts';
import { useNow } from '../ui/use-now.ts';
import { TvBoard } from './tv-board.tsx';
import { t } from './words.ts';

const life = createScreenLife(createKitDoor('tv'), 'bivouac.tv');

/** A television: a code until somebody lets it in, then the team. */
export function Tv() {
  useEffect(() => {
    life.start();
  }, []);
  const standing = life.standing.value;
  switch (standing.at) {
    case 'board':
      return <TvBoard board={life.board.value} isLive={life.isLive.value} />;
    case 'code':
      return <Pairing address={standing.code.verification_uri} {...standing} />;
    case 'refused':
      return (
        <main class="tv-pair">
          <h1>{shared('refused')}</h1>
          <Button kind="main" onPress={life.again}>
            {shared('again')}
          </Button>
        </main>
      );
    default:
      return (
        <main class="tv-pair">
          <h1>{standing.at === 'no_code' ? shared('noCode') : shared('looking')}</h1>
          {standing.at === 'no_code' && <p>{standing.text}</p>}
        </main>
      );
  }
}

function Pairing({
  code,
  address,
  untilMs,
}: {
  code: { readonly user_code: string; readonly verification_uri_complete: string };
  address: string;
  untilMs: number;
}) {
  useNow();
  return (
    <main class="tv-pair">
      <h1>{t('title')}</h1>
      <Qr text={code.verification_uri_complete} label={t('qr', { address })} />
      <Code code={code.user_code} />
      <p>
        {t('scan')} <span class="code">{address}</span>
      </p>
      <p class="quiet">
        {t('compare')} {t('left', { left: countdown(untilMs - performance.now()) })}
      </p>
      {!life.isLive.value && (
        <p class="careful" role="status">
          {shared('lost')}
        </p>
      )}
    </main>
  );
}
