/** What a button or key asks for; what ● and ■ mean, the screen says (src/display). */
export type Action =
  | 'first'
  | 'second'
  | 'approve'
  | 'refuse'
  | 'open-pairing'
  | 'next-page'
  | 'set-aside'
  | 'end-recovery'
  | 'recover';

/**
 * Key codes of linux/input-event-codes.h. The two buttons of the kit are whatever the device tree overlay gives
 * them (`dtoverlay=gpio-key,gpio=17,keycode=28`); letters are for a keyboard.
 */
const KEYS: Readonly<Record<Action, readonly number[]>> = {
  // KEY_ENTER, KEY_PROG1, KEY_OK, KEY_SELECT, BTN_0, KEY_KPENTER
  first: [28, 148, 352, 353, 256, 96],
  // KEY_ESC, KEY_PROG2, KEY_CANCEL, KEY_BACK, BTN_1
  second: [1, 149, 223, 158, 257],
  // KEY_A, KEY_Y
  approve: [30, 21],
  // KEY_R
  refuse: [19],
  // KEY_P
  'open-pairing': [25],
  // KEY_N, KEY_SPACE, KEY_TAB, KEY_RIGHT, KEY_PAGEDOWN
  'next-page': [49, 57, 15, 106, 109],
  // KEY_S
  'set-aside': [31],
  // KEY_X
  'end-recovery': [45],
  // KEY_F8: a keyboard has no button to hold.
  recover: [66],
};

export const KEY_ACTIONS: ReadonlyMap<number, Action> = new Map(
  Object.entries(KEYS).flatMap(([action, codes]) => codes.map((code) => [code, action as Action])),
);
