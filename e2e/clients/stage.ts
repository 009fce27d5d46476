import type { Behaviour } from '@holdfast/simulator/behaviour';
import type { Simulator } from '@holdfast/simulator/simulator';
import { type GatewayProcess, startGateway } from '../support/start-service.ts';
import type { Protocol, Upstreams } from './matrix.ts';

/** What the upstreams think before they answer, for clients that show it. */
export const THOUGHT = 'The user wants an answer.';

/** Two that fail in different ways, so that the failover to the other vendor comes in the middle of the retries. */
const FAILING: readonly Behaviour[] = [{ fault: 'nginx_502' }, { fault: 'empty' }];

export const answering = ({ answers }: Upstreams): string => `${answers}-works`;
export const failing = ({ failing: protocol }: Upstreams): string[] =>
  protocol === null ? [] : FAILING.map((_, index) => `${protocol}-fails-${index + 1}`);

/** A gateway in front of one column's upstreams, as `upstreams` says. */
export function startColumn(simulator: Simulator, upstreams: Upstreams): Promise<GatewayProcess> {
  const endpoint = (name: string, protocol: Protocol, priority: number) => ({
    name,
    protocol,
    priority,
    base_url: simulator.baseUrl(name),
    api_key: 'sk-provider',
  });
  for (const [index, name] of failing(upstreams).entries()) simulator.behave(name, FAILING[index]!);
  simulator.behave(answering(upstreams), { reasoning: THOUGHT });
  return startGateway({
    retry: { base_delay: '20ms', max_delay: '100ms' },
    // Every request of every client is to see the failures.
    breaker: { max_failures: 1000 },
    clusters: {
      main: {
        protocol: upstreams.failing ?? upstreams.answers,
        endpoints: [
          ...failing(upstreams).map((name) => endpoint(name, upstreams.failing!, 1)),
          endpoint(answering(upstreams), upstreams.answers, 2),
        ],
      },
    },
    routes: ['gpt-4o-mini', 'claude-sonnet-5', '*'].map((model) => ({ model, cluster: 'main' })),
  });
}
