import type { Simulator } from '@holdfast/simulator/simulator';
import type { RedisServer } from '@holdfast/state/testing/redis-server';
import { atLeast, atMost, type Check, exactly } from '../goals/goal.ts';
import { fetchMetrics } from '../support/metrics.ts';
import type { GatewayProcess } from '../support/start-service.ts';
import { pause, until } from '../support/until.ts';
import { CANNED } from './canned.ts';
import type { CheckerFleet } from './checker-fleet.ts';

/** One that turns into a parrot, and one that dies and recovers; both in the cluster `sick`. */
export const SICK = ['parrot', 'lazarus'];

export interface SickOptions {
  /** Through whose eyes it is seen. */
  readonly gateway: GatewayProcess;
  readonly checkers: CheckerFleet;
  readonly redis: RedisServer;
  readonly simulator: Simulator;
  /** Of the schedule. */
  readonly periodS: number;
  readonly queueS: number;
}

const LOOK_EVERY_MS = 200;
/** The queue is looked at every second, and the news takes a moment. */
const TICK_S = 2;
const SLACK_MS = 10_000;

/** What becomes of an endpoint that says the same canned text to everything, and of one that is dead for a while. */
export async function watchSick(options: SickOptions): Promise<Check[]> {
  const { gateway, checkers, redis, simulator, periodS, queueS } = options;
  const healthOf = async (name: string) => {
    const { clusters } = await gateway.status();
    const { endpoints } = clusters.find((cluster) => cluster.name === 'sick')!;
    return endpoints.find((endpoint) => endpoint.name === name)!.health;
  };
  const isQueued = async (name: string) =>
    (await redis.command('ZSCORE', 'holdfast:v1:failure-queue', `sick/${name}`)) !== '$-1';
  const becomes = (name: string, health: string, withinMs: number) =>
    until(`${name} is ${health}`, async () => (await healthOf(name)) === health, withinMs);
  const probesOf = async (llm_endpoint: string) => {
    const pages = await Promise.all(checkers.running().map(({ url }) => fetchMetrics(url)));
    return pages.reduce((sum, page) => sum + page.sum('holdfast_probes_total', { llm_endpoint }), 0);
  };
  const callsOf = (name: string) => simulator.requests(name).length;

  for (const name of SICK) await becomes(name, 'up', SLACK_MS);
  const [probes, calls] = [await probesOf('parrot'), callsOf('parrot')];
  simulator.behave('parrot', CANNED);
  simulator.behave('lazarus', { reset: 'on_accept' });
  await becomes('parrot', 'down', 2 * periodS * 1000 + SLACK_MS);
  const untilDown = (await probesOf('parrot')) - probes;
  let strayed = 0;
  const look = async () => {
    if (!(await isQueued('parrot')) || (await healthOf('parrot')) !== 'down') strayed++;
  };
  const looking = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);

  try {
    await becomes('lazarus', 'down', 3 * queueS * 1000 + SLACK_MS);
    simulator.clearBehaviour('lazarus');
    const wellMs = performance.now();
    await becomes('lazarus', 'up', queueS * 1000 + SLACK_MS);
    const backS = (performance.now() - wellMs) / 1000;
    await pause(2 * queueS * 1000);
    return [
      exactly('probes until the parrot was down', untilDown, 1),
      exactly('looks at which it was not down or not in the failure queue', strayed, 0),
      atLeast('calls to the parrot meanwhile', callsOf('parrot') - calls, 4),
      atMost('seconds from the recovery of the dead one to its return', backS, queueS + TICK_S),
      exactly('in the failure queue then', Number(await isQueued('lazarus')), 0),
    ];
  } finally {
    clearInterval(looking);
  }
}
