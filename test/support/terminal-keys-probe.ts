import { createTerminalKeys } from '../../src/system/buttons-terminal.ts';

/** Says which keys it gets from its controlling terminal, until it is interrupted. */
const keys = createTerminalKeys((action) => process.stdout.write(`key ${action}\n`));
process.stdout.write(keys === undefined ? 'no terminal\n' : 'ready\n');
if (keys !== undefined) {
  const alive = setInterval(() => {}, 1_000);
  process.on('SIGINT', () => {
    process.stdout.write('interrupted\n');
    clearInterval(alive);
    keys.stop();
  });
}
