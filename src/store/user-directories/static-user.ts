import { BivouacError } from '../../core/errors.ts';
import { ADMINISTRATORS, type UserDirectory } from './port.ts';

/** RPort's sentence. */
const READ_ONLY =
  'server runs on a static user-password pair, please use JSON file or database for user data';

/** One administrator whose password stands in the configuration. `passwordHash` is one of ours, of that password. */
export function createStaticUser(name: string, passwordHash: string): UserDirectory {
  const user = {
    name,
    passwordHash,
    isPasswordExpired: undefined,
    groups: [ADMINISTRATORS],
    sendTo: undefined,
    totp: undefined,
  };
  const refuse = async () => {
    throw new BivouacError('user_store.read_only', READ_ONLY);
  };
  return {
    source: 'static',
    place: 'compat.rport.auth',
    isInPlain: false,
    isLive: false,
    columns: { expiry: false, sendTo: false, totp: false },
    readAll: async () => [user],
    readNamed: async () => [user],
    readGroups: async () => undefined,
    checkWritable() {
      throw new BivouacError('user_store.read_only', READ_ONLY);
    },
    add: refuse,
    change: refuse,
    remove: refuse,
    putGroup: refuse,
    removeGroup: refuse,
    close: async () => {},
  };
}
