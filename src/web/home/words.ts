import { createWords } from '../words/words.ts';

export const t = createWords({
  onMap: ['on the map', 'auf der Karte'],
  quiet: ['{n} quiet for 5 min or more', '{n} seit 5 min oder länger still'],
  allHeard: ['all heard in the last 5 min', 'alle in den letzten 5 min gehört'],
  addPhone: ['Add a phone', 'Telefon hinzufügen'],
  pairScreen: ['Pair a screen', 'Anzeige koppeln'],
  noPhones: [
    'Nobody is on the map yet. Add the first phone: it takes a minute.',
    'Noch ist niemand auf der Karte. Füg das erste Telefon hinzu: eine Minute reicht.',
  ],
  nobody: ['Nobody is on the map.', 'Niemand ist auf der Karte.'],
  roster: ['Who is on the map', 'Wer auf der Karte ist'],
  ago: ['{age} ago', 'vor {age}'],
  now: ['now', 'jetzt'],
  moreWarnings: ['{n} more|{n} more', '{n} weitere|{n} weitere'],
  look: ['Look at it', 'Ansehen'],
  wantsToJoin: ['A screen wants to join', 'Eine Anzeige will mitmachen'],
  wantsText: [
    '{name}, at {remote}. Type the code that it shows.',
    '{name}, bei {remote}. Tipp den Code, den sie zeigt.',
  ],
  emergency: ['Emergency: {callsign}', 'Notfall: {callsign}'],
  unnamed: ['Not yet named', 'Noch ohne Namen'],
});
