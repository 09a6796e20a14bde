import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDomainAllowed } from '../../src/auth/email-domains.ts';

const NO_LISTS = { domainWhitelist: [], domainBlacklist: [], tldWhitelist: [], tldBlacklist: [] };

function refusedOf(lists: Partial<typeof NO_LISTS> | object, emails: readonly string[]): string[] {
  return emails.filter((email) => !isDomainAllowed(email, { ...NO_LISTS, ...lists }));
}

test('without lists every domain may register', () => {
  assert.deepEqual(refusedOf({}, ['a@example.org', 'a@kit.local', 'a@übung.example']), []);
});

test('a domain is meant whole: not its subdomains, not what ends alike', () => {
  const emails = [
    'a@example.com',
    'a@EXAMPLE.com',
    'a@sub.example.com',
    'a@badexample.com',
    'a@example.com.evil.org',
  ];
  assert.deepEqual(refusedOf({ domainWhitelist: ['Example.com'] }, emails), emails.slice(2));
  assert.deepEqual(refusedOf({ domainBlacklist: ['example.com'] }, emails), emails.slice(0, 2));
  assert.deepEqual(
    refusedOf({ domainWhitelist: ['@example.com'] }, emails),
    emails.slice(2),
    'as people write it',
  );
});

test('a TLD is the public suffix', () => {
  const emails = ['a@x.gov', 'a@y.mil', 'a@x.gov.uk', 'a@x.co.uk', 'a@gov.example.org'];
  assert.deepEqual(refusedOf({ tldWhitelist: ['gov', '.mil'] }, emails), emails.slice(2));
  assert.deepEqual(refusedOf({ tldBlacklist: ['uk'] }, emails), [], 'nobody’s suffix here is uk alone');
  assert.deepEqual(refusedOf({ tldBlacklist: ['gov.uk'] }, emails), ['a@x.gov.uk']);
});

test('every list has its say: what one allows another may refuse', () => {
  const lists = {
    domainWhitelist: ['a.gov', 'b.gov', 'c.org'],
    domainBlacklist: ['b.gov'],
    tldWhitelist: ['gov'],
  };
  assert.deepEqual(refusedOf(lists, ['x@a.gov', 'x@b.gov', 'x@c.org', 'x@d.gov']), [
    'x@b.gov',
    'x@c.org',
    'x@d.gov',
  ]);
  assert.deepEqual(refusedOf({ domainWhitelist: ['a.gov'], tldBlacklist: ['gov'] }, ['x@a.gov']), [
    'x@a.gov',
  ]);
});

test('a domain of other letters is one domain, however it is written', () => {
  const lists = { domainBlacklist: ['übung.example'] };
  assert.deepEqual(refusedOf(lists, ['a@ÜBUNG.example', 'a@xn--bung-zra.example']).length, 2);
});

test('what is no domain is refused', () => {
  assert.deepEqual(refusedOf({}, ['a@', 'a@%', 'a@.']), ['a@', 'a@%', 'a@.']);
});
