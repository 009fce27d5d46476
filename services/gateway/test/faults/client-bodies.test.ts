import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { chat } from '../start-gateway.ts';
import { HI, startAlone } from './alone.ts';
import { errorIn, read } from './pair.ts';
import { exchangeRaw, rawClient, requestText, statusOf } from './raw-client.ts';

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
    ['C18 absurd max_tokens', body({ max_tokens: 1e12 }), { 'content-type': JSON_TYPE }, 400],
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
      await using at = await startAlone();
      const got = await read(await fetch(at.gateway.url + path, { method: 'POST', body: sent, headers }));
      expect(got.status).toBe(status);
      expect(errorIn(got).message).not.toBe('');
      expect(got.text).not.toContain('secret');
      if (path === '/v1/messages') expect(JSON.parse(got.text)).toMatchObject({ type: 'error' });
      expect(at.simulator.requests('primary')).toHaveLength(0);
    });
  }

  test('C07 no content type', async () => {
    await using at = await startAlone();
    const response = await exchangeRaw(
      at.gateway,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${HI.length}\r\n\r\n${HI}`,
    );
    expect(statusOf(response)).toBe(415);
  });

  test('C11 UTF-8 by any spelling is fine', async () => {
    await using at = await startAlone();
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
    await using at = await startAlone();
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
    await using at = await startAlone({ max_body: '1mb' });
    const got = await read(await at.gateway.post('/v1/chat/completions', big));
    expect(got.status).toBe(413);
    expect(errorIn(got)).toMatchObject({ code: 'request_too_large' });
    expect(at.simulator.requests('primary')).toHaveLength(0);
  });

  test('is refused when it grows over it without saying so', async () => {
    await using at = await startAlone({ max_body: '1mb' });
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
    await using at = await startAlone({ max_body: '1mb', client_keys: ['sk-client-0123456789'] });
    const got = await read(await at.gateway.post('/v1/chat/completions', big));
    expect(got.status).toBe(401);
  });
});
