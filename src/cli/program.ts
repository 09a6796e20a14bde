import { Command } from 'commander';
import { addCertCommands } from './cert.ts';
import { addClaimCommand } from './claim.ts';
import { addCollectionsCommand } from './collections.ts';
import type { CommandContext } from './command.ts';
import { addDoctorCommand } from './doctor.ts';
import { addHistoryCommands } from './history.ts';
import { addPackageCommands } from './package.ts';
import { addPairCommands } from './pair.ts';
import { addServeCommand } from './serve.ts';
import { addSetupCommands } from './setup.ts';
import { addSystemCommands } from './system.ts';
import { addUserCommands } from './user.ts';
import { addVersionCommand } from './version.ts';
import { addWebsocketKeyCommands } from './websocketkey.ts';

/** Everything that can be typed. Each command adds itself, from a file of its own. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('bivouac')
    .description('A TAK server in a box')
    // An option belongs to the command that it stands behind: `cert ca` and `cert ca list` both have --json.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.complain(text.trimEnd()),
    })
    .showHelpAfterError('(add --help for what can be typed)');
  addServeCommand(program, context);
  addClaimCommand(program, context);
  addSetupCommands(program, context);
  addDoctorCommand(program, context);
  addUserCommands(program, context);
  addSystemCommands(program, context);
  addCertCommands(program, context);
  addPackageCommands(program, context);
  addPairCommands(program, context);
  addHistoryCommands(program, context);
  addCollectionsCommand(program, context);
  addVersionCommand(program, context);
  addWebsocketKeyCommands(program, context);
  return program;
}
