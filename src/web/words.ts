import { createWords } from './words/words.ts';

export const t = createWords({
  home: ['Home', 'Start'],
  people: ['People', 'Leute'],
  screens: ['Screens', 'Anzeigen'],
  kit: ['Kit', 'Kit'],
  places: ['Places', 'Bereiche'],
  nothingHere: ['There is nothing here', 'Hier ist nichts'],
  nothingHereText: [
    'The address leads to no page of this kit.',
    'Die Adresse führt zu keiner Seite dieses Kits.',
  ],
  toHome: ['To the start', 'Zum Start'],
  certificatePort: ['This address is for apps', 'Diese Adresse ist für Apps'],
  certificatePortText: [
    'Here devices show their certificate, and nobody signs in. The pages for people are at the address without it:',
    'Hier weisen sich Geräte mit Zertifikat aus, niemand meldet sich an. Die Seiten für Menschen sind hier:',
  ],
});
