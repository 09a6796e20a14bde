import { READY_MS, TEST_CARD } from './figures.ts';
import { copyToCard, type Machine, powerOn } from './machine.ts';

/** A machine with the test image, whose serial port has a root shell. */
export interface TestMachine {
  readonly machine: Machine;
  /** Runs a command in it; throws when it fails. */
  run(
    command: string,
    options?: { readonly deadlineMs?: number; readonly mayFail?: boolean },
  ): Promise<string>;
  /** Runs a command until it succeeds. */
  until(command: string, what: string, deadlineMs: number): Promise<string>;
  end(): Promise<void>;
}

const SHELL_TRY_MS = 20_000;
/** Said by test-shell.service. A key that is pressed before keeps U-Boot from starting the system. */
const SHELL_IS_READY = /root-shell-ready/;
const POLL_MS = 2_000;

/** Starts it, and waits until the server says that it is ready. */
export async function startTestMachine(): Promise<TestMachine> {
  const card = copyToCard(TEST_CARD);
  const machine = await powerOn(card);
  const { run } = machine.serial;
  const until: TestMachine['until'] = async (command, what, deadlineMs) => {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const said = await run(`if ${command}; then echo DONE; fi`, { deadlineMs: SHELL_TRY_MS }).catch(
        () => '',
      );
      if (said.endsWith('DONE')) return said.slice(0, -'DONE'.length).trim();
      if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms; it said: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const end = async () => {
    await machine.kill9();
    card.remove();
  };
  try {
    await machine.serial.waitFor(SHELL_IS_READY, READY_MS);
    await until(
      'journalctl -b -u bivouac -o cat --no-pager | grep -q \'"app.ready"\'',
      'app.ready in the journal',
      READY_MS,
    );
  } catch (error) {
    const log = await run('journalctl -b -u bivouac -o cat --no-pager | tail -20', { mayFail: true }).catch(
      String,
    );
    await end();
    throw new Error(`${error}\n${log}`);
  }
  return { machine, run, until, end };
}
