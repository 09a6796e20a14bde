import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../src/core/log.ts';
import type { ConnectionProblem } from '../../src/http/connection-problem.ts';
import { troubleOf } from '../../src/http/connection-trouble.ts';
import { createDiagnosis, type Trouble } from '../../src/http/diagnosis.ts';
import { FakeClock } from '../support/fake-clock.ts';

const TROUBLE: Trouble = {
  code: 'tls.distrusted',
  listener: 'https',
  remoteAddress: '10.42.0.17',
  text: 'The device does not trust us.',
  advice: 'Open the package.',
};

test('the same trouble of the same device counts up and moves to the front', () => {
  const clock = new FakeClock();
  const diagnosis = createDiagnosis({ clock, log: silentLog });
  const startMs = clock.now();
  diagnosis.note(TROUBLE);
  diagnosis.note({ ...TROUBLE, remoteAddress: '10.42.0.18' });
  clock.advance(5_000);
  diagnosis.note(TROUBLE);
  const [first, second, ...rest] = diagnosis.recent();
  assert.deepEqual(rest, []);
  assert.equal(first?.remoteAddress, '10.42.0.17');
  assert.equal(first?.count, 2);
  assert.equal(first?.firstAtMs, startMs);
  assert.equal(first?.lastAtMs, startMs + 5_000);
  assert.equal(second?.count, 1);
});

test('a scanner cannot make the list grow', () => {
  const diagnosis = createDiagnosis({ clock: new FakeClock(), log: silentLog });
  for (let i = 0; i < 1_000; i += 1)
    diagnosis.note({ ...TROUBLE, remoteAddress: `10.0.${i >> 8}.${i & 255}` });
  assert.equal(diagnosis.recent().length, 200);
  assert.equal(diagnosis.recent()[0]?.remoteAddress, '10.0.3.231');
});

const problem = (changes: Partial<ConnectionProblem>): ConnectionProblem => ({
  listener: 'httpsCert',
  remoteAddress: '10.42.0.17',
  localPort: 8443,
  kind: 'malformed',
  code: '',
  ...changes,
});

test('each problem is told in words, with what to do', () => {
  const words = (changes: Partial<ConnectionProblem>) => troubleOf(problem(changes), '[::]:8089');
  assert.equal(
    words({ kind: 'cot_on_http' })?.text,
    'The device at 10.42.0.17 used port 8443 (HTTPS with certificate) for the stream of positions.',
  );
  assert.match(words({ kind: 'cot_on_http' })?.advice ?? '', /8089/);
  assert.equal(words({ kind: 'plain_http_on_tls' })?.code, 'port.plain_on_tls');
  assert.equal(words({ kind: 'tls_on_plain_http' })?.code, 'port.tls_on_plain');
  const alert = (code: string) => words({ kind: 'tls_refused_by_client', code })?.code;
  assert.equal(alert('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), 'tls.distrusted');
  assert.equal(alert('ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'), 'tls.distrusted');
  assert.equal(alert('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'), 'tls.client_clock');
  assert.equal(alert('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'), 'tls.client_clock');
  assert.equal(words({ kind: 'tls_failed', code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' })?.code, 'tls.too_old');
  assert.equal(words({ kind: 'tls_failed', code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })?.code, 'tls.timeout');
});

test('what says nothing is not told: scanners, browsers that open a spare connection', () => {
  assert.equal(troubleOf(problem({ kind: 'tls_failed', code: 'ECONNRESET' }), undefined), undefined);
  assert.equal(troubleOf(problem({ kind: 'timeout' }), undefined), undefined);
  assert.equal(troubleOf(problem({ kind: 'malformed' }), undefined), undefined);
});
