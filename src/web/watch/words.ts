import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Watch', 'Uhr'],
  open: ['On a signed-in phone: Screens, Pair a screen', 'Am angemeldeten Telefon: Anzeigen, koppeln'],
  calm: ['No alert', 'Kein Alarm'],
  colours: ['Colours', 'Farben'],
  nearest: ['Near', 'Nah'],
  last: ['Heard last', 'Zuletzt gehört'],
  where: ['Show distances', 'Entfernungen'],
  next: ['Next', 'Weiter'],
  key: ['Key {key}', 'Taste {key}'],
  erase: ['Erase', 'Löschen'],
});
