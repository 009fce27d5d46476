/** The command line does not fit; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
