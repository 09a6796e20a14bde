import { createWords } from '../words/words.ts';

/** Words of the components that every page shares. */
export const t = createWords({
  back: ['Back', 'Zurück'],
  close: ['Close', 'Schließen'],
  cancel: ['Cancel', 'Abbrechen'],
  undo: ['Undo', 'Rückgängig'],
  tryAgain: ['Try again', 'Noch einmal'],
  copy: ['Copy', 'Kopieren'],
  copied: ['Copied', 'Kopiert'],
  lost: ['Lost the kit, trying again', 'Kit verloren, neuer Versuch'],
  lostAdvice: [
    'What you see may be old. Stay in its Wi-Fi; nothing needs to be typed again.',
    'Das Gezeigte kann veraltet sein. Im WLAN des Kits bleiben; nichts muss neu getippt werden.',
  ],
  lostCall: ['No answer from the kit', 'Keine Antwort vom Kit'],
  lostCallAdvice: [
    'Nothing was changed, as far as is known. Check that this device is in the Wi-Fi of the kit, then try again.',
    'Soweit bekannt, wurde nichts geändert. Prüfen, ob dieses Gerät im WLAN des Kits ist, dann noch einmal.',
  ],
  refused: ['You may not see this', 'Das darfst du nicht sehen'],
  refusedAdvice: [
    'An administrator can. Ask whoever looks after the kit.',
    'Ein Administrator darf es. Frag, wer sich um das Kit kümmert.',
  ],
  failed: ['That did not work', 'Das ging nicht'],
  failedAdvice: [
    'If it stays so, tell whoever looks after the kit this code: {code}',
    'Bleibt es so, sag dem, der sich um das Kit kümmert, diesen Code: {code}',
  ],
  waitFor: [
    'Try again in {n} second.|Try again in {n} seconds.',
    'In {n} Sekunde noch einmal.|In {n} Sekunden noch einmal.',
  ],
  loading: ['Loading', 'Lädt'],
  timeLeft: ['Time left', 'Verbleibende Zeit'],
  showPassword: ['Show', 'Zeigen'],
  hidePassword: ['Hide', 'Verbergen'],
});
