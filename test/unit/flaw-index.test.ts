import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const TESTS = join(import.meta.dirname, '..');

for (const [list, heading, rowsMin] of [
  ['flaws.md', 'Flaw', 20],
  ['lifetimes.md', 'What', 40],
] as const) {
  test(`each line of ${list} has a test of that name`, () => {
    const rows = readFileSync(join(TESTS, list), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith(`| ${heading} |`))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    assert.ok(rows.length > rowsMin);
    for (const cells of rows) {
      const [what, file, name = ''] = [cells[1], cells.at(-3), cells.at(-2)];
      const text = readFileSync(join(TESTS, `${file}.test.ts`), 'utf8');
      const isThere = [`test('${name}`, `test(\`${name}`, `describe('${name}`].some((start) =>
        text.includes(start),
      );
      assert.ok(isThere, `${what}: ${file} has no test "${name}"`);
    }
  });
}
