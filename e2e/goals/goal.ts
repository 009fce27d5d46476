/** One measurable promise, as an experiment. */
export interface Goal {
  /** `g01`, ... */
  readonly id: string;
  readonly title: string;
  /** It starts a real Redis. */
  readonly needsRedis?: boolean;
  /** The share that tests run; default a tenth. */
  readonly testShare?: number;
  run(run: GoalRun): Promise<readonly Check[]>;
}

export interface GoalRun {
  /** Of the full size of the experiment: 1 is all of it, 0.1 what CI runs. */
  readonly share: number;
  readonly seed: number;
  /** Progress for who watches a long run. */
  note(line: string): void;
}

/** One figure against its limit. */
export interface Check {
  readonly figure: string;
  readonly value: number | string;
  readonly limit: string;
  readonly passed: boolean;
  /** Depends on how fast and how busy the machine is: reported, but no reason to fail a test. */
  readonly timing: boolean;
  /** What to look at when it failed. */
  readonly detail: string;
}

interface Extra {
  readonly timing?: boolean;
  readonly detail?: string | readonly string[];
}

const check = (
  figure: string,
  value: number | string,
  limit: string,
  passed: boolean,
  extra: Extra,
): Check => ({
  figure,
  value: rounded(value),
  limit,
  passed,
  timing: extra.timing ?? false,
  detail: [extra.detail ?? []].flat().join('\n'),
});

export const atMost = (figure: string, value: number, limit: number, extra: Extra = {}): Check =>
  check(figure, value, `<= ${Math.round(limit * 100) / 100}`, value <= limit, extra);

export const atLeast = (figure: string, value: number, limit: number, extra: Extra = {}): Check =>
  check(figure, value, `>= ${Math.round(limit * 100) / 100}`, value >= limit, extra);

export const exactly = (figure: string, value: number, limit: number, extra: Extra = {}): Check =>
  check(figure, value, `${limit}`, value === limit, extra);

/** A figure worth reading that decides nothing. */
export const told = (figure: string, value: number | string): Check => check(figure, value, '', true, {});

/** `full` things at full size, never fewer than `least`. */
export const scaled = (full: number, share: number, least = 1): number =>
  Math.max(least, Math.round(full * share));

const rounded = (value: number | string): number | string =>
  typeof value === 'number' ? Math.round(value * 100) / 100 : value;
