import { networkFaults } from '@holdfast/simulator/network-faults';
import { startRawUpstream } from '@holdfast/simulator/raw-upstream';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { errorIn, leaksIn, pair, read } from './faults/pair.ts';
import { startGateway, type TestGateway } from './start-gateway.ts';

/** What cannot be replayed: one call to the best endpoint, passed through as it comes. */

function form(bytes = 1000): FormData {
  const data = new FormData();
  data.set('model', 'whisper-1');
  data.set('file', new Blob(['x'.repeat(bytes)]), 'speech.wav');
  return data;
}

const upload = async (gateway: TestGateway, bytes?: number, headers: Record<string, string> = {}) =>
  read(await fetch(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', body: form(bytes), headers }));

const single = (baseUrl: string, more = {}) =>
  startGateway(pair({ primary: baseUrl, secondary: null, more }));

describe('a body that cannot be replayed', () => {
  test('arrives whole at the provider, with the endpoint’s key and none of the client’s headers', async () => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    const got = await upload(gateway, 3_000_000, {
      cookie: 'session=secret',
      authorization: 'Bearer sk-of-the-client',
      'x-forwarded-for': '10.0.0.1',
    });
    expect(got.status).toBe(200);
    const [request] = simulator.requests('primary');
    expect(request!.path).toBe('/v1/audio/transcriptions');
    expect(request!.token).toBe('sk-primary-c4n4ry');
    expect(request!.bodyBytes.length).toBeGreaterThan(3_000_000);
    expect(Object.keys(request!.headers)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(Object.keys(request!.headers)).not.toEqual(expect.arrayContaining(['x-forwarded-for']));
  });

  test('goes to an endpoint that is in rotation', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') }),
    );
    simulator.behave('primary', { status: 500 });
    await gateway.post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    simulator.behave('primary', {});
    simulator.forget();
    expect((await upload(gateway)).status).toBe(200);
    expect([simulator.requests('primary').length, simulator.requests('secondary').length]).toEqual([0, 1]);
  });

  test('brings back only headers that are the answer’s', async () => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', {
      body: 'text',
      headers: {
        'content-type': 'text/plain',
        'set-cookie': 'a=b',
        server: 'cloudflare',
        'x-internal': 'http://10.0.0.7',
        'openai-organization': 'org-1',
      },
    });
    const got = await upload(gateway);
    expect(got.text).toBe('text');
    expect(got.headers.get('content-type')).toBe('text/plain');
    expect(
      [...got.headers.keys()].filter((name) => /cookie|server|internal|organization/.test(name)),
    ).toEqual([]);
  });
});

describe('when its provider fails', () => {
  test.each([
    ['P19 a page of a proxy', { fault: 'nginx_502' }, 502],
    ['P05 a refused key', { fault: 'invalid_key' }, 502],
    ['P12 a rate limit', { fault: 'openai_429' }, 429],
    ['P10 too large', { fault: 'too_large' }, 413],
    ['N20 a redirect', { fault: 'redirect_302' }, 502],
    ['N06 a reset', { reset: 'before_headers' }, 502],
  ] as const)('%s: the client gets the gateway’s own error', async (_name, answer, status) => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', answer);
    const got = await upload(gateway);
    expect(got.status).toBe(status);
    expect(leaksIn(got)).toEqual([]);
    expect(errorIn(got).message).not.toBe('');
    expect(simulator.requests('primary')).toHaveLength(1);
  });

  test('P01 a request that is wrong keeps the provider’s words', async () => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', { fault: 'bad_request' });
    const got = await upload(gateway);
    expect(got.status).toBe(400);
    expect(errorIn(got)).toMatchObject({ code: 'unsupported_parameter', param: 'max_tokens' });
  });

  test('N01 nobody there: the client is told so', async () => {
    const gone = await startRawUpstream(() => {});
    await gone.close();
    await using gateway = await single(gone.baseUrl);
    const got = await upload(gateway);
    expect(got.status).toBe(502);
    expect(leaksIn(got)).toEqual([]);
  });

  test('N07 it never answers: the client does not wait for ever', async () => {
    await using upstream = await startRawUpstream(() => {});
    await using gateway = await single(upstream.baseUrl, { timeouts: { total: '200ms' } });
    const got = await upload(gateway);
    expect(got.status).toBe(504);
    await upstream.waitForAllClosed();
  });

  test('N13 it breaks off: so does the answer', async () => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', { body: 'x'.repeat(10_000), reset: 'mid_body' });
    expect((await upload(gateway)).broken).toBe(true);
  });

  test('N18 a response that nobody asked for answers nobody', async () => {
    await using upstream = await networkFaults.N18[0]!.start();
    await using gateway = await single(upstream.baseUrl);
    for (let i = 0; i < 3; i++) expect((await upload(gateway)).text).not.toContain("someone else's answer");
  });
});

describe('what is passed through is counted and logged like any request', () => {
  const outcomes = async (gateway: TestGateway) => {
    const counted: Record<string, number> = {};
    for (const outcome of ['primary', 'fallback', 'exhausted', 'rejected', 'cancelled']) {
      const count = await gateway.metric(
        `holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="${outcome}"}`,
      );
      if (count) counted[outcome] = count;
    }
    return counted;
  };
  const attempts = (gateway: TestGateway, endpoint: string, result: string) =>
    gateway.metric(
      `holdfast_upstream_attempts_total{llm_cluster="main",llm_endpoint="${endpoint}",result="${result}"}`,
    );
  const logged = (gateway: TestGateway) => gateway.lines().filter(({ msg }) => msg === 'request');

  test.each([
    ['a success', {}, 'ok', 'primary', 'ok'],
    ['a refusal that is right', { fault: 'bad_request' }, 'client_error', 'rejected', 'P01'],
    ['a rate limit', { fault: 'openai_429' }, 'rate_limited', 'exhausted', 'P12'],
    ['a page of a proxy', { fault: 'nginx_502' }, 'server_error', 'exhausted', 'P19'],
    ['a reset', { reset: 'before_headers' }, 'connect_error', 'exhausted', 'N06'],
    [
      'an answer that breaks off',
      { body: 'x'.repeat(9000), close: 'mid_body' },
      'bad_response',
      'exhausted',
      'N13',
    ],
  ] as const)('%s', async (_name, behaviour, result, outcome, code) => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', behaviour);
    await upload(gateway, 1000, { 'x-request-id': 'upload-1' });
    expect(await outcomes(gateway)).toEqual({ [outcome]: 1 });
    expect(await attempts(gateway, 'primary', result)).toBe(1);
    expect(
      await gateway.metric(
        'holdfast_upstream_duration_seconds_count{llm_cluster="main",llm_endpoint="primary"}',
      ),
    ).toBe(1);
    expect(
      await gateway.metric('holdfast_request_duration_seconds_count{llm_cluster="main",stream="false"}'),
    ).toBe(1);
    expect(logged(gateway)).toMatchObject([
      {
        request_id: 'upload-1',
        cluster: 'main',
        endpoint: 'primary',
        outcome,
        attempts: 1,
        trail: [{ endpoint: 'primary', result, code }],
      },
    ]);
  });

  test('a lower tier is a fallback', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      pair({ primary: simulator.baseUrl('primary'), secondary: simulator.baseUrl('secondary') }),
    );
    simulator.behave('primary', { status: 500 });
    await gateway.post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    const before = (await outcomes(gateway)).fallback ?? 0;
    await upload(gateway);
    expect((await outcomes(gateway)).fallback).toBe(before + 1);
    expect(await attempts(gateway, 'secondary', 'ok')).toBeGreaterThan(0);
  });

  test('a client that leaves is no failure of the provider', async () => {
    await using simulator = await startSimulator();
    await using gateway = await single(simulator.baseUrl('primary'));
    simulator.behave('primary', { stall: 'before_headers' });
    const leaving = new AbortController();
    const left = fetch(`${gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form(),
      signal: leaving.signal,
    }).catch(() => 'left');
    await simulator.waitForRequests('primary', 1);
    expect(await gateway.metric('holdfast_in_flight_requests{llm_cluster="main"}')).toBe(1);
    leaving.abort();
    expect(await left).toBe('left');
    await simulator.waitForAbort('primary');
    expect(await outcomes(gateway)).toEqual({ cancelled: 1 });
    expect(await attempts(gateway, 'primary', 'aborted')).toBe(1);
    expect(await gateway.metric('holdfast_in_flight_requests{llm_cluster="main"}')).toBe(0);
  });
});
