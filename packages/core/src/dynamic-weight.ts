/** What is remembered of an endpoint's results: moving averages, plain JSON. */
export interface EndpointScore {
  /** 0 to 1. */
  readonly successShare: number;
  /** Of successes only, ms: a fast failure never looks good. Null before the first. */
  readonly latencyMs: number | null;
  readonly spreadMs: number;
  readonly failuresInRow: number;
}

/** One probe, or what traffic told in a while. */
export interface ScoreSample {
  readonly ok: number;
  readonly failed: number;
  /** Mean of the successes, ms. */
  readonly latencyMs: number | null;
  readonly spreadMs: number | null;
}

export interface WeightInput {
  readonly configured: number;
  readonly score: EndpointScore;
  /** Latency plus spread that is usual among the endpoint's peers, ms; null when nobody knows. */
  readonly usualMs: number | null;
  /** The weight it has now. */
  readonly current: number;
}

/** Weight of the newest sample in the averages. */
const NEW = 0.3;
/** Share of the way to the target that one step goes. */
const STEP = 0.5;
/** An endpoint that works at all keeps a tenth: enough traffic to see it recover. */
const LOWEST = 0.1;
const SLOWEST = 0.25;
/** Slower than its peers by less than this is chance. */
const TOLERANCE = 1.2;
const MAX_HALVINGS = 4;

export const freshScore: EndpointScore = { successShare: 1, latencyMs: null, spreadMs: 0, failuresInRow: 0 };

/** The averages with one sample more. Pure. */
export function reduceScore(score: EndpointScore, sample: ScoreSample): EndpointScore {
  const uses = sample.ok + sample.failed;
  if (uses === 0) return score;
  const { latencyMs } = sample;
  const mean = score.latencyMs ?? latencyMs;
  const deviation =
    latencyMs === null || mean === null ? null : (sample.spreadMs ?? Math.abs(latencyMs - mean));
  return {
    successShare: mix(score.successShare, sample.ok / uses),
    latencyMs: latencyMs === null || mean === null ? score.latencyMs : mix(mean, latencyMs),
    spreadMs: deviation === null ? score.spreadMs : mix(score.spreadMs, deviation),
    failuresInRow: sample.ok > 0 ? 0 : score.failuresInRow + sample.failed,
  };
}

/**
 * The next weight, between a tenth of the configured one and all of it: the square of the success share, less for being slower
 * or less steady than its peers, halved by every failure in a row; a step towards it at a time. `reason` is null
 * near the full weight. Pure.
 */
export function nextWeight({ configured, score, usualMs, current }: WeightInput): {
  weight: number;
  reason: string | null;
} {
  const own = score.latencyMs === null ? null : score.latencyMs + score.spreadMs;
  const pace =
    own === null || usualMs === null || own <= usualMs * TOLERANCE ? 1 : Math.max(SLOWEST, usualMs / own);
  const halvings = Math.min(score.failuresInRow, MAX_HALVINGS);
  const factor = Math.max(LOWEST, score.successShare ** 2 * pace * 0.5 ** halvings);
  const stepped = current + (configured * factor - current) * STEP;
  const weight = Math.round(Math.min(configured, Math.max(configured * LOWEST, stepped)) * 100) / 100;
  return { weight, reason: weight >= configured * 0.95 ? null : reasonFor(score, pace, weight, configured) };
}

function reasonFor(score: EndpointScore, pace: number, weight: number, configured: number): string {
  const causes = [
    score.failuresInRow > 0 ? `${score.failuresInRow} failures in a row` : '',
    score.successShare < 0.98 ? `success ${Math.round(score.successShare * 100)} %` : '',
    pace < 1 ? `${(1 / pace).toFixed(1)} x slower than its peers` : '',
  ].filter(Boolean);
  return `weight ${weight} of ${configured}: ${causes.join(', ') || 'recovering'}`;
}

const mix = (old: number, fresh: number): number => old + (fresh - old) * NEW;
