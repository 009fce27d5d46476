import cron from 'node-cron';

export interface Scheduled {
  stop(): void;
}

export interface CronScheduled extends Scheduled {
  /** From the next run to the one after it, ms; null when there are no two more. */
  periodMs(): number | null;
}

/** node-cron would print to the console, between the JSON lines. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** Runs `task` on a cron schedule (UTC), never twice at a time. A failure goes to `onError`, and the schedule goes on. */
export function onCron(
  expression: string,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): CronScheduled {
  const scheduled = cron.schedule(expression, () => task().catch(onError), {
    noOverlap: true,
    timezone: 'UTC',
    unref: true,
    logger: silent,
    suppressMissedWarning: true,
  });
  return {
    stop: () => void scheduled.destroy(),
    periodMs() {
      const [next, following] = scheduled.getNextRuns(2);
      return next && following ? following.getTime() - next.getTime() : null;
    },
  };
}

/** Runs `task` again `intervalMs` after it ended, so that it never overlaps itself. The first run is after one interval. */
export function everyInterval(
  intervalMs: number,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): Scheduled {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const plan = () => {
    timer = setTimeout(() => {
      task()
        .catch(onError)
        .finally(() => {
          if (!stopped) plan();
        });
    }, intervalMs);
    timer.unref();
  };
  plan();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
