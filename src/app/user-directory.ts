import type { Config } from '../config/schema.ts';
import { BivouacError } from '../core/errors.ts';
import { createUserFile } from '../store/user-directories/json-file.ts';
import { createMysqlClient } from '../store/user-directories/mysql-client.ts';
import type { UserDirectory } from '../store/user-directories/port.ts';
import { createSqliteClient } from '../store/user-directories/sqlite-client.ts';
import { createStaticUser } from '../store/user-directories/static-user.ts';
import { createUserDatabase } from '../store/user-directories/user-database.ts';

/**
 * Where people are kept instead of in the kit's own database; undefined for there.
 * @throws BivouacError `config.invalid` for two places at one time, and for half of one
 */
export function userDirectory({ compat: { rport } }: Config): UserDirectory | undefined {
  const chosen = (['auth', 'auth_file', 'auth_user_table'] as const).filter((name) => rport[name] !== '');
  if (chosen.length > 1) {
    throw invalid(`${chosen.map((name) => `'${name}'`).join(' and ')} are set: expected only one of them`);
  }
  if (rport.auth !== '') return staticUser(rport);
  if (rport.auth_file !== '') return createUserFile(rport.auth_file);
  if (rport.auth_user_table !== '') return database(rport);
  // Half a database must not look like a kit with nobody in it.
  const { auth_group_table, auth_group_details_table, group_details_table } = rport;
  if (auth_group_table + auth_group_details_table + group_details_table !== '') {
    throw invalid('a table of groups needs auth_user_table');
  }
  return undefined;
}

type Rport = Config['compat']['rport'];

function staticUser(rport: Rport): UserDirectory {
  if (rport.two_fa_token_delivery !== '' || rport.totp_enabled) {
    throw invalid('2FA is not available if you use a single static user-password pair (auth)');
  }
  if (rport.auth_header !== '') throw invalid('auth_header cannot be used with a single static user (auth)');
  const [name = ''] = rport.auth.split(':', 1);
  return createStaticUser(name, rport.auth.slice(name.length + 1));
}

function database(rport: Rport): UserDirectory {
  const { auth_user_table: users, auth_group_table: groups } = rport;
  if (groups === '') throw invalid('auth_user_table needs auth_group_table');
  const { auth_group_details_table: byCode, group_details_table: byDocument } = rport;
  if (byCode !== '' && byDocument !== '' && byCode !== byDocument) {
    throw invalid('auth_group_details_table and group_details_table name two tables: it is one setting');
  }
  const groupDetails = byCode || byDocument || undefined;
  return createUserDatabase(client(rport), { users, groups, groupDetails });
}

function client({ database }: Rport) {
  const { db_type, db_name, db_host, db_user, db_password, db_tls, db_tls_ca } = database;
  if (db_type === '') throw invalid('auth_user_table needs database.db_type');
  if (db_name === '') throw invalid('auth_user_table needs database.db_name');
  if (db_type === 'mysql') {
    if (db_tls === 'off' && db_tls_ca !== '') throw invalid('database.db_tls_ca needs database.db_tls');
    const tls = { wanted: db_tls, caFile: db_tls_ca };
    return createMysqlClient({ host: db_host, user: db_user, password: db_password, database: db_name, tls });
  }
  if (!db_name.startsWith('/')) throw invalid('database.db_name must be the absolute path of a file');
  return createSqliteClient(db_name);
}

function invalid(problem: string): BivouacError {
  return new BivouacError('config.invalid', `compat.rport: ${problem}`);
}
