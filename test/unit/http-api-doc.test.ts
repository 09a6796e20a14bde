import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiPage, describedApp } from '../../scripts/api-page.ts';

test('docs/api.md says what the routes are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
  // Not assert.equal: it would print both pages whole.
  assert.ok(page === apiPage(describedApp()), 'run `make docs`');
});

test('every route of our own API is documented with a schema', () => {
  const app = describedApp();
  const document = app.openApiDocument() as { paths: Record<string, object> };
  const own = app.routes.filter(
    // What tells refusals in the words of another server is that server's.
    ({ path, access }) =>
      path.startsWith('/api/') && path !== '/api/openapi.json' && access.refusal === undefined,
  );
  assert.ok(own.length > 15);
  for (const { path } of own) {
    assert.ok(document.paths[path.replaceAll(/:(\w+)/g, '{$1}')], path);
  }
});
