import { gzipSync } from 'node:zlib';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat, startGateway } from '../start-gateway.ts';
import { errorIn, pair, read, simulatedPair } from './pair.ts';
import { exchangeRaw, rawClient, requestText, statusOf } from './raw-client.ts';

const HI = JSON.stringify(chat());

async function start(server: object = {}, limits = {}) {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    pair({ primary: simulator.baseUrl('primary'), secondary: null, more: { server } }),
    { serverLimits: limits },
  );
  return {
    simulator,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
    },
  };
}

describe('what is no proper HTTP is refused and reaches nobody', () => {
  const cases: [name: string, request: string, status: number][] = [
    [
      'C01 content-length and transfer-encoding',
      requestText('0\r\n\r\n', ['content-length: 5', 'transfer-encoding: chunked']),
      400,
    ],
    ['C01 two content-lengths', requestText(HI, [`content-length: ${HI.length}`, 'content-length: 3']), 400],
    ['C01 a signed content-length', requestText(HI, [`content-length: +${HI.length}`]), 400],
    ['C01 a transfer-encoding that is none', requestText(HI, ['transfer-encoding: xchunked']), 400],
    ['C01 a space before the colon', requestText(HI, ['x-a : b']), 400],
    ['C01 a folded header', requestText(HI, ['x-a: b\r\n c']), 400],
    ['C01 a bare line feed in the headers', requestText(HI, ['x-a: b\nx-c: d']), 400],
    ['C01 a NUL in a header', requestText(HI, ['x-a: b\0c']), 400],
    ['C02 two Host headers', requestText(HI, ['Host: elsewhere.example']), 400],
    [
      'C03 an absolute target',
      requestText(HI, [], 'POST http://elsewhere.example/v1/chat/completions HTTP/1.1'),
      400,
    ],
    ['C03 dot segments', requestText(HI, [], 'POST /v1/x/../chat/completions HTTP/1.1'), 400],
    ['C03 encoded dots', requestText(HI, [], 'POST /v1/%2e%2e/admin HTTP/1.1'), 400],
    ['C03 an encoded slash', requestText(HI, [], 'POST /v1%2fchat/completions HTTP/1.1'), 400],
    ['C03 a backslash', requestText(HI, [], 'POST /v1\\chat/completions HTTP/1.1'), 400],
    ['C04 headers over 16 KiB', requestText(HI, [`x-a: ${'a'.repeat(17_000)}`]), 431],
    [
      'C04 more than a hundred headers',
      requestText(
        HI,
        Array.from({ length: 120 }, (_, i) => `x-${i}: y`),
      ),
      431,
    ],
  ];
  test.each(cases)('%s', async (_name, request, status) => {
    await using at = await start();
    const response = await exchangeRaw(at.gateway, request);
    expect(statusOf(response)).toBe(status);
    expect(response.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(at.simulator.requests('primary')).toHaveLength(0);
  });

  test('C03 a path that is none is a 404 that lists what there is', async () => {
    await using at = await start();
    const response = await fetch(`${at.gateway.url}/v1/nothing`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/v1/chat/completions');
  });
});

describe('a body that nobody could use is refused, in the caller’s dialect, and quoted to nobody', () => {
  const nested = (depth: number) => `{"model":"gpt-4o","messages":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const body = (fields: object) => JSON.stringify({ ...chat(), ...fields });
  const JSON_TYPE = 'application/json';
  const cases: [name: string, body: string | Buffer, headers: Record<string, string>, status: number][] = [
    ['C05 compressed', gzipSync(HI), { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }, 415],
    ['C06 malformed JSON', '{"model":"gpt-4o","messages":[{"secret', { 'content-type': JSON_TYPE }, 400],
    ['C06 no object', '["secret"]', { 'content-type': JSON_TYPE }, 400],
    ['C06 nothing', '', { 'content-type': JSON_TYPE }, 400],
    ['C07 a wrong content type', HI, { 'content-type': 'text/plain' }, 415],
    ['C07 a form', 'model=gpt-4o', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [
      'C08 the model twice',
      '{"model":"a","messages":[{"role":"user","content":"secret"}],"model":"b"}',
      { 'content-type': JSON_TYPE },
      400,
    ],
    ['C09 nested without end', nested(5000), { 'content-type': JSON_TYPE }, 400],
    [
      'C10 __proto__',
      '{"model":"gpt-4o","messages":[{"role":"user","content":"secret"}],"__proto__":{"x":1}}',
      { 'content-type': JSON_TYPE },
      400,
    ],
    ['C11 another charset', HI, { 'content-type': 'application/json; charset=utf-7' }, 415],
    [
      'C12 half a surrogate pair',
      '{"model":"gpt-4o","messages":[{"role":"user","content":"\\ud800 secret"}]}',
      { 'content-type': JSON_TYPE },
      400,
    ],
    [
      'C12 bytes that are no UTF-8',
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      { 'content-type': JSON_TYPE },
      400,
    ],
    ['C18 an absurd n', body({ n: 1e6 }), { 'content-type': JSON_TYPE }, 400],
    ['C18 absurd max_tokens', body({ max_tokens: 1e30 }), { 'content-type': JSON_TYPE }, 400],
    [
      'C18 too many tools',
      body({ tools: Array(2000).fill({ type: 'function' }) }),
      { 'content-type': JSON_TYPE },
      400,
    ],
    [
      'C18 too many messages',
      body({ messages: Array(10_001).fill({ role: 'user', content: 'secret' }) }),
      { 'content-type': JSON_TYPE },
      400,
    ],
    ['C18 no messages', body({ messages: [] }), { 'content-type': JSON_TYPE }, 400],
  ];
  for (const path of ['/v1/chat/completions', '/v1/messages']) {
    test.each(cases)(`%s (${path})`, async (_name, sent, headers, status) => {
      await using at = await start();
      const got = await read(await fetch(at.gateway.url + path, { method: 'POST', body: sent, headers }));
      expect(got.status).toBe(status);
      expect(errorIn(got).message).not.toBe('');
      expect(got.text).not.toContain('secret');
      if (path === '/v1/messages') expect(JSON.parse(got.text)).toMatchObject({ type: 'error' });
      expect(at.simulator.requests('primary')).toHaveLength(0);
    });
  }

  test('C07 no content type', async () => {
    await using at = await start();
    const response = await exchangeRaw(
      at.gateway,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${HI.length}\r\n\r\n${HI}`,
    );
    expect(statusOf(response)).toBe(415);
  });

  test('C11 UTF-8 by any spelling is fine', async () => {
    await using at = await start();
    for (const type of [
      'application/json; charset=UTF-8',
      'application/json;charset="utf-8"',
      'Application/JSON',
    ]) {
      const response = await fetch(`${at.gateway.url}/v1/chat/completions`, {
        method: 'POST',
        body: HI,
        headers: { 'content-type': type },
      });
      expect(response.status).toBe(200);
    }
  });

  test('C12 text in any language arrives as it was sent', async () => {
    await using at = await start();
    const sent = JSON.stringify(
      chat('gpt-4o', { messages: [{ role: 'user', content: '👋🏽 你好 \u2028' }] }),
    );
    await at.gateway.post('/v1/chat/completions', sent);
    expect(at.simulator.requests('primary')[0]!.body).toBe(sent);
  });
});

describe('C05 a body over the limit', () => {
  const big = JSON.stringify(
    chat('gpt-4o', { messages: [{ role: 'user', content: 'x'.repeat(3_000_000) }] }),
  );

  test('is refused by its declared length, and the client reads the answer although it still sends', async () => {
    await using at = await start({ max_body: '1mb' });
    const got = await read(await at.gateway.post('/v1/chat/completions', big));
    expect(got.status).toBe(413);
    expect(errorIn(got)).toMatchObject({ code: 'request_too_large' });
    expect(at.simulator.requests('primary')).toHaveLength(0);
  });

  test('is refused when it grows over it without saying so', async () => {
    await using at = await start({ max_body: '1mb' });
    await using client = await rawClient(at.gateway);
    client.send(requestText('', ['transfer-encoding: chunked']).replace('connection: close\r\n', ''));
    const piece = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`;
    for (let i = 0; i < 15; i++) client.send(piece);
    expect(statusOf(await client.receives(/\r\n\r\n\{/))).toBe(413);
    client.send('0\r\n\r\n');
    // The connection is still good for the next request.
    client.send(requestText(HI));
    const all = await client.closed();
    expect(all.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  test('without a key is refused before it is read', async () => {
    await using at = await start({ max_body: '1mb', client_keys: ['sk-client-0123456789'] });
    const got = await read(await at.gateway.post('/v1/chat/completions', big));
    expect(got.status).toBe(401);
  });
});

describe('C13 a client that waits for 100 Continue', () => {
  const head = (length: number, headers: string[] = []) =>
    requestText('', ['expect: 100-continue', `content-length: ${length}`, ...headers]);

  test('gets it, then its answer', async () => {
    await using at = await start();
    await using client = await rawClient(at.gateway);
    client.send(head(HI.length));
    await client.receives(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.send(HI);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test.each([
    ['too large', head(50_000_000), 413],
    ['a wrong type', head(HI.length).replace('application/json', 'text/plain'), 415],
  ])('but not for a body that is refused anyway: %s', async (_name, request, status) => {
    await using at = await start();
    const response = await exchangeRaw(at.gateway, request);
    expect(statusOf(response)).toBe(status);
    expect(response).not.toContain('100 Continue');
  });

  test('nor without a key', async () => {
    await using at = await start({ client_keys: ['sk-client-0123456789'] });
    const response = await exchangeRaw(at.gateway, head(HI.length));
    expect(statusOf(response)).toBe(401);
    expect(response).not.toContain('100 Continue');
  });

  test('for anything else is refused', async () => {
    await using at = await start();
    expect(statusOf(await exchangeRaw(at.gateway, requestText(HI, ['expect: the-unexpected'])))).toBe(417);
  });
});

describe('C14 a client that sends slowly', () => {
  const quick = { headersMs: 150, requestMs: 300, checkEveryMs: 30 };

  test('headers: is told so and cut', async () => {
    await using at = await start({}, quick);
    const response = await exchangeRaw(at.gateway, 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
    expect(statusOf(response)).toBe(408);
  });

  test('a body: is cut, nobody is called, nothing stays in flight', async () => {
    await using at = await start({}, quick);
    await exchangeRaw(at.gateway, requestText('{"model', [`content-length: ${HI.length}`]));
    expect(at.simulator.requests('primary')).toHaveLength(0);
    expect(at.gateway.gateway.exchanges.size).toBe(0);
  });

  test('an answer may take longer than that', async () => {
    await using at = await start({}, quick);
    at.simulator.behave('primary', { latencyMs: 600 });
    expect((await at.gateway.post('/v1/chat/completions', chat())).status).toBe(200);
  });

  test('I17 C14 opens no more connections than one address may have, and the others are served', async () => {
    await using at = await start({}, { connectionsPerAddress: 3 });
    const clients = await Promise.all([1, 2, 3].map(() => rawClient(at.gateway)));
    for (const client of clients) client.send('GET /hea');
    await using fourth = await rawClient(at.gateway);
    expect(await fourth.closed()).toBe('');
    for (const client of clients) client.send('lth HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    for (const client of clients) expect(statusOf(await client.closed())).toBe(200);
    await using next = await rawClient(at.gateway);
    next.send('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(statusOf(await next.closed())).toBe(200);
  });
});

describe('headers', () => {
  test('C15 a value that no header may have is never copied, and blames no endpoint', async () => {
    await using at = await start();
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
    await using at = await start();
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
    await using at = await start();
    await using elsewhere = await startSimulator();
    for (const field of ['api_base', 'base_url', 'custom_host', 'api_key', 'organization']) {
      await at.gateway.post('/v1/chat/completions', { ...chat(), [field]: elsewhere.baseUrl('x') });
    }
    expect(elsewhere.requests()).toHaveLength(0);
    expect(at.simulator.requests('primary').every(({ token }) => token === 'sk-primary-c4n4ry')).toBe(true);
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
