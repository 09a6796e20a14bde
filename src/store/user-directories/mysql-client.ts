import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { BivouacError, messageOf } from '../../core/errors.ts';
import type { SqlClient, Statement, StatementResult } from './sql-client.ts';

export interface MysqlAddress {
  /** `host:port`, `host`, or `socket:/path`. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A database that answers later than this is none for a sign-in, milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;

/** Enough for sign-ins at one time, and few enough for a database that has other work. */
const CONNECTIONS_MAX = 4;
/** One more than this is refused at once. */
const WAITING_MAX = 64;

const DEFAULT_PORT = 3_306;

/** A MySQL or MariaDB server. The driver is loaded when it is first needed: few kits have such a database. */
export function createMysqlClient(address: MysqlAddress): SqlClient {
  let pool: Promise<Pool> | undefined;
  const place = `the database ${address.database} at ${address.host}`;

  async function connection(): Promise<PoolConnection> {
    pool ??= open(address);
    return (await pool).getConnection();
  }

  function errorOf(error: unknown): BivouacError {
    if (error instanceof BivouacError) return error;
    const { code } = error as { code?: string };
    if (code === 'ER_DUP_ENTRY') return new BivouacError('user.exists');
    const isReadOnly = code === 'ER_OPTION_PREVENTS_STATEMENT' || code === 'ER_TABLEACCESS_DENIED_ERROR';
    return new BivouacError(
      isReadOnly ? 'user_store.read_only' : 'user_store.unusable',
      `User database ${address.database} at ${address.host}: ${messageOf(error) || code || 'no connection'}`,
      undefined,
      error,
    );
  }

  return {
    dialect: 'mysql',
    place,
    async run(statements) {
      let used: PoolConnection | undefined;
      try {
        used = await connection();
        await used.beginTransaction();
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await runOne(used, statement));
        await used.commit();
        used.release();
        return results;
      } catch (error) {
        // Whatever it was in the middle of ends with it.
        used?.destroy();
        throw errorOf(error);
      }
    },
    async close() {
      await (await pool)?.end();
    },
  };
}

async function open({ host, user, password, database }: MysqlAddress): Promise<Pool> {
  const { createPool } = await import('mysql2/promise');
  return createPool({
    ...placeOf(host),
    user,
    password,
    database,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_TIMEOUT_MS,
    connectionLimit: CONNECTIONS_MAX,
    queueLimit: WAITING_MAX,
    multipleStatements: false,
    // Rows are read by plain code, not by code that is made from what the server says.
    disableEval: true,
  });
}

function placeOf(host: string): { socketPath: string } | { host: string; port: number } {
  if (host.startsWith('socket:')) return { socketPath: host.slice('socket:'.length) };
  const { groups } = /^\[?(?<name>[^\]]*?)\]?(?::(?<port>\d+))?$/.exec(host) ?? {};
  return { host: groups?.['name'] ?? host, port: Number(groups?.['port'] ?? DEFAULT_PORT) };
}

async function runOne(
  connection: PoolConnection,
  { sql, params = [], mustHit }: Statement,
): Promise<StatementResult> {
  const [result] = await connection.execute<RowDataPacket[] | ResultSetHeader>(
    { sql, timeout: QUERY_TIMEOUT_MS },
    [...params],
  );
  if (Array.isArray(result)) return { rows: result, changes: 0 };
  if (mustHit && result.affectedRows === 0) throw new BivouacError('user.unknown');
  return { rows: [], changes: result.affectedRows };
}
