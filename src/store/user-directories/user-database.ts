import { BivouacError } from '../../core/errors.ts';
import type { DirectoryChange, DirectoryGroup, DirectoryUser, UserDirectory } from './port.ts';
import type { SqlClient, Statement } from './sql-client.ts';

/** RPort's tables, by the names that the configuration gives them. */
export interface UserTables {
  readonly users: string;
  readonly groups: string;
  /** Undefined: groups have no permissions of their own. */
  readonly groupDetails: string | undefined;
}

/** Columns without which there is nothing to work with; the others may be missing, as they did in old versions. */
const NEEDED = {
  users: ['username', 'password'],
  groups: ['username', 'group'],
  groupDetails: ['name', 'permissions'],
} as const;

type Row = Readonly<Record<string, unknown>>;

/** RPort's user tables in SQLite or MySQL/MariaDB. */
export function createUserDatabase(client: SqlClient, tables: UserTables): UserDirectory {
  const users = quoted(tables.users);
  const groups = quoted(tables.groups);
  const details = tables.groupDetails === undefined ? undefined : quoted(tables.groupDetails);
  let columns = { expiry: false, sendTo: false, totp: false };
  let restrictions: readonly string[] = [];

  const columnsOf = (table: string): Statement =>
    client.dialect === 'sqlite'
      ? { sql: 'SELECT name FROM pragma_table_info(?)', params: [table] }
      : {
          sql: `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
          params: [table],
        };

  /** Looks at the tables as they are now. */
  async function inspect(): Promise<void> {
    const named = Object.entries(tables).filter((entry): entry is [keyof UserTables, string] =>
      entry.every((text) => text !== undefined),
    );
    const found = await client.run(named.map(([, table]) => columnsOf(table)));
    named.forEach(([role, table], at) => {
      const names = (found[at]?.rows ?? []).map(({ name }) => String(name));
      if (names.length === 0) throw unusable(`there is no table ${table}`);
      const missing = NEEDED[role].find((column) => !names.includes(column));
      if (missing !== undefined) throw unusable(`table ${table} has no column ${missing}`);
      if (role === 'users') {
        columns = {
          expiry: names.includes('password_expired'),
          sendTo: names.includes('two_fa_send_to'),
          totp: names.includes('totp_secret'),
        };
      }
      if (role === 'groupDetails') {
        restrictions = ['tunnels_restricted', 'commands_restricted'].filter((name) => names.includes(name));
      }
    });
  }

  function unusable(problem: string): BivouacError {
    return new BivouacError('user_store.unusable', `${client.place}: ${problem}`);
  }

  const userColumns = () =>
    [
      'username',
      'password',
      ...(columns.expiry ? ['password_expired'] : []),
      ...(columns.sendTo ? ['two_fa_send_to'] : []),
      ...(columns.totp ? ['totp_secret'] : []),
    ]
      .map(quoted)
      .join(', ');

  async function read(where: string, params: readonly string[]): Promise<DirectoryUser[]> {
    const [people, memberships] = await client.run([
      { sql: `SELECT ${userColumns()} FROM ${users} ${where}`, params },
      { sql: `SELECT \`username\`, \`group\` FROM ${groups} ${where}`, params },
    ]);
    const groupsOf = new Map<string, string[]>();
    for (const { username, group } of memberships?.rows ?? []) {
      const key = nameKey(username);
      groupsOf.set(key, [...(groupsOf.get(key) ?? []), textOf(group)]);
    }
    return (people?.rows ?? []).map((row) => userOf(row, groupsOf.get(nameKey(row['username'])) ?? []));
  }

  /** In MySQL two rows that differ in case alone are one name, as its collation has it; in SQLite they are two. */
  const nameKey = (name: unknown) => (client.dialect === 'mysql' ? textOf(name).toLowerCase() : textOf(name));

  function userOf(row: Row, memberOf: readonly string[]): DirectoryUser {
    return {
      name: textOf(row['username']),
      passwordHash: textOf(row['password']),
      isPasswordExpired: columns.expiry ? Number(row['password_expired'] ?? 0) !== 0 : undefined,
      groups: memberOf,
      sendTo: columns.sendTo ? textOf(row['two_fa_send_to']) : undefined,
      totp: columns.totp ? textOf(row['totp_secret']) : undefined,
    };
  }

  const joining = (name: string, group: string): Statement => ({
    sql: `INSERT INTO ${groups} (\`username\`, \`group\`) VALUES (?, ?)`,
    params: [name, group],
  });

  return {
    source: 'database',
    place: client.place,
    isInPlain: client.isInPlain,
    isLive: true,
    get columns() {
      return columns;
    },
    async readAll() {
      await inspect();
      return read('', []);
    },
    readNamed: (name) =>
      read(`WHERE \`username\` = ?${client.dialect === 'sqlite' ? ' COLLATE NOCASE' : ''}`, [name]),

    async readGroups() {
      if (details === undefined) return undefined;
      const wanted = ['name', 'permissions', ...restrictions].map(quoted).join(', ');
      const [found] = await client.run([{ sql: `SELECT ${wanted} FROM ${details}` }]);
      return (found?.rows ?? []).map((row) => groupOf(row));
    },

    checkWritable() {},

    async add(user) {
      if ((await this.readNamed(user.name)).length > 0) throw new BivouacError('user.exists');
      const values: Record<string, string | number> = {
        username: user.name,
        password: user.passwordHash,
        ...(columns.expiry ? { password_expired: Number(user.isPasswordExpired ?? false) } : {}),
        ...(columns.sendTo && user.sendTo ? { two_fa_send_to: user.sendTo } : {}),
        ...(columns.totp && user.totp ? { totp_secret: user.totp } : {}),
      };
      const names = Object.keys(values);
      const marks = names.map(() => '?').join(', ');
      await client.run([
        // Rows of somebody who was deleted by hand must not make an administrator of his successor.
        { sql: `DELETE FROM ${groups} WHERE \`username\` = ?`, params: [user.name] },
        {
          sql: `INSERT INTO ${users} (${names.map(quoted).join(', ')}) VALUES (${marks})`,
          params: Object.values(values),
        },
        ...user.groups.map((group) => joining(user.name, group)),
      ]);
    },

    async change(name, change) {
      const values = valuesOf(change, columns);
      const names = Object.keys(values);
      const leaving = [...(change.leaves ?? []), ...(change.joins ?? [])];
      await client.run([
        ...(names.length === 0
          ? []
          : [
              {
                sql: `UPDATE ${users} SET ${names.map((one) => `${quoted(one)} = ?`).join(', ')}
                  WHERE \`username\` = ?`,
                params: [...Object.values(values), name],
                mustHit: true as const,
              },
            ]),
        ...leaving.map((group) => ({
          sql: `DELETE FROM ${groups} WHERE \`username\` = ? AND \`group\` = ?`,
          params: [name, group],
        })),
        ...(change.joins ?? []).map((group) => joining(name, group)),
      ]);
    },

    async remove(name) {
      await client.run([
        { sql: `DELETE FROM ${users} WHERE \`username\` = ?`, params: [name], mustHit: true },
        { sql: `DELETE FROM ${groups} WHERE \`username\` = ?`, params: [name] },
      ]);
    },

    async putGroup(name, permissions) {
      if (details === undefined) return;
      const text = JSON.stringify(permissions);
      const [known] = await client.run([
        { sql: `SELECT \`name\` FROM ${details} WHERE \`name\` = ?`, params: [name] },
      ]);
      await client.run([
        (known?.rows.length ?? 0) > 0
          ? { sql: `UPDATE ${details} SET \`permissions\` = ? WHERE \`name\` = ?`, params: [text, name] }
          : { sql: `INSERT INTO ${details} (\`permissions\`, \`name\`) VALUES (?, ?)`, params: [text, name] },
      ]);
    },

    async removeGroup(name) {
      await client.run([
        { sql: `DELETE FROM ${groups} WHERE \`group\` = ?`, params: [name] },
        ...(details === undefined
          ? []
          : [{ sql: `DELETE FROM ${details} WHERE \`name\` = ?`, params: [name] }]),
      ]);
    },

    close: () => client.close(),
  };

  /** A restriction cannot be enforced here, so that what it restricts is not allowed at all. */
  function groupOf(row: Row): DirectoryGroup {
    const permissions = objectOf(row['permissions']);
    const restricted = restrictions.filter((column) => {
      const value = objectOf(row[column]);
      return value === undefined || Object.keys(value).length > 0;
    });
    const withheld = restricted.map((column) => column.replace('_restricted', ''));
    return {
      name: textOf(row['name']),
      permissions: Object.entries(permissions ?? {})
        .filter(([name, value]) => value === true && !withheld.includes(name))
        .map(([name]) => name),
      isBroken: permissions === undefined || withheld.length > 0,
    };
  }
}

function valuesOf(
  { passwordHash, isPasswordExpired, sendTo, totp }: DirectoryChange,
  columns: UserDirectory['columns'],
): Record<string, string | number> {
  return {
    ...(passwordHash === undefined ? {} : { password: passwordHash }),
    ...(isPasswordExpired === undefined || !columns.expiry
      ? {}
      : { password_expired: Number(isPasswordExpired) }),
    ...(sendTo === undefined || !columns.sendTo ? {} : { two_fa_send_to: sendTo }),
    ...(totp === undefined || !columns.totp ? {} : { totp_secret: totp }),
  };
}

/** The configuration takes no other letters in a table's name; columns are our own words. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '')}\``;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : String(value);
}

/** Empty and NULL are an object without members. Undefined for what is not JSON of that kind. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const text = textOf(value);
  if (text === '') return {};
  try {
    const parsed: unknown = typeof value === 'object' ? value : JSON.parse(text);
    if (parsed === null) return {};
    return typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
