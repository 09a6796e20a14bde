import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiPage, describedApp } from '../../scripts/api-page.ts';
import { DIALECTS, testOf } from '../../scripts/dialect-endpoints.ts';

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

/** Ways of RFC 8628 and 7009: of no document of the five. */
const OAUTH = [
  'GET /.well-known/oauth-authorization-server',
  'POST /oauth/device_authorization',
  'POST /oauth/revoke',
];

test('every route in the words of another server is in its table, once, and in no other', () => {
  const listed = DIALECTS.flatMap((dialect) => [...testOf(dialect).keys()]);
  assert.equal(new Set(listed).size, listed.length);
  const foreign = describedApp()
    .routes.filter(({ access }) => access.refusal !== undefined)
    .map(({ method, path }) => `${method} ${path}`)
    .filter((name) => !OAUTH.includes(name));
  assert.deepEqual(
    foreign.filter((name) => !listed.includes(name)),
    [],
  );
});

test('the test that a table names asks for what the table says', () => {
  for (const dialect of DIALECTS) {
    const rows = [
      ...testOf(dialect),
      ...(dialect.others ?? []).map((one) => [one.endpoint, one.test] as const),
    ];
    for (const [name, file] of rows) {
      const text = readFileSync(join(import.meta.dirname, '..', `${file}.test.ts`), 'utf8');
      const words = name.split(/[\s/`,<>()]+/).filter((word) => /^[\w-]{2,}$/.test(word));
      // Methods may be the default of the helper, and a part of a path may come from a constant.
      const last = words.at(-1) ?? '';
      const wanted = /^(GET|POST|PUT|DELETE|OPTIONS)$/.test(last) ? '' : last;
      assert.ok(text.includes(wanted), `${file} says nothing of ${name}`);
    }
  }
});
