import type { ComponentChild } from 'preact';
import { render } from 'preact';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import './ui/ui.css';
import { effect } from '@preact/signals';
import { showTheme } from './theme/theme.ts';
import { language } from './words/words.ts';

/** What every entry does: theme and language first, then its own page into `#app`. */
export function start(app: ComponentChild): void {
  showTheme();
  effect(() => {
    document.documentElement.lang = language.value;
  });
  const root = document.getElementById('app');
  if (root !== null) render(app, root);
}
