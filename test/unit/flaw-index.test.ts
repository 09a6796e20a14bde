import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const TESTS = join(import.meta.dirname, '..');

test('each flaw of others has a test of that name', () => {
  const rows = readFileSync(join(TESTS, 'flaws.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Flaw'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  assert.ok(rows.length > 20);
  for (const [, flaw, file, name = ''] of rows) {
    const text = readFileSync(join(TESTS, `${file}.test.ts`), 'utf8');
    const isThere = [`test('${name}`, `test(\`${name}`, `describe('${name}`].some((start) =>
      text.includes(start),
    );
    assert.ok(isThere, `${flaw}: ${file} has no test "${name}"`);
  }
});
