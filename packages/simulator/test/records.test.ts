import { describe, expect, test } from '@jest/globals';
import { startSimulator } from '../src/start-simulator.ts';
import { chat, openClient } from './support/requests.ts';

describe('what an upstream received', () => {
  test('every request in full, oldest first, per upstream', async () => {
    await using simulator = await startSimulator();
    await using client = openClient({ connections: 1 });
    await client.send(`${simulator.baseUrl('a')}/chat/completions?x=1`, chat('first'), {
      token: 't1',
      headers: { 'x-mark': 'm' },
    });
    await client.send(`${simulator.baseUrl('b')}/models`);
    await client.send(`${simulator.baseUrl('a')}/chat/completions`, 'no json');
    expect(simulator.requests().map(({ upstream }) => upstream)).toEqual(['a', 'b', 'a']);
    const [first, second] = simulator.requests('a');
    expect(first).toMatchObject({
      upstream: 'a',
      method: 'POST',
      path: '/v1/chat/completions?x=1',
      headers: { 'x-mark': 'm', authorization: 'Bearer t1' },
      body: JSON.stringify(chat('first')),
      json: chat('first'),
      model: 'gpt-4o-mini',
      token: 't1',
      status: 200,
      abortedAt: null,
    });
    expect(first?.at).toBeLessThanOrEqual(first?.finishedAt ?? 0);
    expect(second).toMatchObject({ body: 'no json', json: undefined, model: null, token: null, status: 400 });
    expect(second?.socketId).toBe(first?.socketId);
  });

  test('connections have their own ids', async () => {
    await using simulator = await startSimulator();
    for (let index = 0; index < 2; index++) {
      await using client = openClient();
      await client.send(`${simulator.baseUrl('a')}/chat/completions`, chat());
    }
    const [first, second] = simulator.requests('a');
    expect(first?.socketId).not.toBe(second?.socketId);
  });

  test('a caller that leaves before the answer, or during it, has aborted; one that the simulator cuts off has not', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('a', [{ stall: 'before_headers' }, { stall: 'mid_body' }, { reset: 'mid_body' }, {}]);
    const url = `${simulator.baseUrl('a')}/chat/completions`;
    for (const count of [1, 2]) {
      const leaving = new AbortController();
      const call = client.send(url, chat(), { signal: leaving.signal });
      await simulator.waitForRequests('a', count);
      leaving.abort();
      await expect(call).rejects.toThrow();
      await simulator.waitForAbort('a', count);
    }
    await expect(client.send(url, chat())).rejects.toThrow();
    await client.send(url, chat());
    await simulator.waitForIdle();
    expect(simulator.requests('a').map(({ abortedAt }) => abortedAt !== null)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(simulator.requests('a').map(({ finishedAt }) => finishedAt !== null)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(simulator.counts().a).toMatchObject({ requests: 4, aborted: 2, inFlight: 0 });
  });

  test('how many are under way, and were at most', async () => {
    await using simulator = await startSimulator();
    await using client = openClient({ connections: 5 });
    simulator.behave('a', [{ stall: 'before_headers', times: 3 }, {}]);
    const leaving = new AbortController();
    const calls = Array.from({ length: 3 }, () =>
      client.send(`${simulator.baseUrl('a')}/chat/completions`, chat(), { signal: leaving.signal }),
    );
    await simulator.waitForRequests('a', 3);
    expect([simulator.inFlight('a'), simulator.inFlight(), simulator.inFlight('b')]).toEqual([3, 3, 0]);
    leaving.abort();
    await Promise.allSettled(calls);
    await simulator.waitForIdle('a');
    await client.send(`${simulator.baseUrl('a')}/chat/completions`, chat());
    expect([simulator.inFlight('a'), simulator.peakInFlight('a')]).toEqual([0, 3]);
  });

  test('counts by status, `none` for exchanges without one', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('a', [{ status: 502, times: 2 }, { reset: 'before_headers' }, {}]);
    for (let index = 0; index < 4; index++) {
      await client.send(`${simulator.baseUrl('a')}/chat/completions`, chat()).catch(() => {});
    }
    await simulator.waitForIdle();
    expect(simulator.counts().a).toMatchObject({ requests: 4, byStatus: { 502: 2, 200: 1, none: 1 } });
  });

  test('waiting for what does not come ends, and says what was missing', async () => {
    await using simulator = await startSimulator();
    await expect(simulator.waitForRequests('a', 2, 10)).rejects.toThrow(
      'a received 0 of 2 requests after 10 ms',
    );
    await expect(simulator.waitForAbort('a', 1, 10)).rejects.toThrow('a saw 0 of 1 callers leave');
  });

  test('only the newest are kept; none if recording is off, while counts go on', async () => {
    await using simulator = await startSimulator({ maxRecords: 3 });
    await using client = openClient();
    for (let index = 0; index < 10; index++)
      await client.send(`${simulator.baseUrl('a')}/chat/completions`, chat(`${index}`));
    expect(simulator.requests('a').map(({ json }) => json)).toMatchObject([chat('7'), chat('8'), chat('9')]);
    expect(simulator.counts().a?.requests).toBe(10);

    await using silent = await startSimulator({ maxRecords: 0 });
    await client.send(`${silent.baseUrl('a')}/chat/completions`, chat());
    expect(silent.requests()).toEqual([]);
    expect(silent.counts().a?.requests).toBe(1);
  });

  test('forgetting keeps what is under way', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('a', { stall: 'before_headers' });
    const leaving = new AbortController();
    const call = client.send(`${simulator.baseUrl('a')}/chat/completions`, chat(), {
      signal: leaving.signal,
    });
    await simulator.waitForRequests('a', 1);
    simulator.forget();
    expect(simulator.requests()).toEqual([]);
    expect(simulator.counts().a).toMatchObject({ requests: 0, inFlight: 1, peakInFlight: 1 });
    leaving.abort();
    await expect(call).rejects.toThrow();
    await simulator.waitForIdle();
  });
});

test('closing ends the exchanges that hang, and can be repeated', async () => {
  const simulator = await startSimulator();
  await using client = openClient();
  simulator.behave('a', { stall: 'after_headers' });
  const call = client.send(`${simulator.baseUrl('a')}/chat/completions`, chat());
  const failed = expect(call).rejects.toThrow();
  await simulator.waitForRequests('a', 1);
  await simulator.close();
  await simulator.close();
  await failed;
});

test('a taken port is reported', async () => {
  await using simulator = await startSimulator();
  await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
