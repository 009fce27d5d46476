import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat, readConfig, startGateway } from '../start-gateway.ts';
import { ask, codesOf, pair, read, simulatedPair } from './pair.ts';

describe('I13 I14 a reload', () => {
  test('lets requests under way end as they began, with the connections they need', async () => {
    await using simulator = await startSimulator();
    await using elsewhere = await startSimulator();
    const config = (at: typeof simulator) =>
      pair({ primary: at.baseUrl('primary'), secondary: at.baseUrl('secondary') });
    await using gateway = await startGateway(config(simulator));
    simulator.behave('primary', { status: 500, latencyMs: 60 });
    const running = ask(gateway, 'chat');
    await simulator.waitForRequests('primary', 1);
    gateway.applyConfig(readConfig(config(elsewhere)));
    expect((await running).status).toBe(200);
    expect(codesOf(gateway)).toEqual(['P18', 'ok']);
    expect(simulator.requests('secondary')).toHaveLength(1);
    expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(elsewhere.requests('primary')).toHaveLength(1);
  });

  test('that fails leaves the last good configuration, and says so', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    gateway.configFailed('line 3: unknown key');
    expect((await ask(gateway, 'chat')).status).toBe(200);
    expect(await gateway.metric('holdfast_config_last_reload_successful')).toBe(0);
    expect(await (await fetch(`${gateway.adminUrl}/readyz`)).text()).toContain('line 3: unknown key');
  });

  test('under traffic loses no request', async () => {
    await using simulator = await startSimulator();
    const file = pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') });
    await using gateway = await startGateway(file);
    simulator.behave('primary', { latencyMs: [0, 10] });
    const asked: Promise<{ status: number }>[] = [];
    for (let i = 0; i < 20; i++) {
      asked.push(ask(gateway, 'chat'), ask(gateway, 'chat stream'));
      gateway.applyConfig(readConfig({ ...file, timeouts: { connect: `${i + 1}s` } }));
      await asked[i];
    }
    expect((await Promise.all(asked)).every(({ status }) => status === 200)).toBe(true);
  });
});

describe('I09 a gateway that shuts down', () => {
  test('is not ready, takes nothing new, lets streams end, and ends what outlives the time as an error', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { server: { drain_timeout: '1s' } });
    simulator.behave('primary', [
      { eventCount: 5, chunkDelayMs: 10 },
      { eventCount: 1000, chunkDelayMs: 10 },
    ]);
    const short = ask(gateway, 'chat stream');
    await simulator.waitForRequests('primary', 1);
    const long = ask(gateway, 'chat stream');
    await simulator.waitForRequests('primary', 2);
    const closing = gateway.close();
    expect((await fetch(`${gateway.adminUrl}/readyz`)).status).toBe(503);
    await expect(fetch(`${gateway.url}/health`)).rejects.toThrow();
    expect((await short).broken).toBe(false);
    const cut = await long;
    expect(cut.broken).toBe(true);
    expect(cut.text).toContain('"code":"stream_interrupted"');
    expect(cut.text).not.toContain('[DONE]');
    await closing;
    expect(await breakerOpenIn(gateway)).toBe('closed');
  });

  const breakerOpenIn = async (gateway: Awaited<ReturnType<typeof simulatedPair>>) =>
    gateway.gateway.routing.endpoints.get('main/primary')!.state.breaker.kind;

  test('before content: what waits is told 503', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat', { server: { drain_timeout: '100ms' } });
    simulator.behave('primary', { stall: 'before_headers' });
    const waiting = gateway.post('/v1/chat/completions', chat());
    await simulator.waitForRequests('primary', 1);
    await gateway.close();
    expect((await read(await waiting)).status).toBe(503);
  });
});
