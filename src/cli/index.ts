import { CommanderError } from 'commander';
import { BivouacError, messageOf } from '../core/errors.ts';
import { UnwellError, UsageError } from './failures.ts';
import { createProgram } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Done. */
const EXIT_DONE = 0;
/** Refused or failed: one line on stderr says what. */
const EXIT_FAILED = 1;
/** The command line itself is wrong. */
const EXIT_USAGE = 2;

/**
 * Runs one command to its end and says with which code the process is to exit.
 *
 * @param argv as `process.argv`: program, script, arguments
 * @param stopSignal ends `serve`
 */
export async function runCli(
  argv: readonly string[],
  stopSignal: AbortSignal,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  try {
    await createProgram({ terminal, stopSignal }).parseAsync(argv);
    return EXIT_DONE;
  } catch (error) {
    // Commander has printed its help, or what is wrong, already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_USAGE;
    terminal.complain(`bivouac: ${oneLine(error)}`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** An unexpected failure says where it comes from; an expected one needs no more than its sentence. */
function oneLine(error: unknown): string {
  const message = messageOf(error).split('\n').join('; ');
  const isExpected =
    error instanceof BivouacError || error instanceof UsageError || error instanceof UnwellError;
  if (isExpected) return message;
  return `${message} (this is a mistake in Bivouac)`;
}
