import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { expect, test } from '@jest/globals';
import { chat, startGateway } from './start-gateway.ts';

test('what one replica finds broken the other spares, and a replica that starts later too', async () => {
  await using simulator = await startSimulator();
  const state = createInProcessState();
  const config = {
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: ['primary', 'secondary'].map((name, index) => ({
          name,
          base_url: simulator.baseUrl(name),
          api_key: 'sk-test',
          priority: index + 1,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
  };
  await using first = await startGateway(config, { state });
  await using second = await startGateway(config, { state });
  simulator.behave('primary', { status: 500 });
  for (let i = 0; i < 3; i++) await first.post('/v1/chat/completions', chat());
  expect(simulator.requests('primary')).toHaveLength(3);
  expect((await second.post('/v1/chat/completions', chat())).headers.get('x-holdfast-endpoint')).toBe(
    'secondary',
  );
  await using third = await startGateway(config, { state });
  expect((await third.post('/v1/chat/completions', chat())).headers.get('x-holdfast-attempts')).toBe('1');
  expect(simulator.requests('primary')).toHaveLength(3);
});

test('an endpoint that may be back is tried by one replica at a time', async () => {
  await using simulator = await startSimulator();
  const state = createInProcessState();
  const config = {
    breaker: { open_for: '300ms', ramp: '0s' },
    clusters: {
      main: {
        protocol: 'openai',
        endpoints: ['primary', 'secondary'].map((name, index) => ({
          name,
          base_url: simulator.baseUrl(name),
          api_key: 'sk-test',
          priority: index + 1,
        })),
      },
    },
    routes: [{ model: '*', cluster: 'main' }],
  };
  await using first = await startGateway(config, { state });
  await using second = await startGateway(config, { state });
  simulator.behave('primary', { status: 500 });
  for (let i = 0; i < 3; i++) await first.post('/v1/chat/completions', chat());
  simulator.behave('primary', { latencyMs: 400 });
  const until = Date.now() + 1000;
  const answers: Promise<Response>[] = [];
  while (Date.now() < until && simulator.inFlight('primary') === 0) {
    answers.push(first.post('/v1/chat/completions', chat()), second.post('/v1/chat/completions', chat()));
    await answers.at(-1);
  }
  expect(simulator.peakInFlight('primary')).toBe(1);
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
});
