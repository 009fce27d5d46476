import { pause, until } from '../../support/until.ts';
import type { Cell, Cells, Sign } from './cell.ts';
import type { Fleet } from './fleet.ts';
import { MAX_FAILURES, PER_MINUTE } from './fleet-config.ts';
import {
  invalidTokens,
  isQueued,
  ownFailures,
  PRIMARY,
  postsAreTagged,
  primaryDies,
  primaryIsKnownAs,
  primaryIsWell,
  refusals,
  tokensDie,
} from './helpers.ts';
import {
  alert,
  answers,
  clientsServed,
  cliStatus,
  logged,
  metric,
  readyz,
  type Service,
  sign,
} from './signs.ts';

const ALL: readonly Service[] = ['gateway', 'health-checker', 'token-rotator', 'tagger'];

const failover = sign('failover: each gateway finds a dead endpoint by its own requests', async (fleet) =>
  (await ownFailures(fleet)).every((failures) => failures >= MAX_FAILURES),
);
const checksOnDemand = answers('POST', '/api/check', 200);

const limitsAreDivided = sign('the client limit: each gateway grants its share of it', ({ clients }) =>
  clients.remaining().every((left) => left < PER_MINUTE / 2),
);
const limitsAreWhole = sign(
  'the client limit: each gateway grants all of it, because it has not met the others',
  ({ clients }) => clients.remaining().every((left) => left > PER_MINUTE / 2),
);
const limitsAreCommon = sign('the client limit is counted together', ({ clients }) =>
  clients.remaining().every((left) => left > PER_MINUTE / 2),
);
const commandsAreRefused: Sign = {
  text: 'tokens cannot be reset or rotated: 503',
  async holds(fleet) {
    return (await fleet.ask('POST', '/v1/tokens/reset', { pool: 'github' })).status === 503;
  },
};

const storeIsUp = metric(ALL, 'holdfast_state_store_up', 1);
const isAway: readonly Sign[] = [
  metric(ALL, 'holdfast_state_store_up', 0),
  readyz('gateway', 'state', 'down'),
  readyz('health-checker', 'state_store', 'away, nothing is published'),
  readyz('token-rotator', 'state_store', 'down'),
  cliStatus('the state store does not answer'),
  alert('HoldfastStateStoreDown'),
];

/** A second after they have found the store, gateways have counted each other. */
const REPLICAS_COUNTED_MS = 1500;

/** It went while everything ran. */
const away: Cell = {
  async before(fleet) {
    await primaryIsKnownAs(fleet, 'up');
    await pause(REPLICAS_COUNTED_MS);
  },
  meanwhile: primaryDies,
  works: [clientsServed, failover, checksOnDemand, postsAreTagged],
  degrades: [limitsAreDivided, commandsAreRefused],
  shows: [...isAway, logged(['gateway'], 'state store is away, serving from what is known')],
};

const holdsAgain = (fleet: Fleet, key: string, field: string) => async () =>
  (await fleet.redis.command('HEXISTS', `holdfast:v1:${key}`, field)) === ':1';

export const redisCells: Cells = {
  absent: {
    meanwhile: primaryDies,
    works: [clientsServed, failover, checksOnDemand, postsAreTagged],
    degrades: [
      limitsAreWhole,
      commandsAreRefused,
      // Replicas cannot agree on one prober before they have met.
      {
        ...readyz('health-checker', 'prober', 'another replica, or none'),
        text: 'nothing is probed on the schedule',
      },
    ],
    shows: [...isAway, logged(ALL, 'state store is not there yet, starting without it')],
  },
  killed: away,
  hung: away,
  flushed: {
    async before(fleet) {
      primaryDies(fleet);
      tokensDie(fleet, 1);
      await primaryIsKnownAs(fleet, 'down');
      await until('the token is known as dead', async () => (await invalidTokens(fleet)).length === 1);
    },
    works: [
      clientsServed,
      sign(
        'a dead token stays known, and no gateway calls it twice',
        async (fleet) =>
          (await invalidTokens(fleet)).join() === 'token-1' && refusals(fleet, 1) <= fleet.gateways.length,
      ),
    ],
    degrades: [
      sign('the counts of client limits begin anew', ({ clients }) => {
        const before = clients.remaining('at the mark');
        return clients.remaining().every((left, index) => left > before[index]!);
      }),
    ],
    shows: [
      sign('in no metric and no log', async (fleet) => {
        const silent = ALL.every((service) => !fleet.printed(service).join('').includes('state store'));
        return silent && (await storeIsUp.holds(fleet));
      }),
      {
        text: 'availability, failure queue and token states are written again within ten seconds',
        withinMs: 10_000,
        holds: async (fleet) => {
          const [availability, tokens, queued] = await Promise.all([
            holdsAgain(fleet, 'availability', PRIMARY)(),
            holdsAgain(fleet, 'tokens:github', 'token-1')(),
            isQueued(fleet),
          ]);
          return availability && tokens && queued;
        },
      },
    ],
  },
  back: {
    meanwhile: primaryIsWell,
    works: [clientsServed, limitsAreCommon, answers('POST', '/api/check', 200)],
    degrades: [],
    shows: [
      storeIsUp,
      readyz('gateway', 'state', 'ok'),
      logged(ALL, 'state store is up'),
      sign('what the health-checker and the token-rotator know is published again', async (fleet) => {
        const [availability, tokens] = await Promise.all([
          holdsAgain(fleet, 'availability', PRIMARY)(),
          holdsAgain(fleet, 'tokens:github', 'token-1')(),
        ]);
        return availability && tokens;
      }),
      sign('the gateways hear how endpoints are', async (fleet) => {
        await primaryIsKnownAs(fleet, 'up');
        return true;
      }),
    ],
  },
};
