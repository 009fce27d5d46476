import type { Check } from '../goals/goal.ts';

/** A story that several processes of the suite live through together. */
export interface Scenario {
  /** As typed: `npm run scenario -- <name>`. */
  readonly name: string;
  readonly title: string;
  run(run: ScenarioRun): Promise<ScenarioResult>;
}

export interface ScenarioRun {
  /** At the size that was promised; else the same story within seconds, as tests run it. */
  readonly full: boolean;
  /** Progress for who watches a long run. */
  note(line: string): void;
}

export interface ScenarioResult {
  readonly checks: readonly Check[];
  /** What happened when, from the processes' own logs. */
  readonly timeline?: readonly string[];
}
