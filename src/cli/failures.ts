/** What was typed makes no sense: exit code 2, where a failure is 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did what it should, and what it found is not good: exit code 1. */
export class UnwellError extends Error {
  override readonly name = 'UnwellError';
}
