import { steadyNow } from '@holdfast/runtime/clock';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { type ConfigFile, startGateway } from '../start-gateway.ts';
import { askChat, cached, caching, type Got } from './caching.ts';

/** Asks once, lets the answer age, and asks again of a provider that fails. */
async function askAgain(
  ageMs: number,
  {
    more = {},
    stream = false,
    headers = {},
    failure = { status: 502 },
    pingEveryMs = 15_000,
  }: {
    more?: ConfigFile;
    stream?: boolean;
    headers?: Record<string, string>;
    failure?: object;
    pingEveryMs?: number;
  } = {},
): Promise<{ first: Got; second: Got; calls: number; stale: number | undefined }> {
  await using simulator = await startSimulator();
  let skewMs = 0;
  await using gateway = await startGateway(caching(simulator, { ttl: '60s', stale_if_error: '1h' }, more), {
    now: () => steadyNow() + skewMs,
    clientTimers: { pingEveryMs },
  });
  const first = await askChat(gateway, { stream });
  skewMs = ageMs;
  simulator.behave('primary', failure);
  const second = await askChat(gateway, { stream }, headers);
  const stale = await gateway.metric(cached('stale'));
  return { first, second, calls: simulator.requests().length - 1, stale };
}

const canned = { fallback: { mode: 'canned', texts: ['Canned.'] } };

describe('an answer past its time', () => {
  for (const stream of [false, true]) {
    for (const more of [{}, canned]) {
      test(`is given when nobody has a fresh one (${JSON.stringify({ stream, more })})`, async () => {
        const { first, second, calls, stale } = await askAgain(120_000, { more, stream });
        expect([second.status, second.cache, second.text]).toEqual([200, 'stale', first.text]);
        expect(second.headers.get('x-holdfast-attempts')).toBe('2');
        expect([calls, stale]).toEqual([2, 1]);
      });
    }
  }

  test('ends a stream that has been kept alive so far', async () => {
    const { first, second } = await askAgain(120_000, {
      stream: true,
      failure: { latencyMs: 200, status: 502 },
      pingEveryMs: 30,
    });
    expect([second.status, second.headers.get('x-holdfast-endpoint')]).toEqual([200, 'pending']);
    const events = ({ text }: Got) => text.replaceAll(/^: .*\n\n/gm, '');
    expect(events(second)).toBe(events(first));
  });

  test('is not given when there is a fresh one, which takes its place', async () => {
    const { second } = await askAgain(120_000, { failure: { text: 'Fresh.' } });
    expect([second.cache, second.text.includes('Fresh.')]).toEqual(['miss', true]);
  });

  test('is not given for a request that is wrong, or that wants the honest error', async () => {
    const wrong = await askAgain(120_000, { failure: { fault: 'bad_request' } });
    expect([wrong.second.status, wrong.second.cache]).toEqual([400, 'miss']);
    const honest = await askAgain(120_000, { headers: { 'x-holdfast-fallback': 'off' } });
    expect([honest.second.status, honest.second.cache]).toEqual([502, 'miss']);
  });

  test('is not given when it is too old, or the configuration does not allow any', async () => {
    const old = await askAgain(3_700_000, { more: canned });
    expect([old.second.cache, old.second.text.includes('Canned.')]).toEqual(['miss', true]);
    const strict = await askAgain(120_000, { more: { cache: { enabled: true, ttl: '60s' } } });
    expect([strict.second.status, strict.second.cache]).toEqual([502, 'miss']);
  });
});
