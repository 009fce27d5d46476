import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat } from '../start-gateway.ts';
import { HI, startAlone } from './alone.ts';
import { simulatedPair } from './pair.ts';
import { exchangeRaw, requestText, statusOf } from './raw-client.ts';

describe('headers', () => {
  test('C15 a value that no header may have is never copied, and blames no endpoint', async () => {
    await using at = await startAlone();
    for (const value of ['a\x01b', 'caf\xe9', '\x7f']) {
      const status = statusOf(
        await exchangeRaw(
          at.gateway,
          Buffer.from(requestText(HI, [`user-agent: ${value}`, `x-request-id: ${value}`]), 'latin1'),
        ),
      );
      expect([200, 400]).toContain(status);
    }
    const named = await at.gateway.post('/v1/chat/completions', chat('gpt-4o\r\nx-injected: 1'));
    expect(named.headers.get('x-injected')).toBeNull();
    expect(
      await at.gateway.metric(
        'holdfast_breaker_state{llm_cluster="main",llm_endpoint="primary",state="open"}',
      ),
    ).toBe(0);
    expect((await at.gateway.post('/v1/chat/completions', chat())).status).toBe(200);
  });

  test('C16 C17 what is about the connection or the client’s own standing never travels on', async () => {
    await using at = await startAlone();
    await exchangeRaw(
      at.gateway,
      requestText(HI, [
        'Connection: close, x-hop',
        'x-hop: 1',
        'TE: trailers',
        'Proxy-Authorization: Basic c2VjcmV0',
        'Keep-Alive: timeout=5',
        'Authorization: Bearer sk-of-the-client',
        'X-Api-Key: sk-of-the-client',
        'Cookie: session=secret',
        'X-Forwarded-For: 10.0.0.1',
        'api-key: secret',
        'x-portkey-custom-host: http://elsewhere.example',
        'openai-organization: org-client',
      ]),
    );
    const [request] = at.simulator.requests('primary');
    expect(Object.keys(request!.headers).sort()).toEqual([
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
    ]);
    expect(request!.token).toBe('sk-primary-c4n4ry');
    expect(request!.headers.connection).toBe('keep-alive');
  });

  test('C17 fields of the body that name another provider go nowhere', async () => {
    await using at = await startAlone();
    await using elsewhere = await startSimulator();
    const ask = (field: string) =>
      at.gateway.post('/v1/chat/completions', { ...chat(), [field]: elsewhere.baseUrl('x') });
    for (const field of ['api_key', 'organization']) expect((await ask(field)).status).toBe(200);
    // A gateway behind this one might follow them with its own keys.
    for (const field of ['api_base', 'base_url', 'custom_host']) {
      const refused = await ask(field);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: { param: field } });
    }
    expect(at.simulator.requests('primary')).toHaveLength(2);
    expect(elsewhere.requests()).toHaveLength(0);
    expect(at.simulator.requests('primary').every(({ token }) => token === 'sk-primary-c4n4ry')).toBe(true);
  });

  test('every answer names its request, also those that reach no endpoint', async () => {
    await using at = await startAlone();
    const paths = ['/health', '/v1/models', '/v1/v1/models', '/v1/threads', '/v1/%2e%2e/x'];
    for (const path of paths) {
      const kept = await fetch(at.gateway.url + path, { headers: { 'x-request-id': 'mine-1' } });
      expect([path, kept.headers.get('x-request-id'), kept.headers.get('request-id')]).toEqual([
        path,
        'mine-1',
        'mine-1',
      ]);
      const made = await fetch(at.gateway.url + path, { headers: { 'x-request-id': 'not well formed' } });
      expect(made.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });

  test('a provider’s own headers stay here', async () => {
    await using simulator = await startSimulator();
    await using gateway = await simulatedPair(simulator, 'chat');
    simulator.behave('primary', {
      headers: {
        'set-cookie': 'a=b',
        server: 'cloudflare',
        'cf-ray': '1',
        'openai-organization': 'org-1',
        'x-ratelimit-remaining-requests': '3',
        'www-authenticate': 'Bearer',
        'x-request-id': 'theirs',
      },
    });
    const response = await gateway.post('/v1/chat/completions', chat(), { 'x-request-id': 'mine' });
    expect(response.headers.get('x-request-id')).toBe('mine');
    expect([...response.headers.keys()].filter((name) => !/^x-holdfast-/.test(name)).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
      'request-id',
      'x-request-id',
    ]);
  });
});
