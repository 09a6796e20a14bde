import { chooseTheme, THEMES, theme } from '../theme/theme.ts';
import { Choices } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { LANGUAGES, language, speak } from '../words/words.ts';
import { t } from './words.ts';

const LANGUAGE_NAMES = { en: 'English', de: 'Deutsch' } as const;

/** Colours and language of this browser alone. */
export function LookPage() {
  return (
    <Page title={t('look')} back="/kit">
      <h2>{t('theme')}</h2>
      <Choices
        label={t('theme')}
        value={theme.value}
        options={THEMES.map((one) => [one, t(one)] as const)}
        onChange={chooseTheme}
      />
      <h2>{t('language')}</h2>
      <Choices
        label={t('language')}
        value={language.value}
        options={LANGUAGES.map((one) => [one, LANGUAGE_NAMES[one]] as const)}
        onChange={speak}
      />
    </Page>
  );
}
