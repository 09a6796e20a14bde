import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Channels', 'Kanäle'],
  text: [
    'Who shares a channel sees and reaches each other.',
    'Wer einen Kanal teilt, sieht und erreicht sich gegenseitig.',
  ],
  none: [
    'There is no channel yet. It comes with the first phone.',
    'Noch gibt es keinen Kanal. Er kommt mit dem ersten Telefon.',
  ],
  members: ['{n} in it|{n} in it', '{n} darin|{n} darin'],
  others: [
    'And {n} screen or program.|And {n} screens or programs.',
    'Dazu {n} Anzeige oder Programm.|Dazu {n} Anzeigen oder Programme.',
  ],
  inIt: ['In it', 'Darin'],
  nobody: ['Nobody. A person’s page lets them in.', 'Niemand. Die Seite einer Person lässt sie herein.'],
  rights: ['Its members may also', 'Wer darin ist, darf auch'],
  rightsText: [
    'It adds to what a person’s role allows, and never takes anything away. Administrators may everything.',
    'Das kommt zu dem dazu, was die Rolle erlaubt, und nimmt nie etwas weg. Administratoren dürfen alles.',
  ],
  auditlog: ['Read the audit log', 'Das Prüfprotokoll lesen'],
  monitoring: ['See devices of every channel', 'Geräte aller Kanäle sehen'],
  forPrograms: ['For programs that speak RPort', 'Für Programme, die RPort sprechen'],
  forProgramsText: [
    'They are told these by the kit, which has nothing of the kind itself.',
    'Das Kit sagt sie ihnen weiter; selbst hat es nichts davon.',
  ],
  tunnels: ['Tunnels', 'Tunnel'],
  scripts: ['Scripts', 'Skripte'],
  commands: ['Commands', 'Befehle'],
  vault: ['Vault', 'Tresor'],
  scheduler: ['Scheduler', 'Zeitplaner'],
  uploads: ['Uploads', 'Hochladen'],
  save: ['Save', 'Sichern'],
  saved: ['Saved.', 'Gesichert.'],
  remove: ['Remove this channel', 'Diesen Kanal entfernen'],
  removeText: [
    'Everybody leaves it. Their phones reconnect without it, and no longer see each other there.',
    'Alle verlassen ihn. Ihre Telefone verbinden sich ohne ihn neu und sehen einander dort nicht mehr.',
  ],
  removeSure: ['Remove {name}?', '{name} entfernen?'],
  removeNow: ['Remove', 'Entfernen'],
  removed: ['{name} is removed.', '{name} ist entfernt.'],
  unknown: ['There is no such channel.', 'Diesen Kanal gibt es nicht.'],
});
