import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  endedWell,
  errorIn,
  pair,
  protocolOf,
  read,
  saidIn,
  simulatedPair,
  WAYS,
} from './pair.ts';

describe('X03 every endpoint is out', () => {
  test('the one whose failure is longest ago is tried once, then the client is told when to come back', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { retry: { max_attempts: 2 } });
    for (const name of ['primary', 'secondary']) simulator.behave(name, { status: 500 });
    await ask(gateway, 'chat');
    expect([await breakerOpen(gateway), await breakerOpen(gateway, 'secondary')]).toEqual([true, true]);
    simulator.forget();
    const got = await ask(gateway, 'chat');
    expect(got.status).toBe(503);
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(20);
    expect([simulator.requests('primary').length, simulator.requests('secondary').length]).toEqual([1, 0]);
    simulator.behave('secondary', {});
    expect((await ask(gateway, 'chat')).status).toBe(200);
  });

  test('also when some of them only rest', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', { status: 429, headers: { 'retry-after': '60' } });
    simulator.behave('secondary', { status: 500 });
    await ask(gateway, 'chat');
    simulator.behave('secondary', {});
    expect((await ask(gateway, 'chat')).status).toBe(200);
  });
});

describe('P08 X03 a model that nobody has', () => {
  test('is a 404 at first and while all are known not to have it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    for (const name of ['primary', 'secondary']) simulator.behave(name, { fault: 'model_not_found' });
    for (let i = 0; i < 3; i++) {
      const got = await ask(gateway, 'chat');
      expect(got.status).toBe(404);
      expect(errorIn(got).code).toBe('model_not_found');
    }
    expect(simulator.requests('primary')).toHaveLength(1);
  });

  test('one after the other speaks against the endpoint, until something answers there', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', { fault: 'model_not_found' });
    await ask(gateway, 'chat', 'a');
    expect(await breakerOpen(gateway)).toBe(false);
    await ask(gateway, 'chat', 'b');
    expect(await breakerOpen(gateway)).toBe(true);
  });

  test('does not, where another model has answered', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    await ask(gateway, 'chat', 'good');
    simulator.behave('primary', { fault: 'model_not_found' });
    for (const model of ['a', 'b', 'c']) await ask(gateway, 'chat', model);
    expect(await breakerOpen(gateway)).toBe(false);
  });
});

test('P02 a larger window is looked for under another name, and known ones are compared', async () => {
  await using simulator = await startSimulator();
  const config = pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') });
  const [cluster] = Object.values(config.clusters as Record<string, { endpoints: { models?: object }[] }>);
  cluster!.endpoints[1]!.models = { 'gpt-4o': 'gpt-4o-long' };
  await using gateway = await startGateway(config);
  simulator.behave('primary', { fault: 'context_length' });
  expect((await ask(gateway, 'chat')).headers.get('x-holdfast-endpoint')).toBe('secondary');
  expect(simulator.requests('secondary')[0]!.model).toBe('gpt-4o-long');
  const small = await ask(gateway, 'chat', 'small');
  expect(small.status).toBe(400);
  expect(errorIn(small).code).toBe('context_length_exceeded');
  expect(simulator.requests('secondary')).toHaveLength(1);
});

describe('X05 the guaranteed answer', () => {
  for (const way of [...WAYS, 'completions', 'completions stream', 'responses', 'responses stream']) {
    test(`${way}: needs no provider, no store and no network, and ends like a real one`, async () => {
      await using gateway = await startGateway(
        pair({
          primary: 'http://127.0.0.1:9/v1',
          secondary: 'http://127.0.0.1:9/v1',
          protocol: protocolOf(way),
          more: { fallback: { mode: 'canned', texts: ['Back soon.'] } },
        }),
      );
      for (let i = 0; i < 2; i++) {
        const got = await ask(gateway, way);
        expect(got.status).toBe(200);
        expect(saidIn(got)).toBe('Back soon.');
        expect(endedWell(got, way)).toBe(true);
        expect(got.headers.get('x-holdfast-fallback')).toBe('canned');
        expect(got.headers.get('x-holdfast-endpoint')).toBe('none');
      }
    });
  }

  test('is none for what cannot be made up: embeddings get the honest error', async () => {
    await using gateway = await startGateway(
      pair({
        primary: 'http://127.0.0.1:9/v1',
        secondary: null,
        more: { fallback: { mode: 'canned', texts: ['Back soon.'] } },
      }),
    );
    const got = await read(await gateway.post('/v1/embeddings', { model: 'e', input: 'x' }));
    expect(got.status).toBe(502);
    expect(errorIn(got).code).toBe('all_attempts_failed');
  });
});
