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
 * new: the terminal may be full of other things. Of a screen that has another code by now, only that is printed.
 */
export function createTerminalSink(mode: 'screen' | 'paper', path = '/dev/tty'): TextSink {
  let printed: { readonly scene: TextScene; readonly words: string } | undefined;
  return {
    kind: 'text',
    show(scene) {
      if (mode === 'screen') {
        writeTo(path, CLEAR + renderText(scene));
        return;
      }
      if (!NEEDED.includes(scene.screen)) {
        printed = undefined;
        return;
      }
      const words = JSON.stringify([scene.requestId, scene.title, scene.blocks]);
      if (words === printed?.words) return;
      const isAgain = printed !== undefined && isSame(printed.scene, scene);
      const blocks = isAgain ? scene.blocks.filter(({ kind }) => kind === 'code') : scene.blocks;
      printed = { scene, words };
      // Keys are read on a screen only.
      writeTo(path, renderText({ ...scene, blocks, keys: [], side: '' }));
    },
  };
}

/** The same screen with the same words, but for codes. */
function isSame(one: TextScene, other: TextScene): boolean {
  const frame = ({ screen, requestId, blocks }: TextScene) =>
    JSON.stringify([screen, requestId, blocks.filter(({ kind }) => kind !== 'code' && kind !== 'qr')]);
  return frame(one) === frame(other);
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
