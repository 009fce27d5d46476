import {
  Counter,
  createServiceMetrics,
  Gauge,
  Histogram,
  type ServiceMetrics,
} from '@holdfast/runtime/metrics';
import type { QueueState } from './store/queue.ts';

/**
 * How a job came out. Per attempt of a post: `success`, `retrying` (failed, another attempt follows), `failed` (for good),
 * `skipped` (no text). `superseded`: the result came after the claim was lost, and was thrown away. `refused`: new posts
 * turned away because the database was down.
 */
const JOB_RESULTS = ['success', 'retrying', 'failed', 'skipped', 'superseded', 'refused'] as const;
export type JobResult = (typeof JOB_RESULTS)[number];

export interface TaggerMetrics extends ServiceMetrics {
  jobEnded(result: JobResult, durationMs: number | null): void;
  postsRefused(count: number): void;
}

/** `queueState` is asked at each scrape; while it cannot answer the gauges keep their last values. */
export function createTaggerMetrics(
  version: string,
  queueState: () => Promise<QueueState>,
  now: () => number,
): TaggerMetrics {
  const service = createServiceMetrics('tagger', version);
  const registers = [service.registry];

  // What becomes of the posts, and is anything given up?
  const jobs = new Counter({
    name: 'holdfast_tagging_jobs_total',
    help: 'Attempts to tag a post by how they came out, and posts refused while the database was down.',
    labelNames: ['result'],
    registers,
  });
  for (const result of JOB_RESULTS) jobs.inc({ result }, 0);

  // How long does an attempt take, with its back-off?
  const duration = new Histogram({
    name: 'holdfast_tagging_job_duration_seconds',
    help: 'From the first claim of an attempt to its end, waits between its calls included.',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600],
    registers,
  });

  // Does the line grow, and does anything in it wait too long? Both from one query a scrape.
  let asked: Promise<void> | null = null;
  const refresh = (): Promise<void> => {
    asked ??= queueState()
      .then(({ length, oldestDueMs }) => {
        queueLength.set(length);
        oldestJobAge.set(oldestDueMs === null ? 0 : Math.max(0, now() - oldestDueMs) / 1000);
      })
      .catch(() => {})
      .finally(() => {
        asked = null;
      });
    return asked;
  };
  const queueLength = new Gauge({
    name: 'holdfast_tagging_queue_length',
    help: 'Posts with a tagging job, waiting or in work. The same number at every tagger of one database.',
    registers,
    collect: refresh,
  });
  const oldestJobAge = new Gauge({
    name: 'holdfast_tagging_oldest_job_age_seconds',
    help: 'How long the job that waits longest could have been taken by now; a job in back-off is not waiting.',
    registers,
    collect: refresh,
  });

  return {
    ...service,
    jobEnded(result, durationMs) {
      jobs.inc({ result });
      if (durationMs !== null) duration.observe(durationMs / 1000);
    },
    postsRefused: (count) => jobs.inc({ result: 'refused' }, count),
  };
}
