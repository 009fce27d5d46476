/** What every verb exits with (docs/cli.md). */
export const EXIT = {
  ok: 0,
  degraded: 1,
  /** Down, or wrong usage. */
  down: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
