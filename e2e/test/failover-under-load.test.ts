import { startSimulator } from '@holdfast/simulator/start-simulator';
import { expect, test } from '@jest/globals';
import { chatRequest, judgeEcho, requestName } from '../support/chat.ts';
import { cluster, endpoint } from '../support/configs.ts';
import { openHttpClient } from '../support/http-client.ts';
import { startGateway } from '../support/start-service.ts';

const UNDER_WAY = 50;

/** The retry budget lets a fifth of them try the unknown; once that has answered, the others follow at once. Nobody is turned away. */
test('many requests under way when their endpoint fails: all of them are answered by the next one', async () => {
  await using simulator = await startSimulator();
  simulator.behave('primary', { fault: 'nginx_502', latencyMs: 300 });
  simulator.behave('secondary', { latencyMs: 1500 });
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
  const replies = await Promise.all(
    Array.from({ length: UNDER_WAY }, (_, n) =>
      client.post(`${gateway.url}/v1/chat/completions`, chatRequest('gpt-4o', requestName(n))),
    ),
  );
  expect(replies.map(judgeEcho).filter((problem) => problem !== null)).toEqual([]);
  expect(simulator.requests('primary')).toHaveLength(UNDER_WAY);
  expect(simulator.requests('secondary')).toHaveLength(UNDER_WAY);
  expect(simulator.peakInFlight('secondary')).toBeGreaterThan(UNDER_WAY / 2);
}, 60_000);
