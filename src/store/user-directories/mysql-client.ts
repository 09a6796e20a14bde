import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { BivouacError, messageOf } from '../../core/errors.ts';
import type { SqlClient, Statement, StatementResult } from './sql-client.ts';

export interface MysqlAddress {
  /** `host:port`, `host`, or `socket:/path`. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: {
    /** `auto`: for another machine only. */
    readonly wanted: 'auto' | 'required' | 'off';
    /** PEM file; '' for the public authorities. */
    readonly caFile: string;
  };
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
  const at = placeOf(address.host);
  const isTls = address.tls.wanted === 'auto' ? !isThisMachine(at) : address.tls.wanted === 'required';
  let pool: Promise<Pool> | undefined;
  const place = `the database ${address.database} at ${address.host}`;

  async function connection(): Promise<PoolConnection> {
    pool ??= open(address, at, isTls).catch((error) => {
      pool = undefined;
      throw error;
    });
    return (await pool).getConnection();
  }

  function errorOf(error: unknown): BivouacError {
    if (error instanceof BivouacError) return error;
    const { code } = error as { code?: string };
    if (code === 'ER_DUP_ENTRY') return new BivouacError('user.exists');
    const isReadOnly = code === 'ER_OPTION_PREVENTS_STATEMENT' || code === 'ER_TABLEACCESS_DENIED_ERROR';
    const problem = tlsProblem(error) ?? (messageOf(error) || code || 'no connection');
    return new BivouacError(
      isReadOnly ? 'user_store.read_only' : 'user_store.unusable',
      `User database ${address.database} at ${address.host}: ${problem}`,
      undefined,
      error,
    );
  }

  return {
    dialect: 'mysql',
    place,
    isInPlain: !isTls && !isThisMachine(at),
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

async function open(
  { user, password, database, tls }: MysqlAddress,
  at: Place,
  isTls: boolean,
): Promise<Pool> {
  const { createPool } = await import('mysql2/promise');
  return createPool({
    ...at,
    ...(isTls ? { ssl: await tlsOptions(tls.caFile) } : {}),
    ...('host' in at ? { stream: () => streamTo(at) } : {}),
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

async function tlsOptions(caFile: string) {
  // With the authority known, the certificate must also be for this host: another machine of theirs has one too.
  const checked = { rejectUnauthorized: true, verifyIdentity: true };
  if (caFile === '') return checked;
  try {
    return { ...checked, ca: await readFile(caFile, 'utf8') };
  } catch (error) {
    throw new BivouacError('user_store.unusable', `database.db_tls_ca: ${messageOf(error)}`);
  }
}

/**
 * TLS compares a certificate with the host that its socket was opened for. Node keeps that only for names, and
 * would take an address for `localhost` [Node 26, mysql2 3.24]; without it nothing but a refusal can come of it.
 */
function streamTo({ host, port }: { readonly host: string; readonly port: number }): Socket {
  const stream = connect({ host, port, noDelay: true, keepAlive: true });
  return isIP(host) === 0 ? stream : Object.assign(stream, { _host: host });
}

/** What the operator can do about it, where TLS itself failed. */
function tlsProblem(error: unknown): string | undefined {
  const { code } = error as { code?: string };
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return 'it offers no TLS, which is required (database.db_tls)';
  if (code !== 'HANDSHAKE_SSL_ERROR') return undefined;
  return `TLS failed: ${messageOf(error)}. Its certificate must come from database.db_tls_ca, and name the host of database.db_host`;
}

type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Nobody else is on the way. Any other address is another machine, also one of this machine’s own. */
function isThisMachine(at: Place): boolean {
  return 'socketPath' in at || /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(at.host);
}

function placeOf(host: string): Place {
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
