import './watch.css';
import { useEffect, useState } from 'preact/hooks';
import { createKitDoor } from '../screen/kit-door.ts';
import { createScreenLife } from '../screen/screen-life.ts';
import { t as shared } from '../screen/words.ts';
import { chooseTheme, theme } from '../theme/theme.ts';
import { groupedCode } from '../ui/grouped-code.ts';
import { Keys } from './keys.tsx';
import { placeAsBefore } from './own-place.ts';
import { WatchBoard } from './watch-board.tsx';
import { t } from './words.ts';

const life = createScreenLife(createKitDoor('watch'), 'bivouac.watch');

/** A watch: types the kit's code or shows one; then the next alert and who is near. */
export function Watch() {
  const [isTyping, setTyping] = useState(false);
  useEffect(() => {
    life.start();
    placeAsBefore();
  }, []);
  const standing = life.standing.value;
  if (standing.at === 'board') {
    return <WatchBoard board={life.board.value} isLive={life.isLive.value} onColours={nextTheme} />;
  }
  if (isTyping) {
    return (
      <main class="watch">
        <h1 class="hidden">{shared('typeKit')}</h1>
        <Keys
          onCode={async (code) => {
            await life.type(code);
            setTyping(false);
          }}
        />
        <button type="button" class="link" onClick={() => setTyping(false)}>
          {shared('showCode')}
        </button>
      </main>
    );
  }
  return (
    <main class="watch">
      {standing.at === 'code' ? (
        <>
          <h1 class="hidden">{t('title')}</h1>
          <p class="shown code">{groupedCode(standing.code.user_code)}</p>
          <p class="quiet small">{t('open')}</p>
        </>
      ) : (
        <h1>
          {standing.at === 'refused'
            ? shared('refused')
            : shared(standing.at === 'start' ? 'looking' : 'noCode')}
        </h1>
      )}
      {standing.at === 'refused' && (
        <button type="button" class="link" onClick={life.again}>
          {shared('again')}
        </button>
      )}
      {!life.isLive.value && standing.at === 'code' && (
        <p class="careful small" role="status">
          {shared('lost')}
        </p>
      )}
      <button type="button" class="link" onClick={() => setTyping(true)}>
        {shared('typeKit')}
      </button>
    </main>
  );
}

/** Dark, red night, day: one tap each. */
function nextTheme(): void {
  chooseTheme(theme.peek() === 'red' ? 'day' : theme.peek() === 'day' ? 'dark' : 'red');
}
