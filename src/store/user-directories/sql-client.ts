/** A statement, and whether the whole is undone when it concerns nothing. */
export interface Statement {
  readonly sql: string;
  readonly params?: readonly (string | number)[];
  readonly mustHit?: true;
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly changes: number;
}

/** Somebody else's database. Never holds up the event loop. */
export interface SqlClient {
  readonly dialect: 'sqlite' | 'mysql';
  /** For people, without a secret: `the database rport at localhost:3306`. */
  readonly place: string;
  /** Whoever is on the way to another machine reads and changes everything. */
  readonly isInPlain: boolean;
  /**
   * Runs them in one transaction; what is read belongs together.
   * @throws BivouacError `user_store.unusable`, `user_store.read_only`, `user.exists` (a unique index),
   * `user.unknown` (`mustHit`)
   */
  run(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
  close(): Promise<void>;
}
