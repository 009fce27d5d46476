import { startSimulator } from '@holdfast/simulator/start-simulator';
import { chatRequest, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient, type Reply } from '../support/http-client.ts';
import { runLoad } from '../support/load.ts';
import { startGateway } from '../support/start-service.ts';
import { exactly, type Goal, scaled, told } from './goal.ts';

const RATE = 200;
const EACH = 5000;

/** Requests that no provider should answer: asked once, nobody is blamed. */
export const g04: Goal = {
  id: 'g04',
  title: 'wrong requests, filtered prompts and malformed JSON are tried once and blame nobody',
  async run({ share }) {
    const count = scaled(EACH, share);
    await using simulator = await startSimulator({ maxRecords: 0 });
    simulator.behave('primary', [
      { fault: 'bad_request', match: { model: 'wrong' }, times: Number.MAX_SAFE_INTEGER },
      { fault: 'content_filter', match: { model: 'filtered' }, times: Number.MAX_SAFE_INTEGER },
      { fault: 'refusal', match: { model: 'refused' }, times: Number.MAX_SAFE_INTEGER },
      {},
    ]);
    await using gateway = await startGateway({
      clusters: {
        main: cluster(
          'openai',
          endpoint('primary', simulator.baseUrl('primary')),
          endpoint('secondary', simulator.baseUrl('secondary'), 2),
        ),
      },
      routes: [{ model: '*', cluster: 'main' }],
    });
    await using client = openHttpClient();
    const url = `${gateway.url}/v1/chat/completions`;
    const calls = () => Object.values(simulator.counts()).reduce((sum, { requests }) => sum + requests, 0);

    const checks = [];
    const kinds = [
      { what: 'P01, a parameter the provider refuses', model: 'wrong', status: 400, perRequest: 1 },
      { what: 'P27, content filter', model: 'filtered', status: 200, perRequest: 1 },
      { what: 'P27, refusal', model: 'refused', status: 200, perRequest: 1 },
      { what: 'C06, malformed JSON', model: null, status: 400, perRequest: 0 },
    ];
    for (const { what, model, status, perRequest } of kinds) {
      const before = calls();
      const load = await runLoad({
        rate: RATE,
        count,
        send: (n) => client.post(url, model === null ? `{"model": ${n}` : chatRequest(model, requestName(n))),
        judge: (reply) => (reply.status === status ? null : `status ${reply.status}`),
      });
      checks.push(
        exactly(`${what}: answers with another status`, load.problemCount, 0, {
          detail: [JSON.stringify(load.problems), ...load.examples],
        }),
        exactly(`${what}: calls per request`, (calls() - before) / count, perRequest),
      );
    }
    const { clusters } = await gateway.status();
    const penalised = clusters[0]!.endpoints.filter(
      ({ standing, breaker }) => standing !== 'available' || breaker !== 'closed',
    );
    const next = await client.post(url, chatRequest('any', requestName(0)));
    return [
      told('requests of each kind', count),
      ...checks,
      exactly('penalties', penalised.length, 0, { detail: JSON.stringify(penalised) }),
      exactly('a good request afterwards goes to the primary', served(next), 1),
    ];
  },
};

const served = ({ status, headers }: Reply): number =>
  status === 200 && headers['x-holdfast-endpoint'] === 'primary' ? 1 : 0;
