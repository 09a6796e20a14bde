import { computed, signal } from '@preact/signals';
import { fill, type Values } from './fill.ts';

/** Languages of the pages, in the order in which `createWords` takes them. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text in each language. `one|other` where a number `{n}` decides; `{name}` stands for what is filled in. */
export type Text = readonly [en: string, de: string];

const LANGUAGE_KEY = 'bivouac.language';

export const language = signal<Language>(firstLanguage());

/** Sets the language for this browser. */
export function speak(wanted: Language): void {
  language.value = wanted;
  localStorage.setItem(LANGUAGE_KEY, wanted);
}

function firstLanguage(): Language {
  if (typeof document === 'undefined') return 'en';
  const wanted = [localStorage.getItem(LANGUAGE_KEY), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return (
    LANGUAGES.find((known) => known === wanted.find((tag) => LANGUAGES.some((one) => one === tag))) ?? 'en'
  );
}

const pluralRules = computed(() => new Intl.PluralRules(language.value));

/**
 * The words of one part of the pages: `const t = createWords({ lost: ['Lost the kit', 'Kit verloren'] })`, then
 * `t('lost')`. Parts keep their own tables, so that an entry carries no words of another.
 */
export function createWords<K extends string>(table: Readonly<Record<K, Text>>) {
  return (key: K, values: Values = {}): string => {
    const text = table[key][LANGUAGES.indexOf(language.value)] ?? table[key][0];
    return fill(text, values, (n) => pluralRules.value.select(n));
  };
}
