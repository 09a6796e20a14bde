import { createWords } from '../words/words.ts';

/** Words that the TV and the watch share. */
export const t = createWords({
  lost: ['Lost the kit, trying again', 'Kit verloren, neuer Versuch'],
  live: ['Connected', 'Verbunden'],
  emergency: ['Emergency', 'Notfall'],
  now: ['now', 'jetzt'],
  ago: ['{age} ago', 'vor {age}'],
  gone: ['left', 'weg'],
  quiet: ['quiet', 'still'],
  nobody: ['Nobody is on the map.', 'Niemand ist auf der Karte.'],
  refused: ['This screen was refused', 'Diese Anzeige wurde abgelehnt'],
  again: ['Ask again', 'Noch einmal fragen'],
  noCode: ['No code at the moment', 'Gerade kein Code'],
  looking: ['Looking for the kit', 'Sucht das Kit'],
  typeKit: ['Type the code of the kit', 'Den Code des Kits tippen'],
  code: ['Code', 'Code'],
  go: ['Go', 'Weiter'],
  showCode: ['Show a code', 'Code zeigen'],
});
