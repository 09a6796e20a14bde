import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideProxyLogin, isTrustedProxy, proxyHeadersOf } from '../../src/auth/proxy-login.ts';
import type { ProxySettings } from '../../src/auth/settings.ts';

const SETTINGS: ProxySettings = {
  trustedProxies: ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8'],
  authHeader: 'my-auth',
  userHeader: 'my-user',
  createsMissingUsers: false,
  defaultGroup: 'Users',
};

function decide(
  headers: Record<string, string>,
  remote = '127.0.0.1:5000',
  settings: ProxySettings | undefined = SETTINGS,
) {
  return decideProxyLogin(settings, { remote, header: (name) => headers[name] });
}

test('the headers of a proxy of ours say who it is', () => {
  for (const remote of ['127.0.0.1:5000', '[::1]:5000', '10.255.0.1:1', '::ffff:10.1.2.3', 'fd12::1']) {
    assert.deepEqual(decide({ 'my-auth': 'yes', 'my-user': ' jopapa ' }, remote), {
      is: 'user',
      username: 'jopapa',
    });
  }
});

test('from anybody else they are not looked at', () => {
  for (const remote of [
    '192.168.1.1:5000',
    '11.0.0.1',
    'fe80::1',
    '[2001:db8::1]:1',
    '',
    'localhost',
    '127.0.0.2',
  ]) {
    assert.deepEqual(
      decide({ 'my-auth': 'yes', 'my-user': 'administrator' }, remote),
      { is: 'untrusted' },
      remote,
    );
  }
});

test('without the auth header, or without the feature, there is nothing to decide', () => {
  assert.deepEqual(decide({ 'my-user': 'jopapa' }), { is: 'nothing' });
  assert.deepEqual(decide({}), { is: 'nothing' });
  const headers = { 'my-auth': 'yes', 'my-user': 'jopapa' };
  assert.deepEqual(
    decideProxyLogin(undefined, { remote: '::1', header: (name) => headers[name as 'my-auth'] }),
    {
      is: 'nothing',
    },
  );
  assert.deepEqual(decide(headers, '::1', { ...SETTINGS, authHeader: '' }), { is: 'nothing' });
});

test('a name that is missing, twice or impossible signs nobody in', () => {
  for (const name of ['', ' ', 'a, administrator', 'a\nb', 'x'.repeat(257)]) {
    assert.deepEqual(decide({ 'my-auth': 'yes', 'my-user': name }), { is: 'incomplete' });
  }
  assert.deepEqual(decide({ 'my-auth': 'yes' }), { is: 'incomplete' });
});

test('one header may be both', () => {
  const settings = { ...SETTINGS, userHeader: 'my-auth' };
  assert.deepEqual(decide({ 'my-auth': 'jopapa' }, '127.0.0.1', settings), {
    is: 'user',
    username: 'jopapa',
  });
  assert.deepEqual(decide({ 'my-auth': '' }, '127.0.0.1', settings), { is: 'incomplete' });
});

test('a list of proxies that cannot be read trusts nobody by it', () => {
  for (const entry of [
    '',
    '*',
    'all',
    '0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/x',
    '10.0.0.0/1.5',
    'localhost',
  ]) {
    assert.ok(!isTrustedProxy('10.0.0.1', [entry]), entry);
  }
  assert.ok(isTrustedProxy('10.0.0.1', ['*', '10.0.0.1']));
  assert.ok(!isTrustedProxy('10.0.0.1', []));
});

test('the headers that must not come from elsewhere are named', () => {
  assert.deepEqual(proxyHeadersOf(SETTINGS), ['my-auth', 'my-user']);
  assert.deepEqual(proxyHeadersOf(undefined), []);
});
