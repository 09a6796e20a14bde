import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSecrets } from '../../src/auth/without-secrets.ts';

const content = (text: string) => withoutSecrets({ endpoint: '/', content: text }).content;
const endpoint = (text: string) => withoutSecrets({ endpoint: text, content: '' }).endpoint;

test('values are replaced by the name of their field, at any depth', () => {
  assert.equal(
    content('{"username":"a","password":"canary","deep":[{"Token":"canary","x":1}],"auth":{"any":"canary"}}'),
    '{"username":"a","password":"***","deep":[{"Token":"***","x":1}],"auth":"***"}',
  );
  assert.equal(
    content('{"new_password":"canary","websocketkey":"canary","two_fa_code":"canary"}').includes('canary'),
    false,
  );
});

test('that there was nothing is no secret', () => {
  assert.equal(content('{"password":"","token":null}'), '{"password":"","token":null}');
});

test('a form and a query are read like an object', () => {
  assert.equal(content('username=a&password=canary&x=1'), 'username=a&password=***&x=1');
  assert.equal(endpoint('/d/a?token=canary&x=1'), '/d/a?token=***&x=1');
  assert.equal(endpoint('/d/a?p%61ssword=canary'), '/d/a?p%61ssword=***');
  assert.equal(endpoint('/d/a?%E0%A4=canary'), '/d/a?%E0%A4=***', 'a broken name may be any');
  assert.equal(endpoint('/d/a'), '/d/a');
});

test('what nobody can read is not kept', () => {
  for (const text of ['<auth password="canary"/>', 'canary', '{"password":"canary"', 'x'.repeat(70_000)]) {
    assert.equal(content(text), `(${text.length} characters)`);
  }
  assert.equal(content('  '), '');
  let deep = '"canary"';
  for (let i = 0; i < 30; i += 1) deep = `[${deep}]`;
  assert.ok(!content(deep).includes('canary'));
});
