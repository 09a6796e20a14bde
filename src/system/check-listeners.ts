import { createServer } from 'node:net';
import type { ListenAddress } from '../core/address.ts';
import type { Check } from '../http/app-deps.ts';

type ListenConfig = Readonly<Record<string, readonly ListenAddress[]>>;

/** Listeners that carry credentials or positions in the clear. */
const PLAIN_LISTENERS: Readonly<Record<string, string>> = {
  cotTcp: 'anybody on the network reads and sends positions without signing in',
  http: 'passwords cross the network in the clear',
  ftsRestPlain: 'tokens cross the network in the clear',
};

/** A running server has its ports; without one, whether it could have them is tried. */
export async function checkListeners(
  listen: ListenConfig,
  bound: Readonly<Record<string, string>>,
): Promise<Check[]> {
  const names = Object.keys(bound);
  if (names.length > 0) {
    const list = names.map((name) => `${name} ${bound[name]}`).join(', ');
    return [{ code: 'listen.open', state: 'good', text: `Listening: ${list}.` }];
  }
  const checks: Check[] = [];
  for (const [name, addresses] of Object.entries(listen)) {
    for (const address of addresses) {
      const problem = await problemOf(address);
      if (problem !== undefined) checks.push(problemCheck(name, address, problem));
    }
  }
  if (checks.length > 0) return checks;
  return [{ code: 'listen.free', state: 'good', text: 'Every port that the configuration names is free.' }];
}

export function checkPlainListeners(listen: ListenConfig): Check[] {
  return Object.entries(PLAIN_LISTENERS)
    .filter(([name]) => (listen[name]?.length ?? 0) > 0)
    .map(([name, consequence]) => ({
      code: 'listen.plain',
      state: 'careful',
      text: `The listener ${name} is on: ${consequence}.`,
      advice: `Set listen.${name} to "off" unless somebody needs it.`,
    }));
}

function problemCheck(name: string, { host, port }: ListenAddress, problem: string): Check {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return {
    code: 'listen.taken',
    state: 'bad',
    text: `The listener ${name} cannot use ${at}: ${problem}.`,
    advice: `See who has it with: ss -ltnp 'sport = :${port}'. Or set listen.${name} to another port.`,
  };
}

function problemOf(address: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(WORDS[error.code ?? ''] ?? error.message));
    server.listen(address, () => server.close(() => resolve(undefined)));
  });
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it',
  EACCES: 'this user may not open it',
  EADDRNOTAVAIL: 'this host does not have that address',
};
