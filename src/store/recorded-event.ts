/** An event on its way into the history. Times are milliseconds since the Unix epoch, angles degrees. */
export interface RecordedEvent {
  readonly uid: string;
  readonly type: string;
  readonly how: string;
  /** The sender's `time` and `stale`. */
  readonly timeMs: number;
  readonly staleMs: number;
  /** When the kit received it, by the kit's wall clock, right or wrong. */
  readonly receivedMs: number;
  readonly lat: number;
  readonly lon: number;
  /** Who sent it; '' for the anonymous. */
  readonly principalId: string;
  readonly username: string;
  readonly callsign: string;
  /** Channels that the sender could send into. */
  readonly groups: readonly string[];
  /** A newer one of the same uid replaces it: the first to go when the disk is slow. */
  readonly isPosition: boolean;
  /** A broadcast that a late joiner should get. */
  readonly isReplayable: boolean;
  /** `<archive/>`: stays current after its stale time. */
  readonly isArchived: boolean;
  /** For `t-x-d-d`: the uid that it deletes (`link/@uid`); '' for all others. */
  readonly deletesUid: string;
  readonly format: 'xml' | 'proto';
  /** As received; may be a piece of a larger buffer, the recorder copies it. */
  readonly bytes: Uint8Array;
  /** Explicit recipients as JSON; absent for a broadcast. */
  readonly dests?: string | undefined;
}
