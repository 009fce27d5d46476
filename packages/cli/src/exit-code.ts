/** What every verb exits with (CONTRACT section 1). */
export const EXIT = {
  ok: 0,
  degraded: 1,
  /** Down, or wrong usage. */
  down: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
