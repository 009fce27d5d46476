import type { Behaviour } from './behaviour.ts';

/** A story told by the upstreams: at each step's time its scene replaces the one before. */
export interface Scenario {
  readonly name?: string;
  /** Of the random generator, so that a run can be repeated. Default 1. */
  readonly seed?: number;
  /** Starts over after `lengthMs`. Default: the last step stays. */
  readonly loop?: boolean;
  /** Length of one round when it loops. Default: the time of the last step. */
  readonly lengthMs?: number;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly atMs: number;
  readonly name: string;
  /** The whole scene: an upstream that is not named is healthy (or does what `*` says). */
  readonly upstreams: Readonly<Record<string, Behaviour | readonly Behaviour[]>>;
}

export interface ScenarioProgress {
  readonly name: string | null;
  /** Since the start of this round. */
  readonly elapsedMs: number;
  /** From 1. */
  readonly round: number;
  readonly step: string;
  readonly stepIndex: number;
  readonly steps: readonly { readonly name: string; readonly atMs: number }[];
  readonly nextStepInMs: number | null;
}
