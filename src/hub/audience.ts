/**
 * Channels as the router's check point sees them. A sender reaches a receiver if it may send into (IN) at
 * least one channel that the receiver hears (OUT) [TAK Server 5.7 groups].
 */

/** A set of channel names in one canonical string, so that equal sets compare and look up as one key. */
export function audienceKey(groups: readonly string[]): string {
  // NUL cannot occur in a channel name, so no two sets share a key.
  return [...new Set(groups)].sort().join('\0');
}

export function reaches(groupsIn: readonly string[], groupsOut: readonly string[]): boolean {
  for (const group of groupsIn) if (groupsOut.includes(group)) return true;
  return false;
}

/**
 * Whether two who speak into these channels have listeners in common, so that one may speak of what the other
 * spoke of. Two who speak to nobody count as one: what is kept of them must stay little.
 */
export function speakAlike(a: readonly string[], b: readonly string[]): boolean {
  return a === b || reaches(a, b) || a.length + b.length === 0;
}
