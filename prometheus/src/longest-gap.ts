import cron from 'node-cron';

/** Enough runs to see the longest gap of any schedule that repeats at least weekly. */
const RUNS = 400;

/** The longest time in seconds between two neighbouring runs of a cron schedule (UTC). */
export function longestGapSeconds(schedule: string): number {
  const task = cron.createTask(schedule, () => undefined, { timezone: 'UTC' });
  const times = task.getNextRuns(RUNS).map((date) => date.getTime());
  void task.destroy();
  return times.slice(1).reduce((longest, time, index) => Math.max(longest, (time - times[index]!) / 1000), 0);
}
