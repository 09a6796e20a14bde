import { createWords } from '../words/words.ts';

export const t = createWords({
  registerTitle: ['Make an account', 'Konto anlegen'],
  registerIntro: [
    'Everybody may make an account on {kit}. A link that comes by mail confirms the address.',
    'Auf {kit} darf jeder ein Konto anlegen. Ein Link, der per Mail kommt, bestätigt die Adresse.',
  ],
  username: ['User name', 'Benutzername'],
  usernameHint: [
    'Short and without spaces is easiest: it is typed on phones.',
    'Kurz und ohne Leerzeichen: er wird auf Telefonen getippt.',
  ],
  email: ['E-mail address', 'E-Mail-Adresse'],
  password: ['Password', 'Passwort'],
  register: ['Make the account', 'Konto anlegen'],
  sent: ['A mail to {email} is on its way', 'Eine Mail an {email} ist unterwegs'],
  sentConfirm: [
    'Open the link in it within a day. Where nothing comes, look among the unwanted mails, and at the address above.',
    'Den Link darin innerhalb eines Tages öffnen. Kommt nichts: im Spam nachsehen, und ob die Adresse oben stimmt.',
  ],
  sendAgain: ['Send it again', 'Noch einmal senden'],
  confirmTitle: ['Confirm your address', 'Adresse bestätigen'],
  confirmIntro: [
    'An account on {kit} was made with your e-mail address. If it was not you, close this page.',
    'Mit deiner E-Mail-Adresse wurde ein Konto auf {kit} angelegt. Warst du das nicht, schließ diese Seite.',
  ],
  confirm: ['It was me, confirm it', 'Das war ich, bestätigen'],
  confirmed: ['Your address is confirmed', 'Deine Adresse ist bestätigt'],
  signInNow: ['You can sign in as {name} now.', 'Du kannst dich jetzt als {name} anmelden.'],
  signIn: ['Sign in', 'Anmelden'],
  noLink: [
    'This page takes the link of a mail. Open it once more, or have another mail sent.',
    'Diese Seite gehört zum Link einer Mail. Öffne ihn noch einmal, oder lass eine neue Mail senden.',
  ],
  another: ['Send another mail', 'Neue Mail senden'],
  forgotTitle: ['Password lost', 'Passwort verloren'],
  forgotByMail: ['Send me a link', 'Link senden'],
  sentReset: [
    'If an account has this address. The link in it sets a new password, for half an hour.',
    'Falls ein Konto diese Adresse hat. Der Link darin setzt ein neues Passwort, eine halbe Stunde lang.',
  ],
  forgotAskTitle: ['Ask an administrator', 'Einen Administrator fragen'],
  forgotAsk: [
    'Who looks after the kit gives anybody a new one: People, your name, Signing in.',
    'Wer sich um das Kit kümmert, gibt jedem ein neues: Leute, dein Name, Anmeldung.',
  ],
  forgotMineTitle: ['You are the administrator', 'Du bist der Administrator'],
  forgotMine: ['With the code of the kit’s display', 'Mit dem Code der Anzeige am Kit'],
  forgotMineText: [
    'You stand before the kit and can hold its button.',
    'Du stehst am Kit und kannst seinen Knopf halten.',
  ],
  newTitle: ['New password', 'Neues Passwort'],
  set: ['Set the password', 'Passwort setzen'],
  changed: ['Your password is changed', 'Dein Passwort ist geändert'],
  changedText: [
    'Whoever was signed in as {name} is out. Sign in with the new one.',
    'Wer als {name} angemeldet war, ist draußen. Melde dich mit dem neuen an.',
  ],
});
