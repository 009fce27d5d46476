import { expect, test } from '@jest/globals';
import { runLoad } from '../src/load-generator.ts';
import type { LoadResult } from '../src/load-request.ts';
import { createLoadTally } from '../src/load-tally.ts';
import { startSimulator } from '../src/start-simulator.ts';

test('sends at the given rate, all models in turn, streams in their share, and sums up', async () => {
  await using simulator = await startSimulator();
  const results: LoadResult[] = [];
  const load = runLoad({
    url: `${simulator.url}/ignored`,
    requestsPerSecond: 100,
    durationS: 0.5,
    models: ['a', 'b'],
    streamShare: 0.5,
    apiKey: 'sk-load',
    onResult: (result) => results.push(result),
  });
  const summary = await load.finished;
  expect(summary).toMatchObject({ requests: 50, ok: 50, dropped: 0, failures: {} });
  expect(summary.p95Ms).toBeGreaterThanOrEqual(summary.p50Ms ?? Number.POSITIVE_INFINITY);
  const requests = simulator.requests('default');
  expect(requests).toHaveLength(50);
  expect(requests.filter(({ model }) => model === 'a')).toHaveLength(25);
  expect(requests.every(({ token, path }) => token === 'sk-load' && path === '/v1/chat/completions')).toBe(
    true,
  );
  const streams = results.filter(({ stream }) => stream).length;
  expect(streams).toBeGreaterThan(10);
  expect(streams).toBeLessThan(40);
});

test('tells failures apart: statuses, cut streams, no answer', async () => {
  await using simulator = await startSimulator();
  simulator.behave('default', [
    { status: 502 },
    { reset: 'before_headers' },
    { cut: 'eof_without_done' },
    { cut: 'rst', cutAfterEvents: 1 },
    {},
  ]);
  const lines: string[] = [];
  const load = runLoad({
    url: simulator.url,
    requestsPerSecond: 50,
    durationS: 0.1,
    models: ['a'],
    streamShare: 1,
    summaryEveryS: 0.05,
    log: (line) => lines.push(line),
  });
  expect(await load.finished).toMatchObject({
    requests: 5,
    ok: 1,
    failures: { 502: 1, 'no answer': 1, 'cut stream': 2 },
  });
  expect(lines[0]).toMatch(/^\d+ requests in 0.05 s, \d+ ok/);
});

test('a summary in one line says what went wrong and who answered', () => {
  const tally = createLoadTally();
  const result = { model: 'a', stream: false, durationMs: 12.4, fallback: 'none', error: null };
  tally.add({ ...result, ok: true, status: 200 });
  tally.add({ ...result, ok: true, status: 200, durationMs: 30.6, fallback: 'endpoint' });
  tally.add({ ...result, ok: false, status: 503 });
  tally.drop();
  expect(tally.line(10)).toBe(
    '3 requests in 10 s, 2 ok, 1 failed (503: 1), 1 dropped, fallback none: 2, endpoint: 1, p50 31 ms, p95 31 ms',
  );
});

test('drops what is due while too many are open, and stops when told to', async () => {
  await using simulator = await startSimulator();
  simulator.behave('default', { latencyMs: 100 });
  const load = runLoad({ url: simulator.url, requestsPerSecond: 200, models: ['a'], maxConcurrency: 4 });
  await simulator.waitForRequests('default', 8);
  await load.stop();
  const { requests, ok, dropped } = await load.finished;
  expect(simulator.peakInFlight('default')).toBe(4);
  expect(dropped).toBeGreaterThan(0);
  expect(ok).toBe(requests);
  expect(simulator.inFlight()).toBe(0);
});
