import { createWords } from '../words/words.ts';

export const t = createWords({
  title: ['Sign in', 'Anmelden'],
  username: ['User name', 'Benutzername'],
  usernameOrEmail: ['User name or e-mail address', 'Benutzername oder E-Mail-Adresse'],
  register: ['Make an account', 'Konto anlegen'],
  password: ['Password', 'Passwort'],
  remember: ['Stay signed in for 30 days', '30 Tage angemeldet bleiben'],
  signIn: ['Sign in', 'Anmelden'],
  byPasskey: ['Sign in with a passkey', 'Mit Passkey anmelden'],
  passkeyStopped: [
    'That was no passkey of this kit, or it was not confirmed.',
    'Das war kein Passkey dieses Kits, oder er wurde nicht bestätigt.',
  ],
  passkeyNotHere: [
    'Passkeys work where the kit is opened by its name, not by its address.',
    'Passkeys gehen, wo das Kit unter seinem Namen geöffnet ist, nicht unter seiner Adresse.',
  ],
  forgot: ['Password lost', 'Passwort verloren'],
  joinInstead: [
    'Bring a phone onto the map, or take the certificate',
    'Ein Telefon auf die Karte bringen, oder das Zertifikat holen',
  ],
  expired: [
    'This password has expired. It is good for one thing: setting a new one.',
    'Dieses Passwort ist abgelaufen. Es taugt noch dazu, ein neues zu setzen.',
  ],
  second: ['The second step', 'Der zweite Schritt'],
  secondFor: ['Signing in as {name}.', 'Anmeldung als {name}.'],
  totp: ['Code of your app', 'Code aus deiner App'],
  totpHint: ['Six digits, new every half minute.', 'Sechs Ziffern, jede halbe Minute neu.'],
  recovery_code: ['Recovery code', 'Wiederherstellungscode'],
  recoveryHint: [
    'One of the ten you wrote down. Each is good once.',
    'Einer der zehn notierten. Jeder gilt einmal.',
  ],
  sent: ['Code that was sent', 'Gesendeter Code'],
  sentTo: ['Sent to {target}.', 'Gesendet an {target}.'],
  go: ['Go on', 'Weiter'],
  otherWay: ['Another way', 'Ein anderer Weg'],
  byApp: ['With the code of my app', 'Mit dem Code meiner App'],
  byRecovery: ['With a recovery code', 'Mit einem Wiederherstellungscode'],
  bySent: ['Send me a code', 'Sende mir einen Code'],
  mustSetUp: [
    'This kit asks for a second factor. Scan this with an authenticator app, then type the code that the app shows.',
    'Dieses Kit verlangt einen zweiten Faktor. Mit einer Authenticator-App scannen, dann den gezeigten Code tippen.',
  ],
  secret: ['Or type this into the app', 'Oder das in die App tippen'],
  startAgain: ['Start again', 'Neu beginnen'],
  qrLabel: ['QR code for an authenticator app', 'QR-Code für eine Authenticator-App'],
});
