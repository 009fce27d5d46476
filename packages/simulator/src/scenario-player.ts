import type { Scenario, ScenarioProgress, Step } from './scenario.ts';

export interface Stage {
  /** A scenario begins; its seed, if it has one. */
  start(seed: number | undefined): void;
  show(step: Step): void;
}

export interface ScenarioPlayer {
  play(scenario: Scenario): void;
  /** The scene that is on stays. */
  stop(): void;
  progress(): ScenarioProgress | null;
}

interface Performance {
  readonly scenario: Scenario;
  readonly steps: readonly Step[];
  round: number;
  roundStartedAt: number;
  stepIndex: number;
  timer: NodeJS.Timeout | undefined;
}

/** Shows each step at its time, counted from the start so that delays do not add up. */
export function createScenarioPlayer(stage: Stage): ScenarioPlayer {
  let on: Performance | null = null;

  function show(performance: Performance, stepIndex: number): void {
    const step = performance.steps[stepIndex];
    if (!step) return;
    performance.stepIndex = stepIndex;
    stage.show(step);
    const next = performance.steps[stepIndex + 1];
    if (next) at(performance, next.atMs, () => show(performance, stepIndex + 1));
    else if (performance.scenario.loop) at(performance, lengthOf(performance), () => startRound(performance));
  }

  function startRound(performance: Performance): void {
    performance.roundStartedAt += performance.round === 0 ? 0 : lengthOf(performance);
    performance.round += 1;
    show(performance, 0);
  }

  function at(performance: Performance, offsetMs: number, action: () => void): void {
    const delayMs = performance.roundStartedAt + offsetMs - now();
    performance.timer = setTimeout(action, Math.max(0, delayMs));
  }

  function stop(): void {
    clearTimeout(on?.timer);
    on = null;
  }

  return {
    play(scenario) {
      stop();
      stage.start(scenario.seed);
      const steps = scenario.steps.toSorted((a, b) => a.atMs - b.atMs);
      on = { scenario, steps, round: 0, roundStartedAt: now(), stepIndex: 0, timer: undefined };
      startRound(on);
    },
    stop,
    progress() {
      if (!on) return null;
      const { scenario, steps, stepIndex, round, roundStartedAt } = on;
      const elapsedMs = Math.round(now() - roundStartedAt);
      const nextAtMs = steps[stepIndex + 1]?.atMs ?? (scenario.loop ? lengthOf(on) : null);
      return {
        name: scenario.name ?? null,
        elapsedMs,
        round,
        step: steps[stepIndex]?.name ?? '',
        stepIndex,
        steps: steps.map(({ name, atMs }) => ({ name, atMs })),
        nextStepInMs: nextAtMs === null ? null : Math.max(0, nextAtMs - elapsedMs),
      };
    },
  };
}

/** Monotonic: a clock that is set does not hurry the story. */
function now(): number {
  return performance.now();
}

function lengthOf({ scenario, steps }: Performance): number {
  return scenario.lengthMs ?? steps.at(-1)?.atMs ?? 0;
}
