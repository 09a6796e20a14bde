import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { makeCa } from '../../src/pki/ca.ts';
import { type CaGeneration, describeGeneration } from '../../src/pki/generations.ts';
import { issueClientCertificate, issueServerCertificate, type Signer } from '../../src/pki/issue.ts';
import { judgePeer } from '../../src/pki/peer-verdict.ts';
import { DAY_MS, momentOf } from '../../src/pki/validity.ts';
import { type CertificateFacts, derOf } from '../../src/pki/x509.ts';

const NOW_MS = Date.now();
const moment = momentOf(NOW_MS, 0);
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let own: Signer;
let other: Signer;
let client: CertificateFacts;

before(async () => {
  const signer = async (ordinal: number): Promise<Signer> => {
    const ca = await makeCa(moment, 0);
    return {
      key: ca.key,
      generation: describeGeneration({ ...ca, ordinal, origin: 'made', isRetired: false }),
    };
  };
  [own, other] = await Promise.all([signer(1), signer(2)]);
  client = await issueClientCertificate(own, { username: 'alice', publicKey, moment });
});

function judge(
  certificate: CertificateFacts,
  generations: readonly CaGeneration[] = [own.generation],
  nowMs = NOW_MS,
) {
  return judgePeer(derOf(certificate.pem), generations, nowMs);
}

test('a certificate of ours is trusted, with serial and fingerprint as the register has them', () => {
  const { serial, fingerprint } = client;
  assert.deepEqual(judge(client), { isTrusted: true, serial, fingerprint });
  assert.deepEqual(judge(client, [other.generation, own.generation]), {
    isTrusted: true,
    serial,
    fingerprint,
  });
  assert.equal(fingerprint, new X509Certificate(client.pem).fingerprint256.replaceAll(':', '').toLowerCase());
});

test('a certificate before its time is trusted: it is our clock that is behind', () => {
  assert.equal(judge(client, [own.generation], 42_000).isTrusted, true);
});

test('a certificate is good until the moment that it names', () => {
  assert.equal(judge(client, [own.generation], client.notAfterMs - 1).isTrusted, true);
  assert.equal(causeOf(judge(client, [own.generation], client.notAfterMs)), 'ended');
});

test('one of another CA, also of one with our name, is refused', async () => {
  const impostor = { ...other.generation, name: own.generation.name };
  assert.equal(causeOf(judge(client, [other.generation])), 'other_ca');
  assert.equal(causeOf(judge(client, [impostor])), 'other_ca');
  const forged = await issueClientCertificate(
    { generation: own.generation, key: other.key },
    { username: 'alice', publicKey, moment },
  );
  assert.equal(causeOf(judge(forged, [own.generation, other.generation])), 'other_ca');
});

test('retired CA, ended certificate, server certificate and nonsense each say what they are', async () => {
  const retired = judge(client, [{ ...own.generation, isRetired: true }]);
  assert.equal(causeOf(retired), 'retired_ca');
  const ended = judge(client, [own.generation], client.notAfterMs + 3 * DAY_MS);
  assert.equal(causeOf(ended), 'ended');
  assert.match(ended.isTrusted ? '' : ended.text, /3 days ago by the kit's clock/);
  const server = await issueServerCertificate(own, {
    names: { dns: ['kit.local'], ips: [] },
    key: publicKey,
    moment,
  });
  assert.equal(causeOf(judge(server)), 'not_a_client');
  assert.equal(causeOf(judgePeer(Buffer.from('nonsense'), [own.generation], NOW_MS)), 'unreadable');
});

test('a stranger’s words in the refusal are short and on one line', async () => {
  const { generation, key } = other;
  const certificate = await issueClientCertificate(
    { generation, key },
    { username: 'x'.repeat(64), publicKey, moment },
  );
  const verdict = judge(certificate);
  assert.ok(!verdict.isTrusted);
  assert.ok(verdict.text.length < 250);
  assert.doesNotMatch(verdict.text, /\n/);
});

function causeOf(verdict: ReturnType<typeof judgePeer>): string | undefined {
  return verdict.isTrusted ? undefined : verdict.cause;
}
