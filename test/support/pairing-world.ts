import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type {
  Approver,
  IssuedCode,
  PairedTokens,
  Pairing,
  PollResult,
} from '../../src/auth/pairing-ports.ts';
import { CONSOLE } from '../../src/auth/ports.ts';
import { type BivouacError, type ErrorCode, messageOf } from '../../src/core/errors.ts';
import { type AuthWorld, openAuth } from './auth-fixture.ts';

/** At the kit itself: its command line. */
export const AT_THE_KIT: Approver = { actor: CONSOLE, user: undefined };

export interface PairingWorld extends AuthWorld {
  readonly pairing: Pairing;
  /** Adds somebody, and gives what he acts as when he is signed in from an address of his own. */
  person(
    name: string,
    order?: { role?: 'administrator' | 'operator' | 'user' | 'viewer'; groups?: readonly string[] },
  ): Promise<Approver>;
  /** A device at an address asks for a code. */
  ask(order?: {
    form?: 'short' | 'long';
    name?: string;
    kind?: string;
    remote?: string;
  }): Promise<IssuedCode>;
  /** It asks how it stands. */
  poll(issued: IssuedCode, remote?: string): Promise<PollResult>;
  /** The whole way of direction A. */
  pair(by: Approver, order?: { name?: string; channels?: readonly string[] }): Promise<PairedTokens>;
}

export async function openPairing(t: TestContext): Promise<PairingWorld> {
  const world = await openAuth(t);
  const { auth } = world;
  const { pairing } = auth;
  let addresses = 0;

  const result: PairingWorld = {
    ...world,
    pairing,
    async person(name, { role = 'user', groups = ['blue'] } = {}) {
      const user = await auth.users.add({ name, role, groups }, CONSOLE);
      addresses += 1;
      return {
        actor: { id: user.id, name, remote: `10.42.1.${addresses}` },
        user,
        sessionId: `session-of-${name}`,
      };
    },
    ask: ({ form = 'short', name, kind, remote = '10.42.0.17' } = {}) =>
      pairing.request({ form, device: { name, kind }, remote }),
    poll: ({ pairingId, code }, remote = '10.42.0.17') => pairing.poll({ by: { pairingId, code }, remote }),
    async pair(by, grant = {}) {
      const issued = await result.ask({ name: 'TV tent' });
      await pairing.approve({ id: (await pairing.find(issued.code, by)).id, ...grant }, by);
      return tokensOf(await result.poll(issued));
    },
  };
  return result;
}

export function tokensOf(result: PollResult): PairedTokens {
  assert.equal(result.state, 'paired');
  return (result as Extract<PollResult, { state: 'paired' }>).tokens;
}

/** Asserts that it fails with this code, and gives the error. */
export async function refusedWith(code: ErrorCode, work: Promise<unknown>): Promise<BivouacError> {
  try {
    await work;
  } catch (error) {
    assert.equal((error as BivouacError).code, code, messageOf(error));
    return error as BivouacError;
  }
  throw new assert.AssertionError({ message: `nothing was refused with ${code}` });
}
