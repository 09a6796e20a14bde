import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressTest, clientAddress } from '../../src/http/client-address.ts';

describe('the address of a client', () => {
  const isTrusted = addressTest(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

  test('a header from who is no trusted proxy says nothing', () => {
    assert.equal(clientAddress('192.168.1.5', '127.0.0.1', isTrusted), '192.168.1.5');
    assert.equal(clientAddress('::1', '203.0.113.9', isTrusted), '::1');
  });

  test('behind proxies it is the last that is none of theirs: what stands before was made up', () => {
    assert.equal(clientAddress('127.0.0.1', '203.0.113.9', isTrusted), '203.0.113.9');
    assert.equal(clientAddress('127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3', isTrusted), '203.0.113.9');
    assert.equal(clientAddress('fd00::5', '::ffff:203.0.113.9', isTrusted), '203.0.113.9');
  });

  test('without a usable header it is the proxy', () => {
    assert.equal(clientAddress('127.0.0.1', undefined, isTrusted), '127.0.0.1');
    assert.equal(clientAddress('127.0.0.1', 'unknown', isTrusted), '127.0.0.1');
    assert.equal(clientAddress('127.0.0.1', '10.0.0.7', isTrusted), '10.0.0.7');
    assert.equal(clientAddress('', '10.0.0.7', isTrusted), '');
  });

  test('nobody is trusted by default, and a list with a typing error does not start', () => {
    assert.equal(addressTest([])('127.0.0.1'), false);
    for (const entry of ['localhost', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.1/']) {
      assert.throws(() => addressTest([entry]), { code: 'config.invalid' }, entry);
    }
  });
});
