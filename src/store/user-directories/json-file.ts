import { accessSync, constants, lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { BivouacError, messageOf } from '../../core/errors.ts';
import type { DirectoryChange, DirectoryUser, UserDirectory } from './port.ts';

/** 20,000 people: a file of more is no list of people, and reading it would hold up the server. */
const FILE_MAX_BYTES = 4 * 1024 ** 2;

/** Entries keep what else is in them: other programs may read the file too. */
const entrySchema = z.looseObject({
  username: z.string().min(1),
  password: z.string(),
  password_expired: z.boolean().nullish(),
  groups: z.array(z.string()).nullish(),
  two_fa_send_to: z.string().nullish(),
  totp_secret: z.string().nullish(),
});
const fileSchema = z.array(entrySchema);
type Entry = z.infer<typeof entrySchema>;

/**
 * RPort's user file: a JSON array. It counts as it was when it was read (at the start, and when a reload is
 * asked for); changes of ours go into it as it is now.
 */
export function createUserFile(path: string): UserDirectory {
  function read(): Entry[] {
    let text: string;
    try {
      const { size } = statSync(path);
      if (size > FILE_MAX_BYTES) throw new Error(`it has ${size} bytes, and ${FILE_MAX_BYTES} are the most`);
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw unusable(messageOf(error), error);
    }
    return entriesOf(text);
  }

  /** What is wrong is said without any content: the file is full of secrets. */
  function entriesOf(text: string): Entry[] {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw unusable('it is not JSON');
    }
    const parsed = fileSchema.safeParse(json);
    if (parsed.success) {
      const twice = firstRepeated(parsed.data.map(({ username }) => fold(username)));
      if (twice !== undefined) throw unusable(`two entries have the username ${twice}`);
      return parsed.data;
    }
    const [issue] = parsed.error.issues;
    const where = issue?.path.length === 0 ? 'the file' : `entry ${pathText(issue?.path ?? [])}`;
    throw unusable(`${where}: ${issue?.message ?? 'is not as documented'}`);
  }

  function unusable(problem: string, cause?: unknown): BivouacError {
    return new BivouacError('user_store.unusable', `User file ${path}: ${problem}`, undefined, cause);
  }

  function readOnly(problem: string, cause?: unknown): BivouacError {
    return new BivouacError('user_store.read_only', `User file ${path}: ${problem}`, undefined, cause);
  }

  /** Whether it can be replaced by one of the same owner and mode. */
  function checkWritable(): void {
    let owner: number;
    try {
      if (lstatSync(path).isSymbolicLink()) {
        throw readOnly('it is a symbolic link, which would be replaced');
      }
      owner = statSync(path).uid;
      accessSync(path, constants.W_OK);
      accessSync(dirname(path), constants.W_OK);
    } catch (error) {
      throw error instanceof BivouacError ? error : readOnly(messageOf(error), error);
    }
    if (owner !== process.geteuid?.() && process.geteuid?.() !== 0) {
      throw readOnly('it belongs to somebody else than the server, and would not any more');
    }
  }

  function write(entries: readonly Entry[]): void {
    checkWritable();
    try {
      writeFileAtomic(path, `${JSON.stringify(entries, null, 2)}\n`, statSync(path));
    } catch (error) {
      throw readOnly(messageOf(error), error);
    }
  }

  function edit(name: string, work: (entry: Entry) => Entry): void {
    const entries = read();
    const at = entries.findIndex(({ username }) => username === name);
    const entry = entries[at];
    if (entry === undefined) throw new BivouacError('user.unknown');
    write(entries.with(at, work(entry)));
  }

  return {
    source: 'file',
    place: `the file ${path}`,
    isInPlain: false,
    isLive: false,
    columns: { expiry: true, sendTo: true, totp: true },
    readAll: async () => read().map(userOf),
    readNamed: async (name) =>
      read()
        .filter(({ username }) => fold(username) === fold(name))
        .map(userOf),
    readGroups: async () => undefined,
    checkWritable,

    async add(user) {
      const entries = read();
      if (entries.some(({ username }) => fold(username) === fold(user.name))) {
        throw new BivouacError('user.exists');
      }
      write([
        ...entries,
        {
          username: user.name,
          password: user.passwordHash,
          groups: [...user.groups],
          ...(user.isPasswordExpired ? { password_expired: true } : {}),
          ...(user.sendTo ? { two_fa_send_to: user.sendTo } : {}),
          ...(user.totp ? { totp_secret: user.totp } : {}),
        },
      ]);
    },
    async change(name, change) {
      edit(name, (entry) => changed(entry, change));
    },
    async remove(name) {
      const entries = read();
      const rest = entries.filter(({ username }) => username !== name);
      if (rest.length === entries.length) throw new BivouacError('user.unknown');
      write(rest);
    },
    // Only who is in a group stands in the file, not what the group may.
    putGroup: async () => {},
    async removeGroup(name) {
      const entries = read();
      const rest = entries.map((entry) => ({
        ...entry,
        groups: entry.groups?.filter((group) => fold(group) !== fold(name)),
      }));
      write(rest);
    },
    close: async () => {},
  };
}

function changed(entry: Entry, change: DirectoryChange): Entry {
  const { passwordHash, isPasswordExpired, sendTo, totp, joins = [], leaves = [] } = change;
  const groups = (entry.groups ?? []).filter((group) => !leaves.includes(group));
  const joined = joins.filter((group) => !groups.includes(group));
  return {
    ...entry,
    ...(passwordHash === undefined ? {} : { password: passwordHash }),
    ...(isPasswordExpired === undefined ? {} : { password_expired: isPasswordExpired }),
    ...(sendTo === undefined ? {} : { two_fa_send_to: sendTo }),
    ...(totp === undefined ? {} : { totp_secret: totp }),
    ...(joins.length + leaves.length === 0 ? {} : { groups: [...groups, ...joined] }),
  };
}

function userOf(entry: Entry): DirectoryUser {
  return {
    name: entry.username,
    passwordHash: entry.password,
    isPasswordExpired: entry.password_expired ?? false,
    groups: entry.groups ?? [],
    sendTo: entry.two_fa_send_to ?? '',
    totp: entry.totp_secret ?? '',
  };
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) !== at);
}

/** `3.groups.0`: the fourth entry's first group, counted as JSON does. */
function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
