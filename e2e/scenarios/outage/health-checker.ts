import { fetchMetrics } from '../../support/metrics.ts';
import type { Cells, Sign } from './cell.ts';
import type { Fleet } from './fleet.ts';
import { isQueued, primaryDies, primaryIsKnownAs, primaryIsWell, primaryStands } from './helpers.ts';
import { alert, answers, clientsServed, cliStatus, logged, sign } from './signs.ts';

const leftAlone: Sign = sign('a dead endpoint is left alone, by the breakers', (fleet) =>
  primaryStands(fleet, ({ breaker }) => breaker !== 'closed'),
);
async function isProbing({ ports }: Fleet): Promise<boolean> {
  const page = await fetchMetrics(`http://127.0.0.1:${ports['health-checker']}`);
  return page.sum('holdfast_probe_last_run_timestamp_seconds') > Date.now() / 1000 - 3;
}
const nobodyChecks: Sign = sign('what waits in the failure queue is not checked', isQueued);
const isAway: readonly Sign[] = [
  answers('GET', '/api/status', 503, 'service_unavailable'),
  logged(['gateway'], 'service does not answer'),
  cliStatus('health-checker does not answer'),
  alert('HoldfastServiceDown', { job: 'health-checker' }),
];

export const healthCheckerCells: Cells = {
  absent: {
    meanwhile: primaryDies,
    works: [clientsServed, leftAlone],
    degrades: [
      sign('how endpoints are is unknown, which leaves none out', (fleet) =>
        primaryStands(fleet, ({ health }) => health === 'unknown'),
      ),
      nobodyChecks,
    ],
    shows: isAway,
  },
  killed: {
    async before(fleet) {
      primaryDies(fleet);
      await primaryIsKnownAs(fleet, 'down');
    },
    meanwhile: primaryIsWell,
    works: [
      clientsServed,
      sign('what it found last holds', (fleet) =>
        primaryStands(fleet, ({ health, standing }) => health === 'down' && standing !== 'available'),
      ),
    ],
    degrades: [
      sign(
        'what was down and recovers comes back only when that is too old: two rounds, a timeout and 30 s',
        (fleet) =>
          primaryStands(fleet, ({ health, standing }) => health === 'unknown' && standing === 'available'),
      ),
    ],
    shows: isAway,
  },
  hung: {
    async before(fleet) {
      primaryIsWell(fleet);
      await primaryIsKnownAs(fleet, 'up');
    },
    meanwhile: primaryDies,
    works: [clientsServed, leftAlone],
    degrades: [nobodyChecks],
    shows: isAway,
  },
  back: {
    meanwhile: primaryIsWell,
    works: [
      clientsServed,
      sign('what waited in the failure queue is checked', async (fleet) => !(await isQueued(fleet))),
      sign('gateways hear at once how endpoints are', (fleet) =>
        primaryStands(fleet, ({ health, standing }) => health === 'up' && standing === 'available'),
      ),
    ],
    degrades: [],
    shows: [
      answers('GET', '/api/status', 200),
      sign('`holdfast_probe_last_run_timestamp_seconds` moves', isProbing),
    ],
  },
};
