import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Show that it is you', 'Zeig, dass du es bist'],
  why: [
    'This changes who may do what, and your sign-in is older than five minutes.',
    'Das ändert, wer was darf, und deine Anmeldung ist älter als fünf Minuten.',
  ],
  password: ['Password of {name}', 'Passwort von {name}'],
  code: ['Code', 'Code'],
  codeHint: [
    'Of your app; leave it empty if you use none.',
    'Aus deiner App; leer lassen, wenn du keine nutzt.',
  ],
  go: ['Go on', 'Weiter'],
});
