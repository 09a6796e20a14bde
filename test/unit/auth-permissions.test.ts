import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP_FLAGS } from '../../src/auth/account-ports.ts';
import {
  ACTIONS,
  type Action,
  ANYBODY,
  isScopeGood,
  may,
  STEP_UP_MS,
  type What,
  type Who,
} from '../../src/auth/permissions.ts';
import { TOKEN_SCOPES } from '../../src/auth/session-ports.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const MOMENT = { nowMs: NOW_MS, isSomebodyPresent: false };

function person(changes: Partial<Who> = {}): Who {
  return { ...ANYBODY, kind: 'user', id: 'me', role: 'user', authenticatedMs: NOW_MS, ...changes };
}

function isAllowed(who: Who, action: Action, what: What = {}, moment = MOMENT): boolean {
  return may(who, action, what, moment).isAllowed;
}

function why(who: Who, action: Action, what: What = {}, moment = MOMENT): string {
  const decision = may(who, action, what, moment);
  return decision.isAllowed ? 'allowed' : decision.because;
}

test('a stranger reads what is public, and that is all', () => {
  const open = ACTIONS.filter((action) => isAllowed(ANYBODY, action, { ownerId: '', channel: 'blue' }));
  assert.deepEqual(open, ['kit.read']);
  assert.equal(why(ANYBODY, 'people.read'), 'sign_in');
  assert.ok(isAllowed(ANYBODY, 'item.read', { isPublic: true }));
  assert.ok(!isAllowed(ANYBODY, 'item.write', { isPublic: true }));
});

test('only administrators look after people, groups, settings and the authority', () => {
  for (const action of [
    'people.read',
    'people.manage',
    'groups.manage',
    'settings.manage',
    'ca.export',
  ] as const) {
    for (const role of ['operator', 'user', 'viewer'] as const) {
      assert.equal(
        why(person({ role, flags: GROUP_FLAGS }), action, {}, { ...MOMENT, isSomebodyPresent: true }),
        'role',
      );
    }
  }
  assert.ok(isAllowed(person({ role: 'administrator' }), 'people.manage'));
});

test('what changes who has power asks for a fresh sign-in, to the millisecond', () => {
  const signedIn = (agoMs: number) => person({ role: 'administrator', authenticatedMs: NOW_MS - agoMs });
  assert.ok(isAllowed(signedIn(STEP_UP_MS), 'people.manage'));
  assert.equal(why(signedIn(STEP_UP_MS + 1), 'people.manage'), 'step_up');
  assert.equal(why(signedIn(-1), 'people.manage'), 'step_up', 'signed in after now: the clock was set back');
  assert.ok(isAllowed(signedIn(STEP_UP_MS + 1), 'people.read'));
});

test('the authority leaves the box only while somebody stands beside it', () => {
  const admin = person({ role: 'administrator' });
  assert.equal(why(admin, 'ca.export'), 'presence');
  assert.ok(isAllowed(admin, 'ca.export', {}, { ...MOMENT, isSomebodyPresent: true }));
  const stale = person({ role: 'administrator', authenticatedMs: 0 });
  assert.equal(why(stale, 'ca.export', {}, { ...MOMENT, isSomebodyPresent: true }), 'step_up');
});

test('users send and receive in their own channels, viewers only receive, operators everywhere', () => {
  const channels = { channelsIn: ['blue'], channelsOut: ['blue', 'red'] };
  assert.ok(isAllowed(person(channels), 'cot.send', { channel: 'blue' }));
  assert.equal(why(person(channels), 'cot.send', { channel: 'red' }), 'channel');
  assert.ok(isAllowed(person(channels), 'cot.read', { channel: 'red' }));
  assert.equal(why(person(channels), 'cot.read', { channel: 'green' }), 'channel');
  assert.equal(why(person(channels), 'cot.read'), 'channel', 'no channel named');
  for (const screen of [person({ ...channels, role: 'viewer' }), person({ ...channels, kind: 'display' })]) {
    assert.ok(isAllowed(screen, 'cot.read', { channel: 'red' }));
    assert.equal(why(screen, 'cot.send', { channel: 'blue' }), 'role');
  }
  assert.ok(isAllowed(person({ role: 'operator' }), 'cot.send', { channel: 'green' }));
});

test('a screen is a viewer, whatever role it was given', () => {
  const screen = person({ kind: 'display', role: 'administrator', flags: GROUP_FLAGS });
  const allowed = ACTIONS.filter((action) => isAllowed(screen, action, { ownerId: 'me' }));
  assert.deepEqual(allowed, ['kit.read']);
});

test('single things are open by grant: of that kind, of that id, for that action', () => {
  const target = { kind: 'item', id: 'map-1' } as const;
  const reader = person({ grants: [{ action: 'read', target }] });
  assert.ok(isAllowed(reader, 'item.read', { target }));
  assert.equal(why(reader, 'item.write', { target }), 'grant');
  assert.equal(why(reader, 'item.read', { target: { kind: 'item', id: 'map-2' } }), 'grant');
  assert.equal(why(reader, 'item.read'), 'grant');
  assert.equal(why(reader, 'bucket.read', { target }), 'grant', 'a thing of another kind');
  assert.ok(isAllowed(reader, 'item.read', { isPublic: true }));
  const writer = person({ grants: [{ action: 'write', target }] });
  assert.equal(why(writer, 'item.read', { target }), 'grant');
  const owner = person({ grants: [{ action: 'modify', target }] });
  for (const action of ['item.read', 'item.write', 'item.modify'] as const) {
    assert.ok(isAllowed(owner, action, { target }));
  }
});

test('buckets are open by list, to operators too', () => {
  const target = { kind: 'bucket', id: 'music' } as const;
  assert.equal(why(person({ role: 'operator' }), 'bucket.read', { target }), 'grant');
  assert.ok(isAllowed(person({ grants: [{ action: 'read', target }] }), 'bucket.read', { target }));
  assert.ok(isAllowed(person({ role: 'administrator' }), 'bucket.read', { target }));
});

test('group flags open what they name to operators and services, and to nobody else', () => {
  for (const flag of GROUP_FLAGS) {
    const action = flag === 'auditlog' ? 'audit.read' : (`${flag}.use` as Action);
    assert.ok(isAllowed(person({ role: 'operator', flags: [flag] }), action), flag);
    assert.equal(why(person({ role: 'operator' }), action), 'flag');
    assert.ok(!isAllowed(person({ flags: [flag] }), action));
    const others = GROUP_FLAGS.filter((other) => other !== flag);
    assert.equal(why(person({ role: 'operator', flags: others }), action), 'flag');
  }
  assert.ok(isAllowed(person(), 'audit.read', { ownerId: 'me' }), 'a user reads what happened to himself');
  assert.equal(why(person(), 'audit.read', { ownerId: 'her' }), 'owner');
});

test('a certificate is asked for by its owner, or by an administrator', () => {
  for (const action of ['certificate.issue', 'certificate.revoke'] as const) {
    assert.ok(isAllowed(person(), action, { ownerId: 'me' }));
    assert.equal(why(person(), action, { ownerId: 'her' }), 'owner');
    assert.equal(why(person({ role: 'operator' }), action, { ownerId: 'her' }), 'owner');
    assert.ok(isAllowed(person({ role: 'administrator' }), action, { ownerId: 'her' }));
    assert.equal(
      why(person({ scope: 'read+write' }), action, { ownerId: 'me' }),
      'scope',
      'no token makes another key',
    );
  }
});

test('a token does no more than its scope, and no more than its owner', () => {
  const admin = (scope: Who['scope']) => person({ role: 'administrator', scope, authenticatedMs: undefined });
  assert.ok(isAllowed(admin('read'), 'people.read'));
  assert.equal(why(admin('read'), 'people.manage'), 'scope');
  assert.ok(isAllowed(admin('read+write'), 'people.manage'));
  assert.equal(why(admin('read+write'), 'settings.manage'), 'scope');
  assert.equal(why(person({ scope: 'read+write' }), 'people.manage'), 'role');
  assert.deepEqual(
    ACTIONS.filter((action) => isAllowed(admin('cot'), action, { channel: 'blue' })),
    ['cot.send', 'cot.read'],
  );
});

test('a service is what its token is for, and nobody without one', () => {
  const service = person({ kind: 'service', channelsIn: ['blue'], channelsOut: ['blue'] });
  assert.equal(why(service, 'cot.read', { channel: 'blue' }), 'scope');
  const reader: Who = { ...service, scope: 'cot:read' };
  assert.ok(isAllowed(reader, 'cot.read', { channel: 'blue' }));
  assert.equal(why(reader, 'cot.read', { channel: 'red' }), 'channel');
  assert.equal(why(reader, 'cot.send', { channel: 'blue' }), 'scope');
  const named: Who = { ...service, role: 'administrator', scope: 'read+write' };
  assert.equal(why(named, 'people.manage'), 'role', 'the role of a service counts for nothing');
});

test('the console may everything', () => {
  const console = { ...ANYBODY, kind: 'console' } as const;
  assert.ok(ACTIONS.every((action) => isAllowed(console, action)));
});

test('the scope of a personal token is judged by method and path, as RPort has it', () => {
  assert.ok(isScopeGood('read', 'GET', '/api/v1/clients'));
  assert.ok(!isScopeGood('read', 'PUT', '/api/v1/me'));
  assert.ok(!isScopeGood('read', 'GET', '/api/v1/ws/commands'));
  assert.ok(isScopeGood('read+write', 'DELETE', '/api/v1/users/x'));
  assert.ok(isScopeGood('clients-auth', 'POST', '/api/v1/clients-auth'));
  assert.ok(!isScopeGood('clients-auth', 'GET', '/api/v1/clients'));
  for (const scope of TOKEN_SCOPES.filter((scope) => scope.startsWith('cot'))) {
    assert.ok(!isScopeGood(scope, 'GET', '/api/v1/clients'));
  }
});
