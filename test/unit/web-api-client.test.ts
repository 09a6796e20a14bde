import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiClientTypes } from '../../scripts/api-client.ts';
import { describedApp } from '../../scripts/api-page.ts';

test('the pages know the calls of the API as they are', () => {
  const written = readFileSync(join(import.meta.dirname, '../../src/web/api/generated.ts'), 'utf8');
  // Not assert.equal: it would print both files whole.
  assert.ok(written === apiClientTypes(describedApp()), 'run `make docs`');
});
