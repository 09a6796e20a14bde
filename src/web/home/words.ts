import { createWords } from '../words/words.ts';

export const t = createWords({
  onMap: ['on the map', 'auf der Karte'],
  signedInAs: ['Signed in as {name}', 'Angemeldet als {name}'],
});
