import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { ScreenId } from '../scene.ts';
import { renderText } from '../text/render-text.ts';
import type { TextScene } from '../text/text-scene.ts';

/** Where words are put. */
export interface TextSink {
  readonly kind: 'text';
  show(scene: TextScene): void;
}

const CLEAR = '\x1b[H\x1b[2J\x1b[3J';

/** What somebody who started the kit by hand must see, even if they asked for no display. */
const NEEDED: readonly ScreenId[] = ['first-boot', 'pairing', 'approval', 'recovery'];

/** True when this process has a controlling terminal; a service has none. */
export function hasTerminal(path = '/dev/tty'): boolean {
  return writeTo(path, '');
}

/**
 * The controlling terminal, never stdout or stderr, which belong to the log. `screen` draws each scene in the place
 * of the last one. `paper` prints below what is there, only what a person must see, and only when it says something
 * new: the terminal may be full of other things.
 */
export function createTerminalSink(mode: 'screen' | 'paper', path = '/dev/tty'): TextSink {
  let printed = '';
  return {
    kind: 'text',
    show(scene) {
      if (mode === 'screen') {
        writeTo(path, CLEAR + renderText(scene));
        return;
      }
      const words = NEEDED.includes(scene.screen) ? JSON.stringify([scene.title, scene.blocks]) : '';
      if (words === printed) return;
      printed = words;
      // Keys are read on a screen only.
      if (words !== '') writeTo(path, renderText({ ...scene, keys: [], side: '' }));
    },
  };
}

/** Never waits: a terminal that is stopped (Ctrl-S) must not stop the server. */
function writeTo(path: string, text: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    if (text !== '') writeSync(file, text);
    return true;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
