import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { Auth } from '../auth/auth.ts';
import { messageOf } from '../core/errors.ts';
import type { Health } from '../core/health.ts';
import type { Log } from '../core/log.ts';
import { type MachineFiles, readOrder } from '../system/machine-files.ts';

const firstAdministrator = z.strictObject({
  username: z.string().min(1).max(256),
  passwordHash: z.string().min(1).max(1_024),
});

/** Whoever wrote the preset file held the card in his hand: no code is asked of him. */
const BY = { id: null, name: 'preset file', remote: null };

/**
 * Takes over the administrator that the preset file named, once; the hash is nowhere else afterwards. What cannot
 * be taken is told, and the kit waits to be claimed by the code on its display.
 */
export async function takeFirstAdministrator(
  files: MachineFiles,
  {
    auth,
    health,
    log,
  }: { readonly auth: Pick<Auth, 'claim'>; readonly health: Pick<Health, 'set'>; readonly log: Log },
): Promise<void> {
  const found = readOrder(files.firstAdministrator);
  if (found === undefined) return;
  try {
    if (!(await auth.claim.isClaimed())) {
      await auth.claim.claim(firstAdministrator.parse(found), BY);
      log.info('preset.administrator_taken');
    }
  } catch (error) {
    log.warn('preset.administrator_refused', { error: messageOf(error) });
    health.set({
      code: 'preset.administrator',
      severity: 'careful',
      text: 'The administrator in the preset file was not taken: its name or password hash cannot be used. Claim the kit by the code on its display.',
    });
  }
  rmSync(files.firstAdministrator, { force: true });
}
