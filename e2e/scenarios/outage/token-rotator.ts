import type { Cell, Cells, Sign } from './cell.ts';
import { invalidTokens, refusals, tokensDie } from './helpers.ts';
import { alert, answers, clientsServed, cliStatus, logged, sign } from './signs.ts';

/** Tokens that have died so far: one more in each outage. */
const DEAD = { absent: 1, killed: 2, hung: 3 };
const NUMBERS = [1, 2, 3];

const noneAgain = sign('no gateway calls a dead token twice', (fleet) =>
  NUMBERS.every((number) => refusals(fleet, number) <= fleet.gateways.length),
);

/** A token dies while nobody looks after the pool. */
function away(number: number): Cell {
  return {
    meanwhile: (fleet) => tokensDie(fleet, number),
    works: [
      clientsServed,
      sign('the pool moves on from a token that dies', (fleet) => refusals(fleet, number) > 0),
      noneAgain,
    ],
    degrades: [
      sign(
        'each gateway has to find that out, with one call',
        (fleet) => refusals(fleet, number) === fleet.gateways.length,
      ),
    ],
    shows: [
      answers('GET', '/v1/tokens/stats', 503, 'service_unavailable'),
      logged(['gateway'], 'service does not answer'),
      cliStatus('token-rotator does not answer'),
      alert('HoldfastServiceDown', { job: 'token-rotator' }),
    ],
  };
}

const knowsTheDead: Sign = sign(
  'what gateways have found meanwhile is known and published',
  async (fleet) => {
    const dead = NUMBERS.filter((number) => refusals(fleet, number) > 0);
    return (await invalidTokens(fleet)).join() === dead.map((number) => `token-${number}`).join();
  },
);

export const tokenRotatorCells: Cells = {
  absent: away(DEAD.absent),
  killed: away(DEAD.killed),
  hung: away(DEAD.hung),
  back: {
    works: [clientsServed, knowsTheDead, noneAgain],
    degrades: [],
    shows: [answers('GET', '/v1/tokens/stats', 200), logged(['token-rotator'], 'leading the token pools')],
  },
};
