import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainAddress } from '../../src/core/address.ts';
import { BivouacError } from '../../src/core/errors.ts';
import { createLog, silentLog } from '../../src/core/log.ts';
import { attachment } from '../../src/http/attachment.ts';
import { parseBasic } from '../../src/http/basic-credentials.ts';
import { errorResponse } from '../../src/http/errors.ts';

test('an expected failure says its code, its sentence and its facts', async () => {
  const response = errorResponse(new BivouacError('user.exists', undefined, { name: 'alice' }), silentLog);
  assert.equal(response.status, 409);
  assert.deepEqual(await response.json(), {
    error: { code: 'user.exists', message: 'A user of this name exists', details: { name: 'alice' } },
  });
});

test('an unexpected one says nothing but that it happened; the log says what', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  const response = errorResponse(new TypeError('secret path /etc/x'), log);
  assert.equal(response.status, 500);
  assert.deepEqual(await response.json(), {
    error: { code: 'internal', message: 'Something went wrong inside' },
  });
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /"ev":"http\.failed".*secret path/);
});

test('401 asks for credentials where the route wants them, 429 says when to come back', () => {
  const required = new BivouacError('auth.required');
  assert.equal(
    errorResponse(required, silentLog, 'Basic realm="x"').headers.get('www-authenticate'),
    'Basic realm="x"',
  );
  assert.equal(errorResponse(required, silentLog).headers.get('www-authenticate'), null);
  const delayed = new BivouacError('auth.delayed', undefined, { retryAfterSeconds: 2.1 });
  assert.equal(errorResponse(delayed, silentLog).headers.get('retry-after'), '3');
  const forbidden = new BivouacError('auth.forbidden');
  assert.equal(errorResponse(forbidden, silentLog, 'Basic').headers.get('www-authenticate'), null);
});

test('Basic credentials: UTF-8, colons in the password, any case of the scheme, nothing else', () => {
  const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.deepEqual(parseBasic(header('alice:a:b:')), { username: 'alice', password: 'a:b:' });
  assert.deepEqual(parseBasic(header('ålice:pässword')), { username: 'ålice', password: 'pässword' });
  assert.deepEqual(parseBasic(`bASIC  ${Buffer.from('a:').toString('base64')} `), {
    username: 'a',
    password: '',
  });
  for (const bad of [undefined, '', 'Basic', 'Bearer abc', 'Basic !!!', header(':x'), header('nocolon')]) {
    assert.equal(parseBasic(bad), undefined, String(bad));
  }
});

test('a download is named safely for old and new clients', () => {
  assert.equal(attachment('kit.zip'), 'attachment; filename="kit.zip"; filename*=UTF-8\'\'kit.zip');
  const hostile = attachment('a"\r\nSet-Cookie: x=y; Łódź.zip');
  assert.doesNotMatch(hostile, /[\r\n]/);
  assert.match(hostile, /^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8''[A-Za-z0-9._%~!-]+$/);
});

test('an IPv4 client on a dual-stack socket has its IPv4 address', () => {
  assert.equal(plainAddress('::ffff:10.42.0.17'), '10.42.0.17');
  assert.equal(plainAddress('fd00::2'), 'fd00::2');
  assert.equal(plainAddress('::ffff:1'), '::ffff:1');
  assert.equal(plainAddress(undefined), '');
});
