import { fetchMetrics } from '../../support/metrics.ts';
import type { Cell, Cells, Sign } from './cell.ts';
import type { Fleet } from './fleet.ts';
import { cliAlerts, clientsServed, opsUrls, type Service, sign } from './signs.ts';

const ALL: readonly Service[] = ['gateway', 'health-checker', 'token-rotator', 'tagger'];
const REQUESTS = 'holdfast_requests_total';

const counted = async (fleet: Fleet): Promise<number> => {
  const pages = await Promise.all(fleet.gateways.map((gateway) => gateway.metrics()));
  return pages.reduce((sum, page) => sum + page.sum(REQUESTS), 0);
};
const metricsAnswer: Sign = sign('every process counts on, and `/metrics` answers', async (fleet) => {
  const pages = await Promise.all(ALL.flatMap((service) => opsUrls(fleet, service)).map(fetchMetrics));
  return pages.every((page) => page.sum('holdfast_build_info') === 1);
});

const away: Cell = {
  works: [clientsServed, metricsAnswer],
  degrades: [
    sign('no alert can fire, and the dashboards have a gap', async ({ prometheus }) =>
      prometheus.alerts().then(
        () => false,
        () => true,
      ),
    ),
  ],
  shows: [
    sign('`Watchdog` is silent, which a heartbeat service tells', async ({ prometheus }) =>
      prometheus.value('ALERTS{alertname="Watchdog"}').then(
        () => false,
        () => true,
      ),
    ),
    cliAlerts('"Neither Alertmanager nor Prometheus answers"', (source) => source === null),
  ],
};

export const prometheusCells: Cells = {
  absent: away,
  killed: away,
  hung: away,
  back: {
    works: [
      clientsServed,
      sign('counters have lost nothing', async (fleet) => {
        const before = await counted(fleet);
        const known = await fleet.prometheus.value(`sum(${REQUESTS})`);
        return known !== null && Math.abs(before - known) < 200;
      }),
    ],
    degrades: [],
    shows: [
      sign(
        '`up` is 1 for every process',
        async ({ prometheus }) => (await prometheus.value('sum(up)')) === 5,
      ),
      sign('`Watchdog` fires', async ({ prometheus }) =>
        (await prometheus.alerts()).some(({ alertname }) => alertname === 'Watchdog'),
      ),
      cliAlerts('asks Prometheus', (source) => source === 'prometheus'),
    ],
  },
};
