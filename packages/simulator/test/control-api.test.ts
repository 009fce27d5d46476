import { describe, expect, test } from '@jest/globals';
import type { Simulator } from '../src/simulator.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { type Client, chat, openClient, type SendOptions } from './support/requests.ts';

async function control(
  client: Client,
  simulator: Simulator,
  method: SendOptions['method'],
  path: string,
  body?: unknown,
) {
  const { status, text } = await client.send(`${simulator.url}/_control${path}`, body, {
    method: method ?? 'GET',
  });
  return { status, answer: JSON.parse(text) };
}

describe('the control API', () => {
  test('sets, shows and removes behaviours', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const call = async () =>
      (await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat())).status;
    expect((await control(client, simulator, 'GET', '/health')).answer).toEqual({ status: 'ok' });
    const put = await control(client, simulator, 'PUT', '/upstreams/primary', [
      { status: 502 },
      { fault: 'openai_429' },
    ]);
    expect(put.status).toBe(200);
    expect((await control(client, simulator, 'GET', '/upstreams')).answer).toEqual({
      primary: [{ status: 502 }, { fault: 'openai_429' }],
    });
    expect([await call(), await call()]).toEqual([502, 429]);
    await control(client, simulator, 'PUT', '/upstreams/*', { status: 500 });
    await control(client, simulator, 'DELETE', '/upstreams/primary');
    expect(await call()).toBe(500);
    await control(client, simulator, 'POST', '/reset');
    expect(await call()).toBe(200);
  });

  test('shows what was received, and forgets it', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    for (const content of ['1', '2', '3']) {
      await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat(content), { token: 'sk' });
    }
    await client.send(`${simulator.baseUrl('other')}/models`);
    const { answer } = await control(client, simulator, 'GET', '/requests?upstream=primary&limit=2');
    expect(answer.requests.map(({ body }: { body: string }) => JSON.parse(body).messages[0].content)).toEqual(
      ['2', '3'],
    );
    expect(answer.requests[0]).toMatchObject({
      upstream: 'primary',
      token: 'sk',
      status: 200,
      path: '/v1/chat/completions',
    });
    expect((await control(client, simulator, 'GET', '/counts')).answer).toMatchObject({
      primary: { requests: 3, byStatus: { 200: 3 }, inFlight: 0, peakInFlight: 1 },
      other: { requests: 1 },
    });
    await control(client, simulator, 'DELETE', '/requests');
    expect((await control(client, simulator, 'GET', '/requests')).answer).toEqual({ requests: [] });
    expect((await control(client, simulator, 'GET', '/counts')).answer).toEqual({});
  });

  const wrong: [string, unknown, string][] = [
    ['/upstreams/p', { latencyMs: 'slow' }, 'latencyMs: '],
    ['/upstreams/p', { cutAfterEvent: 3 }, '"cutAfterEvent"'],
    ['/upstreams/p', [{}, { fault: 'nothing' }], '1.fault: '],
    ['/upstreams/p', { rate: { perMinute: -1 } }, 'rate.perMinute: '],
    ['/upstreams/p', { tokens: { t: { times: 2 } } }, 'tokens.t: '],
    ['/upstreams/p', [], 'at least one behaviour'],
    ['/upstreams/p', '{ "status": ', 'at line'],
    ['/scenario', { steps: [{ at: 'soon', name: 'x' }] }, 'steps.0.at: expected a duration'],
    [
      '/scenario',
      { steps: [{ at: 0, name: 'x', upstreams: { p: { status: 1 } } }] },
      'steps.0.upstreams.p.status: ',
    ],
    ['/scenario', 'steps: []', 'steps: '],
  ];
  test.each(wrong)('PUT %s %p is a 400 that names the field', async (path, body, named) => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const { status, answer } = await control(client, simulator, 'PUT', path, body);
    expect(status).toBe(400);
    expect(answer.error.message).toContain(named);
  });

  test('an unknown route lists what there is; a wrong limit is a 400', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    expect(await control(client, simulator, 'GET', '/nothing')).toMatchObject({
      status: 404,
      answer: { error: { message: expect.stringContaining('GET /counts') } },
    });
    expect((await control(client, simulator, 'GET', '/requests?limit=none')).status).toBe(400);
  });

  test('works while every upstream hangs, drips and floods', async () => {
    await using simulator = await startSimulator();
    await using client = openClient({ connections: 100 });
    const leaving = new AbortController();
    const behaviours = [
      { stall: 'before_headers' },
      { stall: 'mid_body' },
      { drip: { bytes: 1, everyMs: 1 } },
      { endless: true, body: 'x'.repeat(65_536) },
    ] as const;
    const calls = behaviours.flatMap((behaviour, index) => {
      simulator.behave(`up${index}`, behaviour);
      return Array.from({ length: 10 }, () =>
        client.send(`${simulator.baseUrl(`up${index}`)}/chat/completions`, chat('x'.repeat(5_000)), {
          signal: leaving.signal,
        }),
      );
    });
    await Promise.all(behaviours.map((_, index) => simulator.waitForRequests(`up${index}`, 10)));
    await using operator = openClient();
    expect((await control(operator, simulator, 'GET', '/health')).status).toBe(200);
    expect((await control(operator, simulator, 'GET', '/counts')).answer.up0.inFlight).toBe(10);
    expect((await control(operator, simulator, 'PUT', '/upstreams/up0', {})).status).toBe(200);
    expect((await operator.send(`${simulator.baseUrl('up0')}/chat/completions`, chat())).status).toBe(200);
    leaving.abort();
    await Promise.allSettled(calls);
  });

  test('plays a scenario, shows how far it is, stops it', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const call = async () =>
      (await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat())).status;
    const yaml =
      'name: story\nsteps:\n  - { at: 0s, name: down, upstreams: { primary: { fault: nginx_502 } } }\n  - { at: 1h, name: up }\n';
    const { answer } = await control(client, simulator, 'PUT', '/scenario', yaml);
    expect(answer).toMatchObject({
      name: 'story',
      round: 1,
      step: 'down',
      steps: [
        { name: 'down', atMs: 0 },
        { name: 'up', atMs: 3_600_000 },
      ],
    });
    expect(await call()).toBe(502);
    expect((await control(client, simulator, 'GET', '/scenario')).answer.nextStepInMs).toBeGreaterThan(
      3_590_000,
    );
    expect((await control(client, simulator, 'DELETE', '/scenario')).answer).toBeNull();
    expect(await call()).toBe(502);
    await control(client, simulator, 'POST', '/reset');
    expect(await call()).toBe(200);
  });
});
