import { createWords } from '../words/words.ts';

export const t = createWords({
  wifi: ['Wi-Fi', 'WLAN'],
  absent: [
    'This machine has no Wi-Fi that the kit runs.',
    'Diese Maschine hat kein WLAN, das das Kit betreibt.',
  ],
  off: ['Off', 'Aus'],
  starting: ['Starting', 'Startet'],
  on: ['On', 'An'],
  failed: ['It did not start', 'Es ist nicht gestartet'],
  stations: ['{n} device in it|{n} devices in it', '{n} Gerät darin|{n} Geräte darin'],
  who: ['Devices in it', 'Geräte darin'],
  join: ['Scan to join', 'Scannen zum Mitmachen'],
  qr: ['QR code that joins the Wi-Fi', 'QR-Code, der ins WLAN führt'],
  address: ['Address of the kit', 'Adresse des Kits'],
  isOn: ['The Wi-Fi is on', 'Das WLAN ist an'],
  name: ['Name', 'Name'],
  passphrase: ['Passphrase', 'Passwort des WLANs'],
  passphraseHint: [
    '8 to 63 characters. Every phone has to join again after a change.',
    '8 bis 63 Zeichen. Nach einer Änderung muss jedes Telefon neu hinein.',
  ],
  country: ['Country', 'Land'],
  countryHint: ['Two letters: its rules for radio hold.', 'Zwei Buchstaben: seine Funkregeln gelten.'],
  channel: ['Channel', 'Kanal'],
  channelHint: ['0: the kit chooses.', '0: das Kit wählt.'],
  clientsMayTalk: [
    'Devices reach each other, not the kit alone',
    'Geräte erreichen einander, nicht nur das Kit',
  ],
  save: ['Save', 'Sichern'],
  saved: [
    'Saved. The Wi-Fi starts anew; this phone may have to join again.',
    'Gesichert. Das WLAN startet neu; dieses Telefon muss vielleicht wieder hinein.',
  ],
  power: ['Power', 'Strom'],
  powerNot: ['The kit may not switch this machine.', 'Das Kit darf diese Maschine nicht schalten.'],
  restart: ['Restart', 'Neu starten'],
  restartText: [
    'A minute without the kit. Phones come back by themselves.',
    'Eine Minute ohne Kit. Telefone kommen von selbst wieder.',
  ],
  turnOff: ['Switch off', 'Ausschalten'],
  turnOffText: [
    'Everybody loses the map. To switch it on again, somebody has to go to the kit.',
    'Alle verlieren die Karte. Zum Einschalten muss jemand zum Kit gehen.',
  ],
  sure: ['Do it now?', 'Jetzt?'],
  ordered: ['It is on its way.', 'Es ist unterwegs.'],
});
