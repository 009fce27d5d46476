import type { Simulator } from '@holdfast/simulator/simulator';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, readConfig, startGateway } from '../start-gateway.ts';
import {
  ask,
  breakerOpen,
  endedWell,
  errorIn,
  inRotation,
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

describe('P05 X03 a key that is refused', () => {
  test('is not used again while something else can serve', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { breaker: { max_failures: 3 } });
    simulator.behave('primary', { fault: 'invalid_key' });
    for (let i = 0; i < 4; i++) expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(simulator.requests('primary')).toHaveLength(1);
  });

  test('is tried once per request where nothing else is left, and its first success ends the rest', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: null }),
    );
    simulator.behave('primary', { fault: 'invalid_key' });
    expect((await ask(gateway, 'chat')).status).toBe(502);
    const again = await ask(gateway, 'chat');
    expect(again.status).toBe(503);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(simulator.requests('primary')).toHaveLength(2);
    simulator.behave('primary', {});
    expect((await ask(gateway, 'chat')).status).toBe(200);
    const together = await Promise.all([1, 2, 3].map(() => ask(gateway, 'chat')));
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('is used again once it was edited', async () => {
    await using simulator = await startSimulator();
    const file = pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') });
    await using gateway = await startGateway(file);
    simulator.behave('primary', [{ fault: 'invalid_key' }, {}]);
    await ask(gateway, 'chat');
    expect(await inRotation(gateway, 'chat')).toBe(false);
    const edited = JSON.parse(JSON.stringify(file).replace('sk-primary-c4n4ry', 'sk-edited')) as ConfigFile;
    gateway.applyConfig(readConfig(edited));
    expect(await inRotation(gateway, 'chat')).toBe(true);
  });
});

describe('a single endpoint gets all attempts', () => {
  const alone = (simulator: Simulator, more: ConfigFile) =>
    startGateway(pair({ primary: simulator.baseUrl('primary'), secondary: null, more }));

  test('P13 also under a limit that names no time, at the pace of the back-off', async () => {
    await using simulator = await startSimulator();
    await using gateway = await alone(simulator, { retry: { base_delay: '5ms', max_delay: '20ms' } });
    simulator.behave('primary', { status: 429 });
    const got = await ask(gateway, 'chat');
    expect(got.status).toBe(429);
    expect(errorIn(got).attempts).toHaveLength(4);
  });

  test('N07 and none of them gets more time than it may take, where all hang', async () => {
    await using simulator = await startSimulator();
    await using gateway = await alone(simulator, {
      retry: { base_delay: '5ms' },
      timeouts: { first_content: '50ms' },
    });
    simulator.behave('primary', { stall: 'before_headers' });
    const got = await ask(gateway, 'chat');
    expect(got.status).toBe(504);
    expect(errorIn(got).code).toBe('all_attempts_failed');
    expect(errorIn(got).attempts!.map(({ result }) => result)).toEqual(Array(4).fill('timeout'));
  });

  test('P03 but not for a model that it says it does not have', async () => {
    await using simulator = await startSimulator();
    await using gateway = await alone(simulator, { retry: { base_delay: '5ms' } });
    simulator.behave('primary', { fault: 'model_not_found_400' });
    expect((await ask(gateway, 'chat')).status).toBe(502);
    expect(simulator.requests('primary')).toHaveLength(1);
  });
});

test('P02 the client is told in the word it looks for, whatever the provider calls it', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(pair({ primary: simulator.baseUrl('primary'), secondary: null }));
  const message = 'prompt is too long: 215032 tokens > 200000 maximum';
  simulator.behave('primary', { status: 400, body: { error: { type: 'invalid_request_error', message } } });
  const got = await ask(gateway, 'chat');
  expect(got.status).toBe(400);
  expect(errorIn(got)).toMatchObject({ code: 'context_length_exceeded', message });
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
