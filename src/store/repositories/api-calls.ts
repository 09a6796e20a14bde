import { read, write } from '../operation.ts';

/** Calls kept; at 300 bytes each they take 6 MB. */
export const API_CALLS_MAX = 20_000;

export interface NewApiCall {
  readonly atMs: number;
  readonly principalId: string;
  readonly username: string;
  readonly method: string;
  readonly endpoint: string;
  readonly content: string;
  readonly remote: string;
}

export interface ApiCallRecord extends NewApiCall {
  readonly id: number;
}

export const apiCalls = {
  add: write((db, call: NewApiCall): void => {
    const { lastId } = db.run(
      `INSERT INTO api_calls (at_ms, principal_id, username, method, endpoint, content, remote)
       VALUES (:atMs, :principalId, :username, :method, :endpoint, :content, :remote)`,
      { ...call },
    );
    db.run('DELETE FROM api_calls WHERE id <= ?', [lastId - API_CALLS_MAX]);
  }),

  /** Newest first. */
  list: read((db, { beforeId, limit }: { beforeId?: number; limit: number }): ApiCallRecord[] =>
    db.all<ApiCallRecord>(
      `SELECT id, at_ms AS atMs, principal_id AS principalId, username, method, endpoint, content, remote
       FROM api_calls WHERE id < ? ORDER BY id DESC LIMIT ?`,
      [beforeId ?? Number.MAX_SAFE_INTEGER, limit],
    ),
  ),
};
