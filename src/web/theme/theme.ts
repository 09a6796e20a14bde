import { signal } from '@preact/signals';

/** `auto` is dark or day, by the setting of the device; red night is only ever chosen. */
export const THEMES = ['auto', 'dark', 'day', 'red'] as const;
export type Theme = (typeof THEMES)[number];

const THEME_KEY = 'bivouac.theme';

export const theme = signal<Theme>(
  THEMES.find((known) => known === localStorage.getItem(THEME_KEY)) ?? 'auto',
);

/** Shows the theme; call once before anything is drawn, so that a dark tent stays dark. */
export function showTheme(wanted: Theme = theme.value): void {
  theme.value = wanted;
  if (wanted === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset['theme'] = wanted;
}

/** The same, kept for this browser. */
export function chooseTheme(wanted: Theme): void {
  localStorage.setItem(THEME_KEY, wanted);
  showTheme(wanted);
}
