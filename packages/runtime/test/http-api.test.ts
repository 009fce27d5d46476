import { expect, test } from '@jest/globals';
import express from 'express';
import { notFound, onHttpError } from '../src/http-error.ts';
import { listen } from '../src/listen.ts';
import { createLogger } from '../src/logger.ts';
import { keyGuards } from '../src/require-key.ts';

async function start(keys: { client: string[]; admin: string[] }) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  const guards = keyGuards(() => keys);
  const app = express();
  app.get('/read', guards.read, (_request, response) => void response.json({ ok: true }));
  app.post(
    '/write',
    guards.write,
    express.json({ limit: 100 }),
    (_request, response) => void response.json({ ok: true }),
  );
  app.get('/broken', () => {
    throw new Error('internal detail');
  });
  app.use(notFound(['GET /read', 'POST /write']));
  app.use(onHttpError(logger));
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const response = await fetch(server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, Record<string, unknown>>,
    };
  };
  return { ask, lines, [Symbol.asyncDispose]: () => server.close() };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

test('without keys everything is open', async () => {
  await using api = await start({ client: [], admin: [] });
  expect((await api.ask('GET', '/read')).status).toBe(200);
  expect((await api.ask('POST', '/write')).status).toBe(200);
});

test('reading takes a client or an admin key, mutating an admin key and nothing else', async () => {
  await using api = await start({ client: ['client-key'], admin: ['admin-key'] });
  const statuses = async (headers: Record<string, string>) => [
    (await api.ask('GET', '/read', headers)).status,
    (await api.ask('POST', '/write', headers)).status,
  ];
  expect(await statuses({})).toEqual([401, 401]);
  expect(await statuses(bearer('client-key'))).toEqual([200, 401]);
  expect(await statuses({ 'x-api-key': 'client-key' })).toEqual([200, 401]);
  expect(await statuses(bearer('admin-key'))).toEqual([200, 200]);
  expect(await statuses(bearer('admin-kez'))).toEqual([401, 401]);
  expect(await statuses(bearer('admin-key-and-more'))).toEqual([401, 401]);
  const refusal = await api.ask('POST', '/write', bearer('client-key'));
  expect(refusal.body).toEqual({
    error: {
      message: 'This route needs an admin key.',
      type: 'authentication_error',
      code: 'invalid_api_key',
      param: null,
    },
  });
});

test('admin keys alone leave reading open', async () => {
  await using api = await start({ client: [], admin: ['admin-key'] });
  expect((await api.ask('GET', '/read')).status).toBe(200);
  expect((await api.ask('POST', '/write')).status).toBe(401);
});

test('bad bodies, unknown routes and our own failures are JSON errors that tell no internals', async () => {
  await using api = await start({ client: [], admin: [] });
  const json = { 'content-type': 'application/json' };
  expect(await api.ask('POST', '/write', json, '{"a": secret-text')).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_json', message: 'The body is not valid JSON.', param: 'body' } },
  });
  expect((await api.ask('POST', '/write', json, JSON.stringify('x'.repeat(200)))).status).toBe(413);
  const missing = await api.ask('GET', '/nowhere');
  expect(missing).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  expect(missing.body.error?.message).toContain('POST /write');
  const broken = await api.ask('GET', '/broken');
  expect(broken).toMatchObject({
    status: 500,
    body: { error: { code: 'internal_error', message: 'Internal error.' } },
  });
  expect(api.lines.join()).toContain('internal detail');
});
