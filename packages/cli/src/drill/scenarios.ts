import type { Protocol } from '@holdfast/config/types';
import type { Behaviour } from '@holdfast/simulator/behaviour';

/** One kind of outage. */
export interface DrillScenario {
  readonly name: string;
  readonly what: string;
  /** Which twins fail: the first endpoint of the first tier of the cluster under test, or every endpoint of every cluster. */
  readonly breaks: 'primary' | 'all' | 'nothing';
  /** How they fail: nobody listens, or as the simulator is told. A delay that the twin states is divided by the speed. */
  readonly how: 'refused' | ((protocol: Protocol, speed: number) => Behaviour);
  /** Clients ask for streams only; else for both in turn. */
  readonly streamsOnly?: boolean;
  readonly stateStoreAway?: boolean;
}

/** When the rate limited twin says that it may be asked again: longer than any wait within a request. */
const STATED_DELAY_MS = 60_000;

const as = (behaviour: Behaviour) => () => behaviour;

export const SCENARIOS: readonly DrillScenario[] = [
  { name: 'primary-dead', what: 'the primary refuses connections', breaks: 'primary', how: 'refused' },
  {
    name: 'primary-502',
    what: 'the primary answers 502',
    breaks: 'primary',
    how: as({ fault: 'nginx_502' }),
  },
  {
    name: 'primary-hangs',
    what: 'the primary takes requests and never answers',
    breaks: 'primary',
    how: as({ stall: 'before_headers' }),
  },
  {
    name: 'rate-limited',
    what: 'the primary answers 429, to every token',
    breaks: 'primary',
    how: (protocol, speed) => ({
      fault: protocol === 'anthropic' ? 'anthropic_429' : 'openai_429',
      headers: { 'retry-after-ms': String(Math.round(STATED_DELAY_MS / speed)) },
    }),
  },
  {
    name: 'error-in-200',
    what: 'the primary answers 200 with an error inside',
    breaks: 'primary',
    how: (protocol) =>
      protocol === 'anthropic'
        ? { body: { type: 'error', error: { type: 'api_error', message: 'Internal server error' } } }
        : { fault: 'error_in_200' },
  },
  {
    name: 'stream-cut',
    what: "the primary's streams break off before any content",
    breaks: 'primary',
    how: as({ cutAfterEvents: 1, cut: 'fin' }),
    streamsOnly: true,
  },
  { name: 'all-dead', what: 'every endpoint refuses connections', breaks: 'all', how: 'refused' },
  {
    name: 'redis-away',
    what: 'the state store does not answer',
    breaks: 'nothing',
    how: as({}),
    stateStoreAway: true,
  },
];
