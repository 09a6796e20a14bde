import type { Users } from '../auth/ports.ts';
import { BivouacError } from '../core/errors.ts';
import { parseBasic } from './basic-credentials.ts';
import type { Trouble } from './diagnosis.ts';
import type { AppContext } from './env.ts';

/** Of a name that a stranger sent. */
const NAME_SHOWN_MAX = 40;

/**
 * A refused request that means a device cannot get on: a certificate that is not taken, or a failed enrolment.
 * Undefined for refusals that are everyday business, such as the first request without credentials.
 */
export async function troubleOfRefusal(
  error: unknown,
  c: AppContext,
  users: Pick<Users, 'byName'>,
): Promise<Trouble | undefined> {
  if (!(error instanceof BivouacError)) return undefined;
  const { listener, remoteAddress } = c.env.peer;
  const where = { listener, remoteAddress };
  if (error.code === 'cert.refused' && listener === 'httpsCert') {
    return {
      ...where,
      code: 'cert.refused',
      text: `The device at ${remoteAddress} was refused: ${error.message}.`.replace(/\.\.$/, '.'),
      advice: 'Give it a package of this kit, or enrol it again.',
    };
  }
  if (c.get('enrolmentStep') === undefined || error.code === 'auth.required') return undefined;
  const name = parseBasic(c.req.header('authorization'))?.username ?? '';
  // A name that is nobody's may be a password in the wrong field: it is not for a log and a page.
  const known = await users.byName(name).catch(() => undefined);
  const who = known === undefined ? 'somebody whom the kit does not know' : shown(name);
  return {
    ...where,
    code: 'enrol.refused',
    text: `The device at ${remoteAddress} could not enrol as ${who}: ${error.message}.`.replace(/\.\.$/, '.'),
    advice: ADVICE[error.code] ?? 'Try again with a new code.',
  };
}

const ADVICE: Readonly<Record<string, string>> = {
  'auth.failed': 'Make a new code (bivouac user link), and type user name and code as they are shown.',
  'auth.delayed': 'Wait a moment, then type the code once more.',
  'auth.banned': 'Wait ten minutes: too many wrong codes came from this device.',
  'cert.request_name':
    'The program asks for a certificate of another name: type the user name as it is in the list.',
  'cert.request_weak': 'Update the program on the device: its key is too weak.',
  'cert.request_invalid': 'Update the program on the device, and try again.',
};

/** A stranger's word in a log and on a page: short, and nothing that a terminal acts on. */
function shown(name: string): string {
  const clean = name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return JSON.stringify(clean.length > NAME_SHOWN_MAX ? `${clean.slice(0, NAME_SHOWN_MAX)}…` : clean);
}
