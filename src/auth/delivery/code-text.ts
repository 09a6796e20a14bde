/** What a person reads, in RPort's words: `Verification code: 05Nfqm (valid 10m0s)`. */
export function codeText(code: string, lifeMs: number): string {
  return `Verification code: ${code} (valid ${durationText(lifeMs)})`;
}

/** As Go writes durations: `10m0s`, `1h0m0s`, `8s`. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const h = Math.floor(seconds / 3_600);
  const m = Math.floor((seconds % 3_600) / 60);
  const s = seconds % 60;
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}
