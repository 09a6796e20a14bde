/** The API version that TAK Server 5.x speaks; ATAK parses it as an integer [ATAK 5.5]. */
export const API_VERSION = '3';

/**
 * What almost every Marti call answers with. `type` is a Java class name that clients compare as a whole.
 *
 * @param nodeId tells the servers of a cluster apart; any constant text
 */
export function envelope(type: string, data: unknown, nodeId: string): object {
  return { version: API_VERSION, type, data, nodeId };
}

/** `2026-06-01T12:00:00.000Z`: with three digits of milliseconds every client's parser takes it. */
export function martiTime(ms: number): string {
  return new Date(ms).toISOString();
}
