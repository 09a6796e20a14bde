import { qrModules } from '../qr-modules.ts';
import type { TextBlock, TextScene } from './text-scene.ts';

const INDENT = '  ';
/** Narrow enough for a terminal of 80 columns with the indent on both sides. */
const WIDTH = 76;

const RESET = '\x1b[0m';
const BOLD = '\x1b[1m';
const FAINT = '\x1b[2m';
/** Black on bright white, whatever the terminal's colours: a QR code is dark on light. */
const DARK_ON_LIGHT = '\x1b[30;107m';

/** A scene as the text that a terminal is sent. */
export function renderText({ title, side, blocks, keys }: TextScene): string {
  const head = `${BOLD}${clean(title)}${RESET}${' '.repeat(Math.max(2, WIDTH - title.length - side.length))}${FAINT}${clean(side)}${RESET}`;
  const foot = keys.map(([key, does]) => `${BOLD}${key}${RESET} ${does}`).join('   ');
  const lines = ['', head, '', ...blocks.flatMap(blockLines), ...(foot === '' ? [] : ['', foot]), ''];
  return lines.map((line) => (line === '' ? '\n' : `${INDENT}${line}\n`)).join('');
}

function blockLines(block: TextBlock): readonly string[] {
  switch (block.kind) {
    case 'gap':
      return [''];
    case 'line': {
      const mark = { plain: '', strong: BOLD, quiet: FAINT }[block.tone];
      return wrap(clean(block.text)).map((line) => `${mark}${line}${mark === '' ? '' : RESET}`);
    }
    case 'code':
      return ['', `${BOLD}    ${[...clean(block.text)].join(' ')}${RESET}`, ''];
    case 'row': {
      const left = clean(block.left).slice(0, WIDTH - 10);
      return [`${left.padEnd(WIDTH - 8)}${clean(block.right).padStart(8)}`];
    }
    case 'qr':
      return ['', ...halfBlocks(block.text), `${FAINT}${clean(block.caption)}${RESET}`, ''];
  }
}

/**
 * Names come from strangers: what moves a terminal's cursor, changes its colours or its title (ECMA-48 control
 * characters, C0 and C1) is dropped.
 */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '');
}

function wrap(text: string): string[] {
  const indent = /^[\s!\d]*\s/.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of text.slice(indent.length).split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length + indent.length > WIDTH && current !== '') {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  lines.push(current);
  return lines.map((line, index) => (index === 0 ? indent : ' '.repeat(indent.length)) + line);
}

/** Two rows of modules in one line: the upper half of a character in ink, the lower in its ground, or both. */
function halfBlocks(text: string): string[] {
  const modules = qrModules(text, 'low');
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? [];
    const lower = modules[y + 1];
    const line = upper.map((isDark, x) => HALVES[(isDark ? 1 : 0) + (lower?.[x] === true ? 2 : 0)]);
    lines.push(`${DARK_ON_LIGHT}${line.join('')}${RESET}`);
  }
  return lines;
}

/** By what is dark: nothing, above, below, both. */
const HALVES = [' ', '▀', '▄', '█'];
