import { describe, expect, test } from '@jest/globals';
import { chat } from '../start-gateway.ts';
import { HI, startAlone } from './alone.ts';
import { exchangeRaw, rawClient, requestText, statusOf } from './raw-client.ts';

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
    await using at = await startAlone();
    const response = await exchangeRaw(at.gateway, request);
    expect(statusOf(response)).toBe(status);
    expect(response.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(at.simulator.requests('primary')).toHaveLength(0);
  });

  test('C03 a path that is none is a 404 that lists what there is', async () => {
    await using at = await startAlone();
    const response = await fetch(`${at.gateway.url}/v1/nothing`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/v1/chat/completions');
  });
});

describe('C13 a client that waits for 100 Continue', () => {
  const head = (length: number, headers: string[] = []) =>
    requestText('', ['expect: 100-continue', `content-length: ${length}`, ...headers]);

  test('gets it, then its answer', async () => {
    await using at = await startAlone();
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
    await using at = await startAlone();
    const response = await exchangeRaw(at.gateway, request);
    expect(statusOf(response)).toBe(status);
    expect(response).not.toContain('100 Continue');
  });

  test('nor without a key', async () => {
    await using at = await startAlone({ client_keys: ['sk-client-0123456789'] });
    const response = await exchangeRaw(at.gateway, head(HI.length));
    expect(statusOf(response)).toBe(401);
    expect(response).not.toContain('100 Continue');
  });

  test('for anything else is refused', async () => {
    await using at = await startAlone();
    expect(statusOf(await exchangeRaw(at.gateway, requestText(HI, ['expect: the-unexpected'])))).toBe(417);
  });
});

describe('C14 a client that sends slowly', () => {
  const quick = { headersMs: 150, requestMs: 300, checkEveryMs: 30 };

  test('headers: is told so and cut', async () => {
    await using at = await startAlone({}, quick);
    const response = await exchangeRaw(at.gateway, 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
    expect(statusOf(response)).toBe(408);
  });

  test('a body: is cut, nobody is called, nothing stays in flight', async () => {
    await using at = await startAlone({}, quick);
    await exchangeRaw(at.gateway, requestText('{"model', [`content-length: ${HI.length}`]));
    expect(at.simulator.requests('primary')).toHaveLength(0);
    expect(at.gateway.gateway.exchanges.size).toBe(0);
  });

  test('an answer may take longer than that', async () => {
    await using at = await startAlone({}, quick);
    at.simulator.behave('primary', { latencyMs: 600 });
    expect((await at.gateway.post('/v1/chat/completions', chat())).status).toBe(200);
  });

  test('I17 C14 opens no more connections than one address may have, and the others are served', async () => {
    await using at = await startAlone({}, { connectionsPerAddress: 3 });
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
