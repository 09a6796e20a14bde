import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Pair this TV', 'Diesen Fernseher koppeln'],
  scan: [
    'Scan with a phone that is signed in, or open',
    'Mit einem angemeldeten Telefon scannen, oder öffnen:',
  ],
  compare: [
    'Allow it only if this very code stands on the phone.',
    'Nur zulassen, wenn genau dieser Code auf dem Telefon steht.',
  ],
  left: ['{left} left', 'noch {left}'],
  qr: ['Code for a phone: {address}', 'Code für ein Telefon: {address}'],
  onMap: ['on the map', 'auf der Karte'],
  team: ['Team', 'Team'],
  map: ['Map', 'Karte'],
  chat: ['Chat', 'Chat'],
  noChat: ['Nobody has written yet.', 'Noch hat niemand geschrieben.'],
  page: ['{first} to {last} of {all}', '{first} bis {last} von {all}'],
});
