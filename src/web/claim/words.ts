import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Make this kit yours', 'Dieses Kit übernehmen'],
  intro: [
    'Nobody looks after {kit} yet. The code on its display makes you its first administrator.',
    'Noch kümmert sich niemand um {kit}. Der Code auf seiner Anzeige macht dich zum ersten Administrator.',
  ],
  code: ['Code on the display', 'Code auf der Anzeige'],
  codeHint: [
    'Eight letters. A kit without a display says it by `bivouac setup code`.',
    'Acht Buchstaben. Ein Kit ohne Anzeige nennt ihn mit `bivouac setup code`.',
  ],
  codeIsThere: ['Taken from what you scanned.', 'Aus dem gescannten Code übernommen.'],
  username: ['Your user name', 'Dein Benutzername'],
  usernameHint: ['With it you sign in from now on.', 'Damit meldest du dich künftig an.'],
  password: ['New password', 'Neues Passwort'],
  ruleLength: ['{n} character or more|{n} characters or more', '{n} Zeichen oder mehr|{n} Zeichen oder mehr'],
  ruleChars: ['None of these: {chars}', 'Keines von diesen: {chars}'],
  ruleGuess: [
    'Nothing that is easy to guess: four words that have nothing to do with each other are good',
    'Nichts, was leicht zu erraten ist: vier Wörter, die nichts miteinander zu tun haben, sind gut',
  ],
  met: ['done', 'erfüllt'],
  unmet: ['missing', 'fehlt'],
  claim: ['Take over', 'Übernehmen'],
  recoverTitle: ['New password for an administrator', 'Neues Passwort für einen Administrator'],
  recoverIntro: [
    'Hold the button of the kit until its display shows a code. With the code, an administrator gets a new password.',
    'Den Knopf am Kit halten, bis die Anzeige einen Code zeigt. Mit dem Code bekommt ein Administrator ein neues Passwort.',
  ],
  recoverName: ['User name of the administrator', 'Benutzername des Administrators'],
  recover: ['Set the password', 'Passwort setzen'],
});
