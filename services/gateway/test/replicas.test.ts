import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { expect, test } from '@jest/globals';
import { type ConfigFile, chat, startGateway, tiers } from './start-gateway.ts';

const twoTiers = (simulator: Simulator, more: ConfigFile = {}): ConfigFile => ({
  clusters: { main: { endpoints: tiers(simulator, ['primary', 'secondary']) } },
  routes: [{ model: '*', cluster: 'main' }],
  ...more,
});

test('what one replica finds broken the other spares, and a replica that starts later too', async () => {
  await using simulator = await startSimulator();
  const state = createInProcessState();
  const config = twoTiers(simulator);
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
  const config = twoTiers(simulator, { breaker: { open_for: '300ms', ramp: '0s' } });
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
