import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { isSameModel } from '../../src/states/model-swaps.ts';
import { startGateway } from '../start-gateway.ts';
import { ask, breakerOpen, inRotation, pair, saidIn, simulatedPair } from './pair.ts';

describe('X02 an endpoint that comes back', () => {
  test('is tried by one request, then takes its traffic back little by little', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({
        primary: simulator.baseUrl('primary'),
        secondary: simulator.baseUrl('secondary'),
        more: { breaker: { max_failures: 1, open_for: '100ms', ramp: '1h' } },
      }),
      { random: () => 0.5 },
    );
    simulator.behave('primary', [{ status: 500 }, { latencyMs: 300 }, {}]);
    await ask(gateway, 'chat');
    expect(await breakerOpen(gateway)).toBe(true);
    const { state } = gateway.gateway.routing.endpoints.get('main/primary')!;
    await until(() => state.breaker.kind === 'open' && state.breaker.untilMs <= gateway.gateway.now());
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(gateway, 'chat')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(simulator.requests('primary')).toHaveLength(2);
    expect(state.breaker.kind).toBe('closed');
    for (let i = 0; i < 5; i++) await ask(gateway, 'chat');
    // A tenth of its share at first, and this die always says a half.
    expect(simulator.requests('primary')).toHaveLength(2);
  });
});

describe('I07 clocks that jump or differ', () => {
  test('shorten and lengthen no rest', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', [{ status: 429, headers: { 'retry-after': '60' } }, {}]);
    await ask(gateway, 'chat');
    const { now } = Date;
    try {
      for (const jumpMs of [300_000, -300_000]) {
        Date.now = () => now() + jumpMs;
        expect((await ask(gateway, 'chat')).headers.get('x-holdfast-endpoint')).toBe('secondary');
      }
    } finally {
      Date.now = now;
    }
    expect(simulator.requests('primary')).toHaveLength(1);
  });

  test.each([
    ['a limit', { status: 429, headers: { 'retry-after': '60' } }, 60],
    ['a limit in ten days', { status: 429, headers: { 'retry-after': '864000' } }, 86_400],
    ['a refused key', { fault: 'invalid_key' }, 3600],
    ['a missing model', { fault: 'model_not_found' }, 600],
  ] as const)(
    '%s rests an endpoint for its time, and then nobody need clear it',
    async (_what, answer, seconds) => {
      let laterMs = 0;
      await using simulator = await startSimulator();
      await using gateway = await startGateway(
        pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') }),
        { now: () => performance.now() + laterMs },
      );
      simulator.behave('primary', [answer, {}]);
      await ask(gateway, 'chat');
      laterMs = seconds * 950;
      expect(await inRotation(gateway, 'chat')).toBe(false);
      laterMs = seconds * 1000 + 60_000;
      expect(await inRotation(gateway, 'chat')).toBe(true);
    },
  );

  test('P13 a limit that names no time rests an endpoint for longer each time, until it is lifted', async () => {
    let laterMs = 0;
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') }),
      { now: () => Date.UTC(2026, 0, 1) + performance.now() + laterMs },
    );
    simulator.behave('primary', { status: 429 });
    for (const seconds of [1, 2, 15]) {
      expect(await inRotation(gateway, 'chat')).toBe(false); // asked, and refused
      laterMs += seconds * 950;
      const asked = simulator.requests('primary').length;
      await ask(gateway, 'chat');
      expect(simulator.requests('primary')).toHaveLength(asked);
      laterMs += seconds === 15 ? 90_000 : seconds * 500;
    }
    simulator.behave('primary', {});
    expect(await inRotation(gateway, 'chat')).toBe(true);
  });

  test('a provider’s date is read by the provider’s own clock', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: null }),
    );
    const theirsMs = Date.now() + 3_600_000;
    simulator.behave('primary', {
      status: 429,
      headers: {
        date: new Date(theirsMs).toUTCString(),
        'retry-after': new Date(theirsMs + 30_000).toUTCString(),
      },
    });
    const seconds = Number((await ask(gateway, 'chat')).headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(40);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (!isSo()) {
    if (performance.now() > untilMs) throw new Error('it did not become so');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('X07 what timed out may have run: the second provider answers, the first one’s late answer is nobody’s', async () => {
  await using simulator = await startSimulator();
  await using gateway = await simulatedPair(simulator, 'chat', { timeouts: { first_content: '80ms' } });
  simulator.behave('primary', { latencyMs: 160 });
  const got = await ask(gateway, 'chat');
  expect(saidIn(got)).toContain('Hello from secondary');
  await simulator.waitForAbort('primary');
  expect((await ask(gateway, 'chat', 'another-model')).text).not.toContain('primary');
});

describe('X10 another model than was asked for', () => {
  test('is told once, with both names', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', {
      body: {
        id: 'c',
        object: 'chat.completion',
        model: 'gpt-4o-mini',
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      },
    });
    for (let i = 0; i < 3; i++) await ask(gateway, 'chat');
    const told = gateway.lines().filter(({ msg }) => /another model/.test(String(msg)));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ endpoint: 'main/primary', asked: 'gpt-4o', answered: 'gpt-4o-mini' });
  });

  test.each([
    ['gpt-4o', 'gpt-4o-2024-08-06', true],
    ['openai/gpt-4o', 'gpt-4o', true],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet-20241022', true],
    ['google/gemini-2.0-flash-exp:free', 'google/gemini-2.0-flash-exp', true],
    ['gpt-4', 'gpt-4-0613', true],
    ['gpt-4o', 'gpt-4o-mini', false],
    ['claude-opus-4-1', 'claude-sonnet-4-5', false],
  ])('%s answered by %s: the same is %s', (asked, answered, same) => {
    expect(isSameModel(asked, answered)).toBe(same);
  });
});
